/**
 * Sparse files in a tar archive: the old GNU format, type `S` (tar.h of GNU tar, `struct sparse`, and its manual,
 * "Old GNU Format").
 *
 * GNU tar, bsdtar, Python and libarchive's users read it; a tar that does not know it passes the file
 * over and says so. What GNU tar writes by default today, pax records, would be extracted by such a
 * tar without a word, with the map as a part of the contents.
 */
import type {Refuse} from './decode-name.js';
import type {Region, SparseMap} from './sparse-map.js';

const BLOCK_SIZE = 512;
const REGION_SIZE = 24;
const NUMBER_SIZE = 12;

/** Where a block has regions, how many, and whether one more block follows. */
interface Room {
	readonly at: number;
	readonly count: number;
	readonly more: number;
}

const inHeader = {at: 386, count: 4, more: 482, realSize: 483} as const;
const inExtension: Room = {at: 0, count: 21, more: 504};
/** A hostile archive has no more than a few megabytes of them. */
const MOST_REGIONS = 1 << 16;

export interface SparseFacts {
	/** Short enough for a header: 100 bytes. */
	readonly name: string;
	readonly mode: number;
	/** Seconds since 1970. */
	readonly mtime: number;
	readonly map: SparseMap;
}

export const LONGEST_NAME = 100;

/** The header and the blocks behind it, up to the data. */
export function sparseHeader({name, mode, mtime, map}: SparseFacts): Buffer {
	const regions = endingWithFile(map);
	const stored = map.regions.reduce((sum, {length}) => sum + length, 0);
	const header = gnuHeader({name, mode, mtime, size: stored, type: 'S'});
	putRegions(header, inHeader, regions);
	putNumber(header, inHeader.realSize, NUMBER_SIZE, map.size);
	putSum(header);
	const extensions: Buffer[] = [];
	for (let at: number = inHeader.count; at < regions.length; at += inExtension.count) {
		const extension = Buffer.alloc(BLOCK_SIZE);
		putRegions(extension, inExtension, regions.slice(at));
		extensions.push(extension);
	}

	return Buffer.concat([header, ...extensions]);
}

/** What announces a name that has no room in the header: GNU's `L`. */
export function longNameHeader(name: string): Buffer {
	const bytes = Buffer.from(`${name}\0`);
	const header = gnuHeader({
		name: '././@LongLink',
		mode: 0o644,
		mtime: 0,
		size: bytes.length,
		type: 'L',
	});
	putSum(header);
	const body = Buffer.alloc(Math.ceil(bytes.length / BLOCK_SIZE) * BLOCK_SIZE);
	bytes.copy(body);
	return Buffer.concat([header, body]);
}

/** A file that ends in zeros ends with an empty region, or readers would not know how long it is. */
function endingWithFile({size, regions}: SparseMap): readonly Region[] {
	const last = regions.at(-1);
	const end = last === undefined ? 0 : last.offset + last.length;
	return end === size ? regions : [...regions, {offset: size, length: 0}];
}

interface HeaderFacts extends Omit<SparseFacts, 'map'> {
	readonly size: number;
	readonly type: string;
}

function gnuHeader({name, mode, mtime, size, type}: HeaderFacts): Buffer {
	const header = Buffer.alloc(BLOCK_SIZE);
	header.write(name, 0, LONGEST_NAME, 'utf8');
	putNumber(header, 100, 8, mode);
	putNumber(header, 108, 8, 0);
	putNumber(header, 116, 8, 0);
	putNumber(header, 124, NUMBER_SIZE, size);
	putNumber(header, 136, NUMBER_SIZE, mtime);
	header.write(type, 156, 'latin1');
	header.write('ustar  \0', 257, 'latin1');
	return header;
}

/** As many as there is room for, and whether there are more. */
function putRegions(block: Buffer, room: Room, regions: readonly Region[]): void {
	regions.slice(0, room.count).forEach(({offset, length}, index) => {
		const place = room.at + index * REGION_SIZE;
		putNumber(block, place, NUMBER_SIZE, offset);
		putNumber(block, place + NUMBER_SIZE, NUMBER_SIZE, length);
	});
	block[room.more] = regions.length > room.count ? 1 : 0;
}

