/**
 * The bytes of a file that was looked at before: all of them, or a fault that says what became of it.
 *
 * Reads are synchronous on purpose: libuv's threads are compressing meanwhile, and a read queued
 * behind them would leave the pipe dry.
 */
import {closeSync, fstatSync, readSync, type BigIntStats} from 'node:fs';
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
	const changed = (how: string): DynpkError =>
		new DynpkError('INPUT_CHANGED', `${path} changed while it was being packed: ${how}`);
	const file = openInput(path, changed);
	try {
		const before = fstatSync(file, {bigint: true});
		if (!before.isFile()) {
			throw changed('it is no longer a regular file');
		}
		if (before.size !== BigInt(size)) {
			throw changed(`${before.size.toString()} bytes instead of ${size}`);
		}

		for (let done = 0; done < size;) {
			const piece = Buffer.allocUnsafeSlow(Math.min(size - done, pieceSize));
			const length = fillFrom(file, piece, path);
			if (length < piece.length) {
				throw changed('it became shorter');
			}
			done += length;
			yield piece;
		}

		if (!isUnchanged(before, fstatSync(file, {bigint: true}))) {
			throw changed('it was written to');
		}
	} finally {
		closeSync(file);
	}
}

/** Read all of a file at once. @throws {DynpkError} as `hostFilePieces` does */
export function readHostFile(path: HostPath, size: number): Buffer {
	const [whole = Buffer.alloc(0)] = [...hostFilePieces(path, size, size)];
	return whole;
}

function openInput(path: HostPath, changed: (how: string) => DynpkError): number {
	try {
		return openToRead(path);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') {
			throw changed('it is gone');
		}
		throw faultFromErrno(error, `cannot read ${path}`);
	}
}

/** Read until the buffer is full or the file ends; say how much came. */
function fillFrom(file: number, buffer: Buffer, path: HostPath): number {
	let filled = 0;
	try {
		while (filled < buffer.length) {
			const count = readSync(file, buffer, filled, buffer.length - filled, null);
			if (count === 0) {
				break;
			}
			filled += count;
		}
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${path}`);
	}

	return filled;
}

function isUnchanged(a: BigIntStats, b: BigIntStats): boolean {
	return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;
}
