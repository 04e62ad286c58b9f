/**
 * What an archive or a bundle directory is made of: one value an entry, in final order.
 *
 * Whoever writes takes these from an iterable, whoever reads gives them back, so that packing,
 * unpacking and copying are the same few verbs. Owners and times are not here: every entry
 * belongs to root and carries the one time its writer was given.
 */
import type {HostPath} from '../paths/paths.js';

export type ArchiveEntry = DirectoryEntry | FileEntry | SymlinkEntry | HardlinkEntry;

export interface DirectoryEntry {
	readonly kind: 'directory';
	/** Relative, below the one top-level directory or that directory itself; no final slash. */
	readonly path: string;
	/** Permission bits; set-id and sticky are refused. */
	readonly mode: number;
}

export interface FileEntry {
	readonly kind: 'file';
	readonly path: string;
	readonly mode: number;
	readonly content: EntryContent;
}

export interface SymlinkEntry {
	readonly kind: 'symlink';
	readonly path: string;
	/** Relative, leading to a place below the top-level directory. */
	readonly target: string;
}

export interface HardlinkEntry {
	readonly kind: 'hardlink';
	readonly path: string;
	/** The path of a file entry that came before. */
	readonly target: string;
}

export type EntryContent =
	| {readonly kind: 'bytes'; readonly bytes: Buffer}
	/** Read once, when its turn comes; it must still have this size. */
	| {readonly kind: 'host-file'; readonly path: HostPath; readonly size: number}
	/** Made when its turn comes, from the digests of all files before it: a manifest. */
	| {readonly kind: 'late'; readonly make: (digests: FileDigests) => Buffer}
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
