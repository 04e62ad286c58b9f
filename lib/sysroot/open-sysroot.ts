/**
 * A directory → a Sysroot: links followed inside it, every answer remembered.
 *
 * Three layers: `directory-index.ts` asks the kernel once, `link-resolver.ts` follows links by what
 * the index knows, and this module reads files. With `/` as root the result is this machine.
 */
import {closeSync, readSync, statSync, type BigIntStats} from 'node:fs';
import {openElf} from '../elf/open-elf.js';
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {openToRead} from '../paths/open-to-read.js';
import {
	comparePaths,
	inDirectory,
	parentOf,
	type HostPath,
	type SysrootPath,
} from '../paths/paths.js';
import {describe, makeDirectoryIndex, type DirectoryIndex} from './directory-index.js';
import {makeLinkResolver, type LinkResolver} from './link-resolver.js';
import type {ElfAnswer, FileStatus, Sysroot} from './sysroot.js';

/** The layers below, and what has been read through them. */
interface OpenRoot {
	readonly root: HostPath;
	readonly rootStatus: FileStatus;
	readonly index: DirectoryIndex;
	readonly links: LinkResolver;
	readonly objects: Map<SysrootPath, ElfAnswer>;
	/** By the limit and the path. */
	readonly contents: Map<string, Buffer | undefined>;
	readonly lists: Map<SysrootPath, Listing>;
}

/**
 * Open a directory as the root of a packed program's world.
 *
 * @throws {DynpkError} TARGET_NOT_FOUND when it is no directory, PERMISSION, IO.
 */
export function openSysroot(root: HostPath): Sysroot {
	const rootStatus = requireDirectory(root);
	const index = makeDirectoryIndex(root);
	const links = makeLinkResolver(index);
	const memory = {objects: new Map(), contents: new Map(), lists: new Map()};
	const open: OpenRoot = {root, rootStatus, index, links, ...memory};
	return Object.freeze({
		root,
		realPath: (path: SysrootPath) => realPathOf(open, path),
		hostPath(path: SysrootPath) {
			const at = links.locate(path);
			return path === '/' ? root : at && index.hostPath(inDirectory(at.directory, at.name));
		},
		status: (path: SysrootPath) => statusOf(open, path),
		isHidden: (path: SysrootPath) => isHidden(open, path),
		linkTarget(path: SysrootPath) {
			const at = links.locate(path);
			return at && index.linkTarget(at.directory, at.name);
		},
		list: (path: SysrootPath, passesOver?: (path: SysrootPath) => boolean) =>
			listDirectory(open, path, passesOver),
		elf: (path: SysrootPath) => elfAt(open, path),
		read: (path: SysrootPath, limit: number) => readAt(open, path, limit),
	});
}

function requireDirectory(root: HostPath): FileStatus {
	let status: BigIntStats | undefined;
	try {
		status = statSync(root, {bigint: true, throwIfNoEntry: false});
	} catch (error) {
		if (errnoOf(error) !== 'ENOTDIR') {
			throw faultFromErrno(error, `cannot look at ${root}`);
		}
	}

	if (status?.isDirectory() !== true) {
		throw new DynpkError('TARGET_NOT_FOUND', `no such directory: ${root}`);
	}

	return describe(status);
}

function realPathOf({links}: OpenRoot, path: SysrootPath): SysrootPath | undefined {
	const resolution = links.resolve(path);
	return resolution.status === 'found' ? resolution.path : undefined;
}

function statusOf({rootStatus, index, links}: OpenRoot, path: SysrootPath): FileStatus | undefined {
	const at = links.locate(path);
	return path === '/' ? rootStatus : at && index.entry(at.directory, at.name);
}

/** The first component of which nothing is known decides. */
function isHidden({index, links}: OpenRoot, path: SysrootPath): boolean {
	let unknown = path;
	let at = links.locate(unknown);
	while (at === undefined && unknown !== '/') {
		unknown = parentOf(unknown);
		at = links.locate(unknown);
	}

	return at !== undefined && index.isHidden(at.directory, at.name);
}

interface Listing {
	readonly names: readonly string[];
	/** As Node.js reads names that are not UTF-8: under these there is nothing. */
	readonly mangled: readonly string[];
}

