/** A file of a repository as a stream: a regular file, since a FIFO in its place would hold us for ever. */
import {closeSync, createReadStream, fstatSync, type ReadStream} from 'node:fs';
import {DynpkError} from '../../errors/dynpk-error.js';
import {openToRead} from '../../paths/open-to-read.js';
import type {HostPath} from '../../paths/paths.js';

const PIECE_SIZE = 1 << 18;

/** @throws {DynpkError} PACKAGE_INDEX_INVALID; what the system says to opening is thrown as it is */
export function openIndex(path: HostPath): ReadStream {
	const fd = openToRead(path);
	if (!fstatSync(fd).isFile()) {
		closeSync(fd);
		throw new DynpkError('PACKAGE_INDEX_INVALID', `${path} is not a regular file`);
	}

	return createReadStream(path, {fd, highWaterMark: PIECE_SIZE});
}
