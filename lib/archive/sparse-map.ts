/**
 * Where a file has data, and where nothing but zeros that need no room.
 *
 * By its contents: what a file system says of its own holes differs from one to the next. It is only
 * asked whether a file can have any worth the trouble, which it cannot where as many blocks are taken as
 * its size needs.
 */
import type {StopCheck} from '../errors/stop-signal.js';
import {allocatedSize, hostFilePieces} from '../paths/host-file.js';
import type {HostPath} from '../paths/paths.js';

/** Bytes from `offset` on; all between two regions, and behind the last, is zero. */
export interface Region {
	readonly offset: number;
	readonly length: number;
}

export interface SparseMap {
	/** Of the file, zeros and all. */
	readonly size: number;
	/** In order, none empty but one that ends the file. */
	readonly regions: readonly Region[];
}

/**
 * Bytes of zeros from which on a file is stored without them: some tars pass such a file over, so it is only
 * done where to have it whole could fill a quota.
 */
export const WORTHWHILE = 16 << 20;
/** A hole is so many bytes at least, and begins and ends at a multiple of it. */
const GRAIN = 64 << 10;
const PIECE_SIZE = 1 << 20;
/** Beyond it holes are told less finely. */
const MOST_REGIONS = 4096;

/**
 * `undefined` for a file that has no holes worth the trouble.
 *
 * @throws {DynpkError} as `hostFilePieces` and `stop` do
 */
export async function findSparseMap(
	path: HostPath,
	size: number,
	stop: StopCheck,
): Promise<SparseMap | undefined> {
	if (size < WORTHWHILE || size - allocatedSize(path, size) < WORTHWHILE) {
		return undefined;
	}

	let regions: Region[] = [];
	let grain = GRAIN;
	let at = 0;
	for (const piece of hostFilePieces(path, size, PIECE_SIZE)) {
		for (let from = 0; from < piece.length; from += GRAIN) {
			const part = piece.subarray(from, from + GRAIN);
			if (!isZero(part)) {
				append(regions, {offset: at + from, length: part.length}, grain);
			}
		}

		at += piece.length;
		await stop(piece.length);
		while (regions.length > MOST_REGIONS) {
			grain *= 2;
			regions = merged(regions, grain);
		}
	}

	const data = regions.reduce((sum, {length}) => sum + length, 0);
	return size - data < WORTHWHILE ? undefined : {size, regions};
}

function append(regions: Region[], next: Region, grain: number): void {
	const last = regions.at(-1);
	if (last !== undefined && next.offset - (last.offset + last.length) < grain) {
		regions[regions.length - 1] = {
			offset: last.offset,
			length: next.offset + next.length - last.offset,
		};
	} else {
		regions.push(next);
	}
}

function merged(regions: readonly Region[], grain: number): Region[] {
	const result: Region[] = [];
	regions.forEach(region => append(result, region, grain));
	return result;
}

const zeros = Buffer.alloc(PIECE_SIZE);

export function isZero(bytes: Uint8Array): boolean {
	for (let at = 0; at < bytes.length; at += zeros.length) {
		const part = bytes.subarray(at, at + zeros.length);
		if (!zeros.subarray(0, part.length).equals(part)) {
			return false;
		}
	}

	return true;
}

/** What of a piece of the file the map's regions hold; `refuse` is called where more of it is not zero. */
export function* dataOf(
	{regions}: SparseMap,
	{start, piece}: {readonly start: number; readonly piece: Buffer},
	refuse: () => never,
): Generator<Buffer, void, undefined> {
	let at = start;
	const end = start + piece.length;
	for (const {offset, length} of regionsWithin(regions, start, end)) {
		const from = Math.max(offset, start);
		const to = Math.min(offset + length, end);
		if (!isZero(piece.subarray(at - start, from - start))) {
			refuse();
		}
		yield piece.subarray(from - start, to - start);
		at = to;
	}

	if (!isZero(piece.subarray(at - start))) {
		refuse();
	}
}

function regionsWithin(regions: readonly Region[], start: number, end: number): readonly Region[] {
	const first = countUntil(regions, ({offset, length}) => offset + length > start);
	return regions.slice(
		first,
		countUntil(regions, ({offset}) => offset >= end),
	);
}

/** How many come before the first for which it holds, as it does for all behind that. */
function countUntil(regions: readonly Region[], holds: (region: Region) => boolean): number {
	let low = 0;
	for (let high = regions.length; low < high;) {
		const middle = (low + high) >> 1;
		if (regions.slice(middle, middle + 1).some(holds)) {
			high = middle;
		} else {
			low = middle + 1;
		}
	}

	return low;
}

/** The whole file ← the data of its regions, as they come; zeros are not to be written to. */
export async function* expanded(
	{size, regions}: SparseMap,
	data: AsyncIterable<Buffer>,
): AsyncGenerator<Buffer, void, undefined> {
	const iterator = data[Symbol.asyncIterator]();
	let rest: Buffer = Buffer.alloc(0);
	let at = 0;
	for (const {offset, length} of regions) {
		yield* zerosOf(offset - at);
		for (let left = length; left > 0;) {
			if (rest.length === 0) {
				const next = await iterator.next();
				if (next.done === true) {
					return;
				}
				rest = next.value;
			}

			const part = rest.subarray(0, left);
			rest = rest.subarray(part.length);
			left -= part.length;
			yield part;
		}

		at = offset + length;
	}

	yield* zerosOf(size - at);
	// Whoever gives the data may have something to say at its end.
	await iterator.next();
}

function* zerosOf(length: number): Generator<Buffer, void, undefined> {
	for (let left = length; left > 0; left -= zeros.length) {
		yield zeros.subarray(0, left);
	}
}
