/**
 * Remove a tree of our own making, read-only directories included.
 *
 * `rm -r` stops at a directory without write permission, and bundles may hold such. Links are
 * removed, never followed. Only for trees that nobody else can write to while this works.
 */
import {chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync} from 'node:fs';
import type {HostPath} from '../paths/paths.js';

/** Remove `path` and all below it; nothing there is fine. */
export function removeTree(path: HostPath): void {
	removeNode(Buffer.from(path));
}

/** In bytes, because a name need not be text. */
function removeNode(path: Buffer): void {
	const status = lstatSync(path, {throwIfNoEntry: false});
	if (status === undefined) {
		return;
	}
	if (!status.isDirectory()) {
		unlinkSync(path);
		return;
	}

	if ((status.mode & 0o700) !== 0o700) {
		chmodSync(path, 0o700);
	}
	for (const name of readdirSync(path, {encoding: 'buffer'})) {
		removeNode(Buffer.concat([path, slash, name]));
	}

	rmdirSync(path);
}

const slash = Buffer.from('/');
