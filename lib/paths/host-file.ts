/**
 * The bytes of a file that was looked at before: all of them, or a fault that says what became of it.
 *
 * Reads are synchronous on purpose: libuv's threads are compressing meanwhile, and a read queued
 * behind them would leave the pipe dry.
 */
import {closeSync, fstatSync, readSync, type Stats} from 'node:fs';
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {openToRead} from './open-to-read.js';
import type {HostPath} from './paths.js';

/**
 * Read a file in pieces of `pieceSize` bytes, the last one shorter; each is the reader's to keep.
 *
 * @throws {DynpkError} INPUT_CHANGED where it has no longer `size` bytes, is no longer a regular file or
 * is written to meanwhile; PERMISSION, IO
 */
export function* hostFilePieces(
	path: HostPath,
	size: number,
	pieceSize: number,
): Generator<Buffer, void, undefined> {
	const {file, before} = openInput(path, size);
	try {
		for (let done = 0; done < size;) {
			const piece = Buffer.allocUnsafeSlow(Math.min(size - done, pieceSize));
			fillFrom(file, piece, {path, position: null});
			done += piece.length;
			yield piece;
		}

		assertUnchanged(file, before, path);
	} finally {
		closeSync(file);
	}
}

/** How many bytes its file system has given to a file. @throws {DynpkError} as `hostFilePieces` does */
export function allocatedSize(path: HostPath, size: number): number {
	const {file, before} = openInput(path, size);
	closeSync(file);
	return before.blocks * STAT_BLOCK;
}

/** What st_blocks counts, whatever blocks the file system has. */
const STAT_BLOCK = 512;

/** Read all of a file to the beginning of `into`, which has room for it. @throws {DynpkError} as `hostFilePieces` does */
export function readHostFileInto(path: HostPath, size: number, into: Buffer): Buffer {
	const {file, before} = openInput(path, size);
	try {
		const bytes = into.subarray(0, size);
		fillFrom(file, bytes, {path, position: null});
		assertUnchanged(file, before, path);
		return bytes;
	} finally {
		closeSync(file);
	}
}

/** What {@link withHostFile} gives. */
export interface HostFile {
	/** In bytes. */
	readonly size: number;
	/** Those from `start` on, as many as there are; the bytes are good until the next call for any file. */
	read(start: number, length: number): Buffer;
}

/** The same for bytes that are there already. */
export function inMemory(bytes: Buffer): HostFile {
	return {size: bytes.length, read: (start, length) => bytes.subarray(start, start + length)};
}

/**
 * Look into a file piece by piece, so that a large one takes no memory of its size.
 *
 * @throws {DynpkError} as `hostFilePieces` does
 */
export function withHostFile<T>(path: HostPath, size: number, use: (file: HostFile) => T): T {
	const {file, before} = openInput(path, size);
	try {
		const answer = use({
			size,
			read(start, length) {
				const wanted = Math.max(0, Math.min(length, size - start));
				if (wanted > AT_ONCE_LIMIT) {
					throw new DynpkError('FILE_TOO_LARGE', `${path} has a table of ${wanted} bytes`);
				}

				if (arena.length < wanted) {
					arena = Buffer.allocUnsafeSlow(wanted);
				}

				const bytes = arena.subarray(0, wanted);
				fillFrom(file, bytes, {path, position: start});
				return bytes;
			},
		});
		assertUnchanged(file, before, path);
		return answer;
	} finally {
		closeSync(file);
	}
}

/** The largest tables of strings and symbols have a quarter of it. */
const AT_ONCE_LIMIT = 256 << 20;

/** One for all files: to fill new pages takes longer than to read them. */
let arena = Buffer.alloc(0);

/** Of loaders, C libraries and what is edited as a whole; the largest programs there are have a quarter of it. */
const WHOLE_LIMIT = 1 << 30;

/** Read all of a file at once. @throws {DynpkError} as `hostFilePieces` does; FILE_TOO_LARGE */
export function readHostFile(path: HostPath, size: number): Buffer {
	if (size > WHOLE_LIMIT) {
		throw new DynpkError('FILE_TOO_LARGE', `${path} is too large to be edited: ${size} bytes`);
	}

	const [whole = Buffer.alloc(0)] = [...hostFilePieces(path, size, size)];
	return whole;
}

interface Input {
	/** The caller's to close. */
	readonly file: number;
	readonly before: Stats;
}

function openInput(path: HostPath, size: number): Input {
	const file = openFile(path);
	try {
		const before = fstatSync(file);
		if (!before.isFile()) {
			throw changed(path, 'it is no longer a regular file');
		}
		if (before.size !== size) {
			throw changed(path, `${before.size} bytes instead of ${size}`);
		}

		return {file, before};
	} catch (error) {
		closeSync(file);
		throw error;
	}
}

function openFile(path: HostPath): number {
	try {
		return openToRead(path);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			throw changed(path, 'it is gone');
		}
		throw faultFromErrno(error, `cannot read ${path}`);
	}
}

/** Where `position` is null, from where the read before has ended. */
function fillFrom(
	file: number,
	buffer: Buffer,
	{path, position}: {readonly path: HostPath; readonly position: number | null},
): void {
	let filled = 0;
	while (filled < buffer.length) {
		const at = position === null ? null : position + filled;
		const rest = filled === 0 ? buffer : buffer.subarray(filled);
		const count = readOnce(file, rest, {path, position: at});
		if (count === 0) {
			throw changed(path, 'it became shorter');
		}
		filled += count;
	}
}

function readOnce(
	file: number,
	buffer: Buffer,
	{path, position}: {readonly path: HostPath; readonly position: number | null},
): number {
	try {
		return readSync(file, buffer, 0, buffer.length, position);
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${path}`);
	}
}

/** Times in plain numbers are exact to a quarter of a microsecond: less than lies between two calls. */
function assertUnchanged(file: number, before: Stats, path: HostPath): void {
	const after = fstatSync(file);
	const {size, mtimeMs, ino} = before;
	if (after.size !== size || after.mtimeMs !== mtimeMs || after.ino !== ino) {
		throw changed(path, 'it was written to');
	}
}

function changed(path: HostPath, how: string): DynpkError {
	return new DynpkError('INPUT_CHANGED', `${path} changed while it was being packed: ${how}`);
}
