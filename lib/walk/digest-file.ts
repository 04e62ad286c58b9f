/** The digest of a file of any size, which takes no memory of that. */
import {createHash} from 'node:crypto';
import {hostFilePieces} from '../paths/host-file.js';
import type {HostPath} from '../paths/paths.js';

const PIECE_SIZE = 1 << 20;

/** SHA-256 in lower-case hexadecimal. @throws {DynpkError} what `hostFilePieces` throws */
export function digestFile({path, size}: {readonly path: HostPath; readonly size: number}): string {
	const hash = createHash('sha256');
	for (const piece of hostFilePieces(path, size, PIECE_SIZE)) {
		hash.update(piece);
	}

	return hash.digest('hex');
}
