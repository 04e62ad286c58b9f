/**
 * What lies in the directories below a root, asked of the kernel once.
 *
 * Paths here are real already: no component is a link, so adding the root in front gives the place
 * on this machine. One listing answers for every name a directory does not hold, which is what a
 * library search mostly asks. A directory that cannot be listed is asked name by name.
 */
import {isUtf8} from 'node:buffer';
import {lstatSync, readdirSync, readlinkSync, type BigIntStats, type Stats} from 'node:fs';
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import type {HostPath, SysrootPath} from '../paths/paths.js';
import type {FileStatus} from './sysroot.js';

export interface DirectoryIndex {
	/** Where a real path lies on this machine. */
	hostPath(path: SysrootPath): HostPath;
	/** Names in a directory, in no order; `undefined` where it cannot be listed. */
	names(directory: SysrootPath): ReadonlySet<string> | undefined;
	/** Describe `name` in a directory as lstat(2) does. */
	entry(directory: SysrootPath, name: string): FileStatus | undefined;
	/** Whether `entry` says nothing because this user may not look into the directory. */
	isHidden(directory: SysrootPath, name: string): boolean;
	/** The text of the link `name` in a directory. */
	linkTarget(directory: SysrootPath, name: string): string | undefined;
}

export function makeDirectoryIndex(root: HostPath): DirectoryIndex {
	const prefix = root === '/' ? '' : root;
	const directories = new Map<SysrootPath, Directory>();
	const targets = new Map<string, string | undefined>();

	// The one place where a sysroot path becomes a host path: it is free of links by then.
	const hostPath = (path: SysrootPath): HostPath =>
		(path === '/' ? root : prefix + path) as HostPath;

	function open(directory: SysrootPath): Directory {
		let known = directories.get(directory);
		if (known === undefined) {
			known = {names: readNames(hostPath(directory)), entries: new Map()};
			directories.set(directory, known);
		}

		return known;
	}

	function look(directory: SysrootPath, name: string): FileStatus | 'hidden' | undefined {
		const {names, entries} = open(directory);
		const known = entries.get(name);
		if (known !== undefined || names?.has(name) === false || entries.has(name)) {
			return known;
		}

		const status = readStatus(`${hostPath(directory)}/${name}`);
		entries.set(name, status);
		return status;
	}

	function entry(directory: SysrootPath, name: string): FileStatus | undefined {
		const found = look(directory, name);
		return found === 'hidden' ? undefined : found;
	}

	function linkTarget(directory: SysrootPath, name: string): string | undefined {
		const path = `${hostPath(directory)}/${name}`;
		if (!targets.has(path)) {
			const isLink = entry(directory, name)?.kind === 'symlink';
			targets.set(path, isLink ? readTarget(path) : undefined);
		}

		return targets.get(path);
	}

	const isHidden = (directory: SysrootPath, name: string): boolean =>
		look(directory, name) === 'hidden';
	return {hostPath, names: directory => open(directory).names, entry, isHidden, linkTarget};
}

/** What is known of one. */
interface Directory {
	readonly names: ReadonlySet<string> | undefined;
	readonly entries: Map<string, FileStatus | 'hidden' | undefined>;
}

const NO_NAMES: ReadonlySet<string> = new Set();

/** Reasons for which a path leads nowhere, as against a machine that fails. */
const NOTHING_THERE = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'ENAMETOOLONG', 'ELOOP']);

function readNames(path: HostPath): ReadonlySet<string> | undefined {
	try {
		return new Set(readdirSync(path));
	} catch (error) {
		const errno = errnoOf(error);
		return errno === 'ENOENT' || errno === 'ENOTDIR' ? NO_NAMES : undefined;
	}
}

function readStatus(path: string): FileStatus | 'hidden' | undefined {
	const status = unlessNothing(path, () => lookAt(path));
	return typeof status === 'object' ? describe(status) : status;
}

/** Big integers, which take twice the time, only for numbers that need them: overlay file systems have such inodes. */
function lookAt(path: string): Stats | BigIntStats | 'hidden' | undefined {
	try {
		const status = lstatSync(path, {throwIfNoEntry: false});
		return status === undefined || status.ino <= Number.MAX_SAFE_INTEGER
			? status
			: lstatSync(path, {bigint: true, throwIfNoEntry: false});
	} catch (error) {
		if (errnoOf(error) === 'EACCES') {
			return 'hidden';
		}

		throw error;
	}
}

/** @throws {DynpkError} NAME_NOT_UTF8 for a text that would come out as another one. */
function readTarget(path: string): string | undefined {
	const target = unlessNothing(path, () => readlinkSync(path, {encoding: 'buffer'}));
	const text = target?.toString('utf8');
	if (target !== undefined && !isUtf8(target)) {
		throw new DynpkError('NAME_NOT_UTF8', `the link ${path} leads to no UTF-8 name: ${text ?? ''}`);
	}

	return text;
}

function unlessNothing<T>(path: string, ask: () => T): T | undefined {
	try {
		return ask();
	} catch (error) {
		if (NOTHING_THERE.has(errnoOf(error) ?? '')) {
			return undefined;
		}

		throw faultFromErrno(error, `cannot look at ${path}`);
	}
}

/** Turn stat(2)'s answer into ours; inode numbers beyond 2^53 keep their last digits. */
export function describe(status: Stats | BigIntStats): FileStatus {
	return Object.freeze({
		kind: kindOf(status),
		mode: Number(status.mode) & 0o7777,
		size: Number(status.size),
		fileId: `${status.dev}:${status.ino}`,
		linkCount: Number(status.nlink),
	});
}

function kindOf(status: Stats | BigIntStats): FileStatus['kind'] {
	if (status.isFile()) {
		return 'file';
	}

	if (status.isDirectory()) {
		return 'directory';
	}

	return status.isSymbolicLink() ? 'symlink' : 'other';
}
