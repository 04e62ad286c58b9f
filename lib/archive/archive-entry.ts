/**
 * What an archive or a bundle directory is made of: one value an entry, in final order.
 *
 * Whoever writes takes these from an iterable, whoever reads gives them back, so that packing,
 * unpacking and copying are the same few verbs. Owners are not here: every entry belongs to
 * root.
 */
import type {HostPath} from '../paths/paths.js';

export type ArchiveEntry = DirectoryEntry | FileEntry | SymlinkEntry | HardlinkEntry;

interface EntryBase {
	/** Relative, below the one top-level directory or that directory itself; no final slash. */
	readonly path: string;
	/** Whole seconds since 1970; the one time its writer was given when absent. */
	readonly mtime?: number | undefined;
}

export interface DirectoryEntry extends EntryBase {
	readonly kind: 'directory';
	/** Permission bits; set-id and sticky are refused. */
	readonly mode: number;
}

export interface FileEntry extends EntryBase {
	readonly kind: 'file';
	readonly mode: number;
	readonly content: EntryContent;
}

export interface SymlinkEntry extends EntryBase {
	readonly kind: 'symlink';
	/** Relative, leading to a place below the top-level directory. */
	readonly target: string;
}

export interface HardlinkEntry extends EntryBase {
	readonly kind: 'hardlink';
	/** The path of a file entry that came before. */
	readonly target: string;
}

export type EntryContent =
	| {readonly kind: 'bytes'; readonly bytes: Buffer}
	/** Read once, when its turn comes; it must still have this size. */
	| {readonly kind: 'host-file'; readonly path: HostPath; readonly size: number}
	/** Made when its turn comes, from the digests of all files before it: a manifest. */
	| {readonly kind: 'late'; readonly make: (digests: FileDigests) => readonly Buffer[]}
	| {readonly kind: 'pieces'; readonly size: number; readonly pieces: Pieces};

/** Contents as a run of buffers, each of them the reader's to keep. */
export type Pieces = AsyncIterable<Buffer> | Iterable<Buffer>;

export interface FileDigest {
	/** In lower-case hexadecimal. */
	readonly sha256: string;
	readonly size: number;
}

/** By the path of the file entry. */
export type FileDigests = ReadonlyMap<string, FileDigest>;

export type ArchiveEntries = AsyncIterable<ArchiveEntry> | Iterable<ArchiveEntry>;

export interface WriteProgress {
	readonly entries: number;
	/** Bytes of file contents so far. */
	readonly bytes: number;
}
