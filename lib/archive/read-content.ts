/**
 * An entry's contents, read once, with the digest of what was really read: all at once, or of a large
 * file as a run of buffers.
 *
 * Small files come one after the other in one buffer: a stream a file costs ten times the copying, and
 * memory for each of them the collector's time.
 */
import {hash} from 'node:crypto';
import {hostFilePieces, readHostFileInto} from '../paths/host-file.js';
import type {EntryContent, FileDigest, FileDigests, Pieces} from './archive-entry.js';

export type OpenContent =
	/** Good until the next content is read. */
	| {readonly kind: 'whole'; readonly size: number; readonly bytes: Buffer}
	| {readonly kind: 'pieces'; readonly size: number; readonly pieces: Pieces};

/** Up to here a file is one buffer. */
export const WHOLE_LIMIT = 4 << 20;
const PIECE_SIZE = 512 << 10;

/** Read a host file, or say how much there is and how to get at it: what is large is opened when its pieces are taken. */
export function makeContentReader(digests: FileDigests): (content: EntryContent) => OpenContent {
	let room = Buffer.alloc(0);
	return content => {
		switch (content.kind) {
			case 'bytes':
				return {kind: 'whole', size: content.bytes.length, bytes: content.bytes};
			case 'late': {
				const pieces = content.make(digests);
				return {kind: 'pieces', size: pieces.reduce((sum, {length}) => sum + length, 0), pieces};
			}
			case 'host-file': {
				const {path, size} = content;
				if (size >= WHOLE_LIMIT) {
					return {kind: 'pieces', size, pieces: hostFilePieces(path, size, PIECE_SIZE)};
				}

				if (room.length < size) {
					room = Buffer.allocUnsafeSlow(Math.min(Math.max(2 * size, PIECE_SIZE), WHOLE_LIMIT));
				}

				return {kind: 'whole', size, bytes: readHostFileInto(path, size, room)};
			}
			case 'pieces':
				return content;
		}
	};
}

export function digestOf(bytes: Buffer): FileDigest {
	return {sha256: hash('sha256', bytes), size: bytes.length};
}
