/**
 * A root directory whose contents are read as the packed program would see them.
 *
 * Every link is followed inside the root, so an absolute link in a foreign root never leads to this
 * machine's files. Answers are remembered for the life of the value: a second walk over a warm
 * sysroot reads nothing. Synchronous on purpose: resolving is thousands of tiny reads of cached
 * pages, where a promise each costs more than the read.
 */
import type {ElfObject} from '../elf/elf-object.js';
import type {HostPath, SysrootPath} from '../paths/paths.js';

export interface FileStatus {
	readonly kind: 'file' | 'directory' | 'symlink' | 'other';
	/** Permission bits with set-id and sticky, as in `st_mode & 07777`. */
	readonly mode: number;
	/** In bytes. */
	readonly size: number;
	/** `device:inode`. */
	readonly fileId: string;
	readonly linkCount: number;
}

/** What opening a file as ELF gave; the loader passes over some of these and dies of others. */
export type ElfAnswer =
	| {readonly status: 'elf'; readonly object: ElfObject}
	| {readonly status: 'absent'}
	/** ld.so searches on after EACCES; any other errno ends the search of that list of directories. */
	| {readonly status: 'unreadable'; readonly reason: string; readonly errno: string}
	/**
	 * Exists and opens, but ld.so would refuse it: a directory, a script, a truncated file. Of a
	 * script, as the kernel tells them, the first 256 bytes.
	 */
	| {readonly status: 'not-elf'; readonly reason: string; readonly script?: Buffer};

export interface Sysroot {
	readonly root: HostPath;
	/** The same file without any link in its path; `undefined` where nothing is, or a loop. */
	realPath(path: SysrootPath): SysrootPath | undefined;
	/** Where the bytes lie here, links of the path's directories followed and the last one kept. */
	hostPath(path: SysrootPath): HostPath | undefined;
	/** Like lstat(2): a final link is described, not followed. */
	status(path: SysrootPath): FileStatus | undefined;
	/** Whether nothing is known of a path because this user may not look into a directory on the way. */
	isHidden(path: SysrootPath): boolean;
	/** The text of a symlink, as stored. */
	linkTarget(path: SysrootPath): string | undefined;
	/**
	 * Names in a directory, sorted by bytes; `undefined` when it is not one or not readable. One that is
	 * not UTF-8 comes from Node.js as another, with U+FFFD in it, and is passed over where `passesOver`
	 * says so of its path.
	 *
	 * @throws {DynpkError} NAME_NOT_UTF8 for any other such name
	 */
	list(
		path: SysrootPath,
		passesOver?: (path: SysrootPath) => boolean,
	): readonly string[] | undefined;
	/** Read the ELF headers of the file a path leads to. */
	elf(path: SysrootPath): ElfAnswer;
	/**
	 * The first `limit` bytes of a regular file, links followed: the whole of a small one.
	 * `undefined` where there is none, or it may not be read.
	 */
	read(path: SysrootPath, limit: number): Buffer | undefined;
}
