/**
 * The bytes of one of dpkg's lists → the paths in it, or a number for each.
 *
 * A path a line, as dpkg wrote them (lib/dpkg/fsys.c reads them): what it would refuse is refused
 * here, and a final slash is none.
 */
import {DynpkError} from '../errors/dynpk-error.js';

/**
 * The paths, a character for each byte.
 *
 * @throws {DynpkError} PACKAGE_UNKNOWN for a list that dpkg would not read either.
 */
export function listedPaths(bytes: Buffer, list: string): string[] {
	const lines = bytes.toString('latin1').split('\n');
	if (lines.pop() !== '') {
		throw damaged(list, 'its last line has no end');
	}

	return lines.map(line => {
		const path = line.length > 1 && line.endsWith('/') ? line.slice(0, -1) : line;
		if (!path.startsWith('/') || path === '/') {
			throw damaged(list, 'a line of it is no path');
		}

		return path;
	});
}

/**
 * A number of 32 bits for each path: FNV-1a, which has no table and is one multiplication a byte.
 *
 * @throws {DynpkError} as {@link listedPaths} does.
 */
export function hashListedPaths(bytes: Buffer, list: string): Uint32Array {
	const hashes = new Uint32Array(countLines(bytes));
	let lines = 0;
	let start = 0;
	let hash = OFFSET_BASIS;
	for (let at = 0; at < bytes.length; at++) {
		const byte = bytes[at] ?? 0;
		if (byte !== NEWLINE) {
			hash = Math.imul(hash ^ byte, PRIME);
			continue;
		}

		const usual = bytes[start] === SLASH && at > start + 1 && bytes[at - 1] !== SLASH;
		hashes[lines++] = usual ? hash : hashUnusual(bytes.subarray(start, at + 1), list);
		start = at + 1;
		hash = OFFSET_BASIS;
	}

	if (start !== bytes.length) {
		throw damaged(list, 'its last line has no end');
	}

	return hashes;
}

/** The same number of a path that is looked for. */
export function hashPath(path: string): number {
	return hashBytes(Buffer.from(path));
}

const OFFSET_BASIS = 0x811c9dc5;
const PRIME = 0x01000193;
const NEWLINE = 0x0a;
const SLASH = 0x2f;

function countLines(bytes: Buffer): number {
	let count = 0;
	for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) {
		count++;
	}

	return count;
}

function hashUnusual(line: Buffer, list: string): number {
	const [path = ''] = listedPaths(line, list);
	return hashBytes(Buffer.from(path, 'latin1'));
}

function hashBytes(bytes: Buffer): number {
	let hash = OFFSET_BASIS;
	for (const byte of bytes) {
		hash = Math.imul(hash ^ byte, PRIME);
	}

	return hash >>> 0;
}

function damaged(list: string, what: string): DynpkError {
	return new DynpkError(
		'PACKAGE_UNKNOWN',
		`dpkg's list of the files of ${list} is damaged: ${what}`,
	);
}
