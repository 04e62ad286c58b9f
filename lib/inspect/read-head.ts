/** The first bytes of a regular file, by which it tells what it is; nothing of it is believed. */
import {closeSync, fstatSync, readSync} from 'node:fs';
import {errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {openToRead} from '../paths/open-to-read.js';
import type {HostPath} from '../paths/paths.js';

/** What an open(2) says where there is no such file, or a device that nothing drives. */
const noFile = new Set(['ENOENT', 'ENOTDIR', 'ENXIO', 'ENODEV', 'ELOOP', 'ENAMETOOLONG']);

/**
 * Read up to `length` bytes, filled up with zeros; `undefined` for what is no regular file.
 *
 * @throws {DynpkError} PERMISSION, IO
 */
export function readHead(path: HostPath, length: number): Buffer | undefined {
	let file: number;
	try {
		file = openToRead(path);
	} catch (error) {
		if (noFile.has(errnoOf(error) ?? '')) {
			return undefined;
		}

		throw faultFromErrno(error, `cannot read ${path}`);
	}

	try {
		const head = Buffer.alloc(length);
		if (!fstatSync(file).isFile()) {
			return undefined;
		}

		readSync(file, head, 0, length, 0);
		return head;
	} finally {
		closeSync(file);
	}
}