/** Octal digits and a NUL; what they cannot hold, in base 256. */
function putNumber(block: Buffer, at: number, width: number, value: number): void {
	const digits = value.toString(8);
	if (digits.length < width) {
		block.write(`${digits.padStart(width - 1, '0')}\0`, at, 'latin1');
		return;
	}

	block[at] = 0x80;
	block.writeBigUInt64BE(BigInt(value), at + width - 8);
}

/** With the field itself taken for blanks. */
function putSum(header: Buffer): void {
	header.fill(' ', 148, 156);
	const sum = header.reduce((total, byte) => total + byte, 0);
	header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1');
}

/** What a header of type `S` begins to tell: blocks of regions follow while `isContinued`. */
export interface BegunMap extends SparseMap {
	readonly isContinued: boolean;
}

export type ReadNumber = (bytes: Buffer, what: string) => number;

export interface Reading {
	readonly readNumber: ReadNumber;
	readonly refuse: Refuse;
}

export function readSparseHeader(block: Buffer, reading: Reading): BegunMap {
	const {realSize} = inHeader;
	return {
		size: reading.readNumber(block.subarray(realSize, realSize + NUMBER_SIZE), 'real size'),
		...readRegions(block, inHeader, reading),
	};
}

/** Adds what the next block holds; returns whether one more follows. */
export function readSparseExtension(regions: Region[], block: Buffer, reading: Reading): boolean {
	const read = readRegions(block, inExtension, reading);
	regions.push(...read.regions);
	if (regions.length > MOST_REGIONS) {
		reading.refuse(`a sparse file of more than ${MOST_REGIONS} parts`);
	}

	return read.isContinued;
}

/**
 * Readers disagree about what comes behind an empty place: for GNU tar it ends the map, and a block that
 * follows is data; bsdtar and Python read on. So nothing may come there.
 */
function readRegions(
	block: Buffer,
	{at, count, more}: Room,
	{readNumber, refuse}: Reading,
): Omit<BegunMap, 'size'> {
	const places = Array.from({length: count}, (_, index) => {
		const place = at + index * REGION_SIZE;
		return block.subarray(place, place + REGION_SIZE);
	});
	const filled = places.filter(place => place.some(byte => byte !== 0));
	const isContinued = block[more] !== 0;
	if (filled.some((place, index) => place !== places[index])) {
		refuse('a sparse file whose map has a gap');
	}
	if (isContinued && filled.length < count) {
		refuse('a sparse file whose map goes on behind its end');
	}

	const regions = filled.map((place): Region => {
		const offset = place.subarray(0, NUMBER_SIZE);
		const length = place.subarray(NUMBER_SIZE);
		if (offset[0] === 0 || length[0] === 0) {
			refuse('a sparse file whose map has half a part');
		}
		return {offset: readNumber(offset, 'offset'), length: readNumber(length, 'length')};
	});
	return {regions, isContinued};
}

/** Regions in order that end with the file, and of as many bytes as the archive has of it. */
export function checkedMap({size, regions}: SparseMap, stored: number, refuse: Refuse): SparseMap {
	let end = 0;
	let sum = 0;
	for (const {offset, length} of regions) {
		if (offset < end || offset + length > size) {
			refuse('a sparse file whose parts overlap, or lie behind its end');
		}
		// Each fills blocks but the last with data, so that they follow one another as they are.
		if (length > 0 && sum % BLOCK_SIZE !== 0) {
			refuse('a sparse file whose parts fill no blocks');
		}

		end = offset + length;
		sum += length;
	}

	// For GNU tar the file would end with its last part, for others where its size says.
	if (end !== size) {
		refuse('a sparse file whose map ends before it');
	}
	if (sum !== stored) {
		refuse('a sparse file with more or less data than it tells');
	}

	return {size, regions};
}
