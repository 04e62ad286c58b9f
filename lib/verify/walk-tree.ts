/**
 * Read an unpacked bundle, entry by entry, with the digest of every file.
 *
 * Links are described, never followed; files are hashed in pieces, so that memory does not grow with
 * them.
 */
import {createHash} from 'node:crypto';
import {closeSync, lstatSync, readdirSync, readlinkSync, readSync} from 'node:fs';
import {posix} from 'node:path';
import {faultFromErrno} from '../errors/dynpk-error.js';
import type {StopCheck} from '../errors/stop-signal.js';
import type {TreeEntry} from '../manifest/compare-tree.js';
import type {FileRecord} from '../manifest/manifest.js';
import {openToRead} from '../paths/open-to-read.js';
import {comparePaths, type HostPath} from '../paths/paths.js';

const PIECE = 1 << 20;

/**
 * `records` tells which of several equal files is a hard link to which, as the manifest has it.
 *
 * @throws {DynpkError} PERMISSION, IO for what cannot be read; what `stop` throws
 */
export async function walkTree(
	top: HostPath,
	records: readonly FileRecord[],
	stop: StopCheck,
): Promise<TreeEntry[]> {
	const hardlinks = new Map(
		records.flatMap(({path, kind, target}) =>
			kind === 'hardlink' && target !== undefined ? [[path as string, target]] : [],
		),
	);
	const entries: TreeEntry[] = [];
	const piece = Buffer.allocUnsafe(PIECE);
	const pending = [''];
	for (const directory of pending) {
		for (const name of namesIn(posix.join(top, directory))) {
			const path = posix.join(directory, name);
			const entry = describe({path, top, hardlink: hardlinks.get(path), piece});
			entries.push(entry);
			await stop(entry.size ?? 0);
			if (entry.kind === 'directory') {
				pending.push(path);
			}
		}
	}

	return entries;
}

function namesIn(directory: string): readonly string[] {
	return reading(directory, () => readdirSync(directory)).sort(comparePaths);
}

interface Place {
	/** Below `top`. */
	readonly path: string;
	readonly top: string;
	/** What the manifest calls it a hard link to. */
	readonly hardlink: string | undefined;
	/** For reading into. */
	readonly piece: Buffer;
}

const none = {mode: undefined, size: undefined, sha256: undefined, target: undefined};

function describe({path, top, hardlink, piece}: Place): TreeEntry {
	const file = posix.join(top, path);
	const status = reading(file, () => lstatSync(file, {bigint: true, throwIfNoEntry: false}));
	if (status?.isSymbolicLink() === true) {
		return {...none, path, kind: 'symlink', target: reading(file, () => readlinkSync(file))};
	}

	const mode = Number(status?.mode) & 0o7777;
	if (status?.isDirectory() === true) {
		return {...none, path, kind: 'directory', mode};
	}

	// A name that is no UTF-8 comes from Node.js as another one, under which there is nothing.
	if (status?.isFile() !== true) {
		return {...none, path, kind: 'special file'};
	}

	if (hardlink !== undefined) {
		const first = posix.join(top, hardlink);
		const other = lstatSync(first, {bigint: true, throwIfNoEntry: false});
		// A copy that gave up hard links is as good, if it holds the same bytes.
		const isSame =
			other?.isFile() === true &&
			((other.ino === status.ino && other.dev === status.dev) ||
				digest(file, piece) === digest(first, piece));
		return {...none, path, kind: 'hardlink', target: isSame ? hardlink : undefined};
	}

	const size = Number(status.size);
	return {...none, path, kind: 'file', mode, size, sha256: digest(file, piece)};
}

function reading<T>(path: string, read: () => T): T {
	try {
		return read();
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${path}`);
	}
}

function digest(file: string, piece: Buffer): string {
	const descriptor = reading(file, () => openToRead(file, {followsLink: false}));
	try {
		const hash = createHash('sha256');
		for (let length = -1; length !== 0;) {
			length = reading(file, () => readSync(descriptor, piece));
			hash.update(piece.subarray(0, length));
		}

		return hash.digest('hex');
	} finally {
		closeSync(descriptor);
	}
}
