/**
 * An entry's contents as a run of buffers, read once, with the digest of what was really read.
 *
 * Small files come as one buffer, because a stream a file costs ten times the copying.
 */
import {createHash} from 'node:crypto';
import {hostFilePieces} from '../paths/host-file.js';
import type {EntryContent, FileDigest, FileDigests, Pieces} from './archive-entry.js';

export interface OpenContent {
	readonly size: number;
	readonly pieces: Pieces;
}

/** Up to here a file is one buffer. */
const WHOLE_LIMIT = 4 << 20;
const PIECE_SIZE = 512 << 10;

/** Say how much there is and how to get at it; a host file is opened when its pieces are taken. */
export function readContent(content: EntryContent, digests: FileDigests): OpenContent {
	switch (content.kind) {
		case 'bytes':
			return {size: content.bytes.length, pieces: [content.bytes]};
		case 'late': {
			const pieces = content.make(digests);
			return {size: pieces.reduce((sum, {length}) => sum + length, 0), pieces};
		}
		case 'host-file': {
			const {path, size} = content;
			return {
				size,
				pieces: hostFilePieces(path, size, size < WHOLE_LIMIT ? WHOLE_LIMIT : PIECE_SIZE),
			};
		}
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
