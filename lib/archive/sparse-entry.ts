/** A sparse file → the blocks of its entry in a tar archive. */
import {createHash} from 'node:crypto';
import {DynpkError} from '../errors/dynpk-error.js';
import type {StopCheck} from '../errors/stop-signal.js';
import type {FileDigest, FileEntry} from './archive-entry.js';
import type {OpenContent} from './read-content.js';
import {LONGEST_NAME, longNameHeader, sparseHeader} from './sparse-header.js';
import {dataOf, type SparseMap} from './sparse-map.js';

export interface SparseContent {
	readonly entry: FileEntry;
	/** Seconds since 1970. */
	readonly mtime: number;
	readonly content: OpenContent;
	readonly map: SparseMap;
}

const BLOCK_SIZE = 512;

/**
 * Returns the digest of all of the file, zeros too.
 *
 * @throws {DynpkError} INPUT_CHANGED where it has more than its map says, and what reading it and `stop` throw
 */
export async function* sparseEntry(
	{entry, mtime, content, map}: SparseContent,
	stop: StopCheck,
): AsyncGenerator<Buffer, FileDigest, undefined> {
	const {path, mode} = entry;
	if (Buffer.byteLength(path) > LONGEST_NAME) {
		yield longNameHeader(path);
	}

	yield sparseHeader({name: path, mode, mtime, map});
	const digest = createHash('sha256');
	let size = 0;
	let stored = 0;
	for await (const piece of content.kind === 'whole' ? [content.bytes] : content.pieces) {
		digest.update(piece);
		for (const data of dataOf(map, {start: size, piece}, () => refuseChange(path))) {
			stored += data.length;
			yield data;
		}

		size += piece.length;
		// Of a hole nothing is handed on, so nobody else would stop.
		await stop(piece.length);
	}

	const over = stored % BLOCK_SIZE;
	if (over > 0) {
		yield Buffer.alloc(BLOCK_SIZE - over);
	}

	return {sha256: digest.digest('hex'), size};
}

function refuseChange(path: string): never {
	throw new DynpkError('INPUT_CHANGED', `${path} was written to where it had nothing`);
}
