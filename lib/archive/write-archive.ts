/**
 * Entries → one tar file, plain or compressed, the same bytes for the same entries.
 *
 * What `pack-entries.ts` makes goes piece by piece through the compressor into a staged file, so memory
 * stays bounded whatever the size.
 */
import type {HostPath} from '../paths/paths.js';
import type {ArchiveEntries, FileDigest, FileDigests, WriteProgress} from './archive-entry.js';
import type {ByteSink} from './byte-sink.js';
import {compressExternally} from './external-compressor.js';
import {makeFileSink} from './file-sink.js';
import {gzipBlocks} from './gzip-blocks.js';
import {packEntries} from './pack-entries.js';
import {stageFile} from './staged-output.js';
import {makeStopCheck, type StopCheck} from '../errors/stop-signal.js';

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
}

const USUAL_GZIP_LEVEL = 6;
const USUAL_ZSTD_LEVEL = 3;

/**
 * Write an archive which appears under its name when it is complete, and only then; or into a stream.
 *
 * @throws {DynpkError} OUTPUT_EXISTS, INPUT_CHANGED, UNSUPPORTED_COMPRESSION, NO_SPACE, PERMISSION,
 * INTERRUPTED, and PAYLOAD_ESCAPES_ROOT for an entry that no reader of ours would accept
 */
export async function writeArchive(request: ArchiveRequest): Promise<WrittenOutput> {
	const {output, replaces = false} = request;
	const stop = makeStopCheck(request.signal);
	if (typeof output !== 'string') {
		return writeInto(streamSink(output, stop), request, stop);
	}

	const staged = stageFile(output, {replaces});
	try {
		const written = await writeInto(makeFileSink(staged, stop), request, stop);
		staged.publish();
		return written;
	} finally {
		staged.discard();
	}
}

function streamSink(stream: ArchiveStream, stop: StopCheck): ByteSink {
	return {
		async write(bytes) {
			await stream.write(bytes);
			await stop(bytes.length);
		},
		end: () => Promise.resolve(),
		abort: () => undefined,
	};
}

async function writeInto(
	bare: ByteSink,
	request: ArchiveRequest,
	stop: StopCheck,
): Promise<WrittenOutput> {
	const sink = compressed(bare, request);
	try {
		const written = await packEntries(sink, request, {stop});
		await sink.end();
		return written;
	} catch (error) {
		sink.abort();
		throw error;
	}
}

function compressed(bare: ByteSink, {form, level}: ArchiveRequest): ByteSink {
	switch (form) {
		case 'tar':
			return bare;
		case 'tar.gz':
			return gzipBlocks(bare, level ?? USUAL_GZIP_LEVEL);
		case 'tar.zst':
			return compressExternally(bare, level ?? USUAL_ZSTD_LEVEL);
	}
}
