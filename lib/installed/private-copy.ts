/**
 * A copy of a package manager's files in a private directory, for its own program to ask about.
 *
 * Such programs follow links, wait at FIFOs, and make locks and logs beside what they read. So of a
 * foreign root they are shown what was copied from it: regular files, links followed inside the root.
 */
import {closeSync, mkdirSync, mkdtempSync, openSync, writeSync} from 'node:fs';
import {posix} from 'node:path';
import {removeTree} from '../archive/remove-tree.js';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import {holdingSignals} from '../errors/stop-signal.js';
import {hostFilePieces} from '../paths/host-file.js';
import {hostPath, sysrootPath, type HostPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';

export interface CopyRequest {
	readonly directory: SysrootPath;
	/** Directories below it to be copied as well, which must not be nested. */
	readonly below: readonly string[];
	readonly isWanted: (name: string) => boolean;
	/** Where a private directory can be made. */
	readonly temporary: HostPath;
}

/**
 * Use a copy of a directory's files, which is removed afterwards, also where a signal is to end us.
 *
 * @throws {DynpkError} PACKAGE_UNKNOWN for more than any database has; NO_SPACE, PERMISSION, IO
 */
export function withPrivateCopy<T>(
	sysroot: Sysroot,
	{directory, below, isWanted, temporary}: CopyRequest,
	use: (copy: HostPath) => T,
): T {
	return holdingSignals(() => {
		const copy = makePlace(temporary);
		try {
			copyFiles(sysroot, {directory, below, isWanted}, copy);
			return use(copy);
		} finally {
			removeTree(copy);
		}
	});
}

function copyFiles(
	sysroot: Sysroot,
	{directory, below, isWanted}: Omit<CopyRequest, 'temporary'>,
	copy: HostPath,
): void {
	let left = LARGEST_DATABASE;
	for (const part of ['', ...below]) {
		const place = hostPath(posix.join(copy, part));
		if (part !== '') {
			mkdirSync(place, 0o700);
		}

		const from = sysrootPath(posix.join(directory, part));
		for (const name of (sysroot.list(from, () => true) ?? []).filter(isWanted)) {
			const file = regularFileAt(sysroot, sysrootPath(posix.join(from, name)));
			left -= file?.size ?? 0;
			if (left < 0) {
				throw new DynpkError(
					'PACKAGE_UNKNOWN',
					`the files in ${directory} are too large for a database of packages`,
				);
			}

			if (file !== undefined) {
				copyFile(file, hostPath(posix.join(place, name)));
			}
		}
	}
}

/** Of a distribution with everything in it, rpm's is half a gigabyte. */
const LARGEST_DATABASE = 2 ** 31;
const PIECE_SIZE = 1 << 20;

interface RegularFile {
	readonly path: HostPath;
	/** In bytes. */
	readonly size: number;
}

/** What a path leads to, links followed inside the root. */
export function regularFileAt(sysroot: Sysroot, path: SysrootPath): RegularFile | undefined {
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	const place = real === undefined ? undefined : sysroot.hostPath(real);
	return status?.kind === 'file' && place !== undefined
		? {path: place, size: status.size}
		: undefined;
}

function makePlace(temporary: HostPath): HostPath {
	try {
		return hostPath(mkdtempSync(posix.join(temporary, 'dynpk-database-')));
	} catch (error) {
		throw faultFromErrno(error, `cannot make a directory in ${temporary}`);
	}
}

function copyFile({path, size}: RegularFile, to: HostPath): void {
	try {
		const copy = openSync(to, 'wx', 0o600);
		try {
			for (const piece of hostFilePieces(path, size, PIECE_SIZE)) {
				for (let written = 0; written < piece.length;) {
					written += writeSync(copy, piece, written);
				}
			}
		} finally {
			closeSync(copy);
		}
	} catch (error) {
		throw error instanceof DynpkError
			? error
			: faultFromErrno(error, `cannot copy ${path} to ${to}`);
	}
}
