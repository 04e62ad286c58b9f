/**
 * Remove a tree of our own making, read-only directories included.
 *
 * `rm -r` stops at a directory without write permission, and bundles may hold such. Links are
 * removed, never followed. Only for trees that nobody else can write to while this works.
 */
import {chmodSync, lstatSync, readdirSync, rmdirSync, unlinkSync} from 'node:fs';
import type {HostPath} from '../paths/paths.js';

/**
 * Remove `path` and all below it; nothing there is fine.
 *
 * What cannot be removed keeps nothing else from going, and is tried once more: what a network file
 * system refuses may go a moment later.
 */
export function removeTree(path: HostPath): void {
	const name = Buffer.from(path);
	const refusal = removeNode(name) && removeNode(name);
	if (refusal !== undefined) {
		throw refusal;
	}
}

/** In bytes, because a name need not be text. Returns what stood in the way first. */
function removeNode(path: Buffer): Error | undefined {
	try {
		const status = lstatSync(path, {throwIfNoEntry: false});
		if (status?.isDirectory() === true) {
			return removeDirectory(path, status.mode);
		}

		if (status !== undefined) {
			unlinkSync(path);
		}

		return undefined;
	} catch (error) {
		return error instanceof Error ? error : new Error(String(error));
	}
}

function removeDirectory(path: Buffer, mode: number): Error | undefined {
	if ((mode & 0o700) !== 0o700) {
		chmodSync(path, 0o700);
	}

	const [refusal] = readdirSync(path, {encoding: 'buffer'}).flatMap(
		name => removeNode(Buffer.concat([path, slash, name])) ?? [],
	);
	if (refusal === undefined) {
		rmdirSync(path);
	}

	return refusal;
}

const slash = Buffer.from('/');
