/**
 * One 512-byte block → what it says, or `undefined` for the empty block that ends an archive.
 *
 * Strict where other readers are generous: a number field holds octal digits (or, for size and
 * time, GNU's base 256) and nothing else, a name is UTF-8, the type is one a bundle uses.
 */
import {decodeName, type Refuse} from './decode-name.js';
import {readSparseHeader, type BegunMap, type ReadNumber} from './sparse-header.js';

export type RawHeader =
	| {
			readonly kind: 'member';
			readonly type: 'directory' | 'file' | 'symlink' | 'hardlink';
			readonly path: string;
			readonly mode: number;
			readonly mtime: number;
			readonly size: number;
			readonly target: string;
			/** Of a sparse file; `size` is what the archive has of it. */
			readonly sparse: BegunMap | undefined;
	  }
	/** Its body says something about the next member. */
	| {
			readonly kind: 'extension';
			readonly extension: 'pax' | 'gnu-path' | 'gnu-target';
			readonly size: number;
	  };

/** Offset and length of the fields, as in tar.h and POSIX.1-2017, pax, "ustar Interchange Format". */
const fields = {
	name: [0, 100],
	mode: [100, 8],
	size: [124, 12],
	mtime: [136, 12],
	checksum: [148, 8],
	typeflag: [156, 1],
	linkname: [157, 100],
	magic: [257, 8],
	prefix: [345, 155],
} as const;

const POSIX_MAGIC = 'ustar\x0000';
const GNU_MAGIC = 'ustar  \0';

const memberTypes: ReadonlyMap<string, 'directory' | 'file' | 'symlink' | 'hardlink'> = new Map([
	['0', 'file'],
	['\0', 'file'],
	['1', 'hardlink'],
	['2', 'symlink'],
	['5', 'directory'],
	['S', 'file'],
]);

const extensionTypes: ReadonlyMap<string, 'pax' | 'gnu-path' | 'gnu-target'> = new Map([
	['x', 'pax'],
	['L', 'gnu-path'],
	['K', 'gnu-target'],
]);

const refusedTypes: ReadonlyMap<string, string> = new Map([
	['3', 'a character device'],
	['4', 'a block device'],
	['6', 'a FIFO'],
	['g', 'a global header'],
]);

export function readTarHeader(block: Buffer, refuse: Refuse): RawHeader | undefined {
	if (block.every(byte => byte === 0)) {
		return undefined;
	}
	checkSum(block, refuse);
	const magic = latin1(block, 'magic');
	if (magic !== POSIX_MAGIC && magic !== GNU_MAGIC) {
		refuse('a header of an unknown format');
	}
	const size = readLarge(block, 'size', refuse);
	const typeflag = latin1(block, 'typeflag');
	const extension = extensionTypes.get(typeflag);
	if (extension !== undefined) {
		return {kind: 'extension', extension, size};
	}

	const name = text(block, 'name', refuse);
	const prefix = magic === POSIX_MAGIC ? text(block, 'prefix', refuse) : '';
	const path = prefix === '' ? name : `${prefix}/${name}`;
	const type = memberTypes.get(typeflag);
	if (type === undefined) {
		const what = refusedTypes.get(typeflag) ?? `an entry of type ${JSON.stringify(typeflag)}`;
		return refuse(`${path}: ${what} has no place in a bundle`);
	}

	const mode = octal(block, 'mode', refuse);
	const mtime = readLarge(block, 'mtime', refuse);
	const target = text(block, 'linkname', refuse);
	// The fields of its map lie where others have a prefix.
	const isSparse = typeflag === 'S' && magic === GNU_MAGIC;
	if (typeflag === 'S' && !isSparse) {
		refuse(`${path}: a sparse file of no known format`);
	}
	const sparse = isSparse
		? readSparseHeader(block, {readNumber: numberReader(refuse), refuse})
		: undefined;
	return {kind: 'member', type, path, mode, mtime, size, target, sparse};
}

function slice(block: Buffer, field: keyof typeof fields): Buffer {
	const [offset, length] = fields[field];
	return block.subarray(offset, offset + length);
}

function latin1(block: Buffer, field: keyof typeof fields): string {
	return slice(block, field).toString('latin1');
}

/** The sum of all bytes, those of the field itself taken for blanks. */
function checkSum(block: Buffer, refuse: Refuse): void {
	const own = slice(block, 'checksum');
	const sumOf = (bytes: Buffer): number => bytes.reduce((sum, byte) => sum + byte, 0);
	const expected = sumOf(block) - sumOf(own) + own.length * 0x20;
	if (octal(block, 'checksum', refuse) !== expected) {
		refuse('a header with a wrong checksum');
	}
}

function octal(block: Buffer, field: keyof typeof fields, refuse: Refuse): number {
	return octalOf(slice(block, field), field, refuse);
}

function octalOf(bytes: Buffer, what: string, refuse: Refuse): number {
	const digits = /^ *([0-7]*)[ \0]*$/u.exec(bytes.toString('latin1'))?.[1];
	if (digits === undefined) {
		return refuse(`a header whose ${what} is not a number`);
	}
	return digits === '' ? 0 : Number.parseInt(digits, 8);
}

function readLarge(block: Buffer, field: 'size' | 'mtime', refuse: Refuse): number {
	return numberReader(refuse)(slice(block, field), field);
}

/** Octal, or in base 256 with the top bit set, from 8 GiB on. */
export function numberReader(refuse: Refuse): ReadNumber {
	return (bytes, what) => {
		if (bytes[0] !== 0x80) {
			return octalOf(bytes, what, refuse);
		}
		const value = bytes.subarray(1).reduce((sum, byte) => sum * 256 + byte, 0);
		return value <= Number.MAX_SAFE_INTEGER ? value : refuse(`a header whose ${what} is absurd`);
	};
}

function text(block: Buffer, field: keyof typeof fields, refuse: Refuse): string {
	const bytes = slice(block, field);
	const end = bytes.indexOf(0);
	return decodeName(end === -1 ? bytes : bytes.subarray(0, end), refuse);
}
