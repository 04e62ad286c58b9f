/**
 * Read an unpacked bundle, entry by entry, with the digest of every file.
 *
 * Links are described, never followed; files are hashed in pieces, so that memory does not grow with
 * them.
 */
import {createHash} from 'node:crypto';
import {
	closeSync,
	constants,
	lstatSync,
	openSync,
	readdirSync,
	readlinkSync,
	readSync,
} from 'node:fs';
import {posix} from 'node:path';
import {faultFromErrno} from '../errors/dynpk-error.js';
import type {TreeEntry} from '../manifest/compare-tree.js';
import type {FileRecord} from '../manifest/manifest.js';
import {comparePaths, type HostPath} from '../paths/paths.js';

const PIECE = 1 << 20;

/** `records` tells which of several equal files is a hard link to which, as the manifest has it. */
export function walkTree(top: HostPath, records: readonly FileRecord[]): TreeEntry[] {
	const hardlinks = new Map(
		records.flatMap(({path, kind, target}) =>
			kind === 'hardlink' && target !== undefined ? [[path as string, target]] : [],
		),
	);
	const entries: TreeEntry[] = [];
	const piece = Buffer.allocUnsafe(PIECE);
	const pending = [''];
	for (const directory of pending) {
		for (const name of readdirSync(posix.join(top, directory)).sort(comparePaths)) {
			const path = posix.join(directory, name);
			const entry = describe(posix.join(top, path), path, hardlinks.get(path), top, piece);
			entries.push(entry);
			if (entry.kind === 'directory') {
				pending.push(path);
			}
		}
	}

	return entries;
}

function describe(
	file: string,
	path: string,
	hardlink: string | undefined,
	top: string,
	piece: Buffer,
): TreeEntry {
	const none = {mode: undefined, size: undefined, sha256: undefined, target: undefined};
	const status = lstatSync(file, {bigint: true});
	const mode = Number(status.mode) & 0o7777;
	if (status.isSymbolicLink()) {
		return {...none, path, kind: 'symlink', target: readlinkSync(file)};
	}

	if (status.isDirectory()) {
		return {...none, path, kind: 'directory', mode};
	}

	if (hardlink !== undefined) {
		const other = lstatSync(posix.join(top, hardlink), {bigint: true, throwIfNoEntry: false});
		// A copy that gave up hard links is as good, if it holds the same bytes.
		const isSame =
			other !== undefined &&
			((other.ino === status.ino && other.dev === status.dev) ||
				digest(file, piece) === digest(posix.join(top, hardlink), piece));
		return {...none, path, kind: 'hardlink', target: isSame ? hardlink : undefined};
	}

	return {
		...none,
		path,
		kind: 'file',
		mode,
		size: Number(status.size),
		sha256: digest(file, piece),
	};
}

function digest(file: string, piece: Buffer): string | undefined {
	let descriptor: number;
	try {
		descriptor = openSync(file, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${file}`);
	}

	try {
		const hash = createHash('sha256');
		for (let length = -1; length !== 0;) {
			length = readSync(descriptor, piece, 0, piece.length, null);
			hash.update(piece.subarray(0, length));
		}

		return hash.digest('hex');
	} finally {
		closeSync(descriptor);
	}
}
