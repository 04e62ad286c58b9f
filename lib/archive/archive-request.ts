/** What is asked of those who write an archive, and what they answer. */
import type {HostPath} from '../paths/paths.js';
import type {ArchiveEntries, FileDigest, FileDigests, WriteProgress} from './archive-entry.js';

export type ArchiveForm = 'tar' | 'tar.gz' | 'tar.zst';

/** Somebody takes the bytes as they come. What he has of one that fails, is cut off. */
export interface ArchiveStream {
	/** What messages call it. */
	readonly name: string;
	/** The bytes may still be looked at until it is settled. @throws {DynpkError} */
	readonly write: (bytes: Uint8Array) => Promise<void>;
}

export interface ArchiveRequest {
	/** In final order; taken one at a time, each after the one before it has been read. */
	readonly entries: ArchiveEntries;
	readonly output: HostPath | ArchiveStream;
	readonly form: ArchiveForm;
	/** The program that compresses, for what is made of zstd frames: `wrappers/encoder`. */
	readonly encoder?: HostPath | undefined;
	/** Whether a regular file that is there gives way. */
	readonly replaces?: boolean | undefined;
	/** Seconds since 1970, of every entry that has no time of its own. */
	readonly mtime: number;
	/** Of the compressor: 1 to 9 for gzip, 1 to 19 for zstd; its usual one when absent. */
	readonly level?: number | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
	/** Called once a file has been read, before the next entry is asked for. */
	readonly onDigest?: ((path: string, digest: FileDigest) => void) | undefined;
}

export interface WrittenOutput {
	readonly entries: number;
	/** Bytes of file contents. */
	readonly bytes: number;
	readonly digests: FileDigests;
	/** Files that an archive has without their zeros, which not every tar reads. */
	readonly sparse?: number;
}