function listDirectory(
	{index, links, lists}: OpenRoot,
	path: SysrootPath,
	passesOver: (path: SysrootPath) => boolean = () => false,
): readonly string[] | undefined {
	const directory = links.resolve(path);
	if (directory.status !== 'found' || !directory.isDirectory) {
		return undefined;
	}

	const listing = lists.get(directory.path) ?? readListing(index, directory.path);
	if (listing === undefined) {
		return undefined;
	}

	lists.set(directory.path, listing);
	const refused = listing.mangled.find(name => !passesOver(inDirectory(path, name)));
	if (refused !== undefined) {
		const pattern = inDirectory(path, refused).replaceAll('\ufffd', '?');
		throw new DynpkError('NAME_NOT_UTF8', `a file name in ${path} is not UTF-8: ${refused}`, {
			hint: `rename it, or leave it out: --exclude '${pattern}'`,
		});
	}

	return listing.names;
}

function readListing(index: DirectoryIndex, directory: SysrootPath): Listing | undefined {
	const names = index.names(directory);
	if (names === undefined) {
		return undefined;
	}

	const mangled = [...names].filter(
		name => name.includes('\ufffd') && index.entry(directory, name) === undefined,
	);
	const readable =
		mangled.length === 0 ? [...names] : [...names].filter(name => !mangled.includes(name));
	return {names: Object.freeze(readable.sort(comparePaths)), mangled};
}

function remember<Key, Value>(memory: Map<Key, Value>, key: Key, value: Value): Value {
	memory.set(key, value);
	return value;
}

function elfAt(open: OpenRoot, path: SysrootPath): ElfAnswer {
	const {links, objects} = open;
	const known = objects.get(path);
	if (known !== undefined) {
		return known;
	}

	const file = links.resolve(path);
	switch (file.status) {
		case 'absent':
			return ABSENT;
		case 'loop':
			return remember(objects, path, LOOP);
		case 'found': {
			const answer = objects.get(file.path) ?? readObject(open, file.path);
			objects.set(file.path, answer);
			return path === file.path ? answer : remember(objects, path, answer);
		}
	}
}

const ABSENT: ElfAnswer = Object.freeze({status: 'absent'});
const LOOP: ElfAnswer = Object.freeze({
	status: 'unreadable',
	reason: 'too many levels of symbolic links',
	errno: 'ELOOP',
});

function readObject(open: OpenRoot, path: SysrootPath): ElfAnswer {
	try {
		const isFile = statusOf(open, path)?.kind === 'file';
		return Object.freeze(openElf(open.index.hostPath(path), {isFile}));
	} catch (error) {
		if (!(error instanceof DynpkError)) {
			throw error;
		}

		const errno = errnoOf(error.cause);
		return errno === undefined
			? {status: 'not-elf', reason: error.message}
			: {status: 'unreadable', reason: error.message, errno};
	}
}

function readAt(open: OpenRoot, path: SysrootPath, limit: number): Buffer | undefined {
	const {index, contents} = open;
	const file = realPathOf(open, path);
	if (file === undefined || statusOf(open, file)?.kind !== 'file') {
		return undefined;
	}

	const key = `${limit} ${file}`;
	return contents.has(key)
		? contents.get(key)
		: remember(contents, key, readStart(index.hostPath(file), limit));
}

/** The first `limit` bytes of a regular file; `undefined` when it may not be read. */
function readStart(path: HostPath, limit: number): Buffer | undefined {
	let fd: number;
	try {
		fd = openToRead(path);
	} catch (error) {
		if (errnoOf(error) === 'EACCES' || errnoOf(error) === 'ENOENT') {
			return undefined;
		}

		throw faultFromErrno(error, `cannot open ${path}`);
	}

	try {
		return readUpTo(fd, limit);
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${path}`);
	} finally {
		closeSync(fd);
	}
}

/** One for all files: most are small, and memory of their own would be mapped for each read. */
const chunk = Buffer.allocUnsafeSlow(65_536);

function readUpTo(fd: number, limit: number): Buffer {
	const chunks: Buffer[] = [];
	let total = 0;
	while (total < limit) {
		const count = readSync(fd, chunk, 0, Math.min(chunk.length, limit - total), null);
		if (count === 0) {
			break;
		}

		chunks.push(Buffer.from(chunk.subarray(0, count)));
		total += count;
	}

	return Buffer.concat(chunks, total);
}
