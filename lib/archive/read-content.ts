/**
 * An entry's contents as a run of buffers, read once, with the digest of what was really read.
 *
 * Small files come as one buffer, because a stream a file costs ten times the copying. Reads are
 * synchronous on purpose: libuv's threads are compressing meanwhile, and a read queued behind
 * them would leave the pipe dry.
 */
import {createHash} from 'node:crypto';
import {closeSync, constants, fstatSync, openSync, readSync, type BigIntStats} from 'node:fs';
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import type {EntryContent, FileDigest, FileDigests, Pieces} from './archive-entry.js';

export interface OpenContent {
	readonly size: number;
	readonly pieces: Pieces;
}

/** Up to here a file is one buffer. */
const wholeLimit = 4 << 20;
const pieceSize = 512 << 10;

/** Say how much there is and how to get at it; a host file is opened when its pieces are taken. */
export function readContent(content: EntryContent, digests: FileDigests): OpenContent {
	switch (content.kind) {
		case 'bytes':
			return {size: content.bytes.length, pieces: [content.bytes]};
		case 'late': {
			const bytes = content.make(digests);
			return {size: bytes.length, pieces: [bytes]};
		}
		case 'host-file':
			return {size: content.size, pieces: readHostFile(content.path, content.size)};
		case 'pieces':
			return content;
	}
}

/** Pass pieces on and report their digest after the last of them has been taken. */
export async function* digestedPieces(
	pieces: Pieces,
	report: (digest: FileDigest) => void,
): AsyncGenerator<Buffer, void, undefined> {
	const hash = createHash('sha256');
	let size = 0;
	for await (const piece of pieces) {
		hash.update(piece);
		size += piece.length;
		yield piece;
	}

	report({sha256: hash.digest('hex'), size});
}

function* readHostFile(path: HostPath, size: number): Generator<Buffer, void, undefined> {
	const changed = (how: string): DynpkError =>
		new DynpkError('INPUT_CHANGED', `${path} changed while it was being packed: ${how}`);
	const file = openInput(path, changed);
	try {
		const before = fstatSync(file, {bigint: true});
		if (!before.isFile()) throw changed('it is no longer a regular file');
		if (before.size !== BigInt(size)) {
			throw changed(`${before.size.toString()} bytes instead of ${size}`);
		}

		for (let done = 0; done < size;) {
			const wanted = size - done;
			const piece = Buffer.allocUnsafeSlow(
				size < wholeLimit ? wanted : Math.min(wanted, pieceSize),
			);
			const length = fillFrom(file, piece, path);
			if (length < piece.length && done + length < size) throw changed('it became shorter');
			done += length;
			yield piece.subarray(0, length);
		}

		if (!sameState(before, fstatSync(file, {bigint: true}))) throw changed('it was written to');
	} finally {
		closeSync(file);
	}
}

function openInput(path: HostPath, changed: (how: string) => DynpkError): number {
	try {
		// Without O_NONBLOCK a FIFO put in the file's place would hold us for ever.
		return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
	} catch (error) {
		if (errnoOf(error) === 'ENOENT') throw changed('it is gone');
		throw faultFromErrno(error, `cannot read ${path}`);
	}
}

/** Read until the buffer is full or the file ends; say how much came. */
function fillFrom(file: number, buffer: Buffer, path: HostPath): number {
	let filled = 0;
	try {
		while (filled < buffer.length) {
			const count = readSync(file, buffer, filled, buffer.length - filled, null);
			if (count === 0) break;
			filled += count;
		}
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${path}`);
	}

	return filled;
}

function sameState(a: BigIntStats, b: BigIntStats): boolean {
	return a.size === b.size && a.mtimeNs === b.mtimeNs && a.ino === b.ino;
}
