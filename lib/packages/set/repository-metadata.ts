/**
 * What the readers of a repository's indices share: how a version is put together, where a file of
 * the repository may lie, and what an index is compressed with.
 */
import {closeSync, fstatSync, readSync} from 'node:fs';
import {posix} from 'node:path';
import {detectCompression, MAGIC_LENGTH, type Compression} from '../../decompress/compression.js';
import {DynpkError} from '../../errors/dynpk-error.js';
import {openToRead} from '../../paths/open-to-read.js';
import {bundlePath, hostPath, type HostPath} from '../../paths/paths.js';

/** `[EPOCH:]VERSION-RELEASE` of a `version` element; an epoch of 0 is none. */
export function versionOf(attributes: ReadonlyMap<string, string>): string {
	const epoch = attributes.get('epoch') ?? '0';
	const prefix = epoch === '0' || epoch === '' ? '' : `${epoch}:`;
	return `${prefix}${attributes.get('ver') ?? ''}-${attributes.get('rel') ?? ''}`;
}

/** A location of the metadata as a path that cannot leave the repository. */
export function insideRepository(repository: HostPath, href: string): HostPath {
	try {
		return hostPath(posix.join(repository, bundlePath(href)));
	} catch (cause) {
		throw new DynpkError('PACKAGE_INDEX_INVALID', `${repository}: ${href} leads out of it`, {
			cause,
		});
	}
}

/** By the first bytes, not by the name. */
export function compressionOf(path: HostPath): Compression {
	const fd = openToRead(path);
	try {
		const start = Buffer.alloc(MAGIC_LENGTH);
		const length = fstatSync(fd).isFile() ? readSync(fd, start, 0, MAGIC_LENGTH, 0) : 0;
		return detectCompression(start.subarray(0, length));
	} finally {
		closeSync(fd);
	}
}
