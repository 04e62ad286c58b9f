/**
 * Entries → one tar file, plain or compressed, the same bytes for the same entries.
 *
 * tar-stream makes the format; what it produces is pulled piece by piece through the compressor into
 * a staged file, so memory stays bounded whatever the size. Each file is read once and its digest
 * kept, for the caller and for the entries that are made late from it.
 */
import {once} from 'node:events';
import {pack as makePack, type Pack} from 'tar-stream';
import type {HostPath} from '../paths/paths.js';
import type {
	ArchiveEntries,
	ArchiveEntry,
	FileDigest,
	FileDigests,
	Pieces,
	WriteProgress,
} from './archive-entry.js';
import type {ByteSink} from './byte-sink.js';
import {checkedEntries} from './checked-entries.js';
import {compressExternally} from './external-compressor.js';
import {gzipBlocks} from './gzip-blocks.js';
import {digestedPieces, readContent} from './read-content.js';
import {stageFile, type StagedFile} from './staged-output.js';
import {makeStopCheck, type StopCheck} from '../errors/stop-signal.js';
import {makeTarHeader, type TarHeader} from './tar-header.js';

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

/** Told where entries come to lie in the archive, ahead of the bytes themselves. */
export interface LayoutWatch {
	/** An entry's headers begin at this offset. */
	readonly begins: (offset: number) => void;
	readonly laid: (laid: LaidEntry) => void;
}

export interface LaidEntry {
	readonly entry: ArchiveEntry;
	/** Seconds since 1970. */
	readonly mtime: number;
	/** Offset and size of a file's contents; 0 for others. */
	readonly start: number;
	readonly size: number;
}

const BLOCK_SIZE = 512;
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
		const written = await writeInto(fileSink(staged, stop), request, stop);
		staged.publish();
		return written;
	} finally {
		staged.discard();
	}
}

function fileSink(staged: StagedFile, stop: StopCheck): ByteSink {
	return {
		write(bytes) {
			staged.write(bytes);
			return stop(bytes.length);
		},
		end: () => Promise.resolve(),
		abort: () => undefined,
	};
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
		const written = await packInto(sink, request, stop);
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

/** Run the producer and the consumer of the tar stream side by side; the first to fail is heard. */
export async function packInto(
	sink: Pick<ByteSink, 'write'>,
	request: FeedRequest,
	stop: StopCheck,
	watch?: LayoutWatch,
): Promise<WrittenOutput> {
	const pack = makePack();
	const offset = watch && countPushed(pack);
	const failures: unknown[] = [];
	const fail = (error: unknown): undefined => {
		failures.push(error);
		// Lets the other side go, which may be waiting for room or for data.
		pack.destroy();
		return undefined;
	};
	const layout = watch && offset && {...watch, offset};
	const feeding = feed(pack, request, {stop, layout}).catch(fail);
	try {
		for await (const chunk of pack as AsyncIterable<Uint8Array>) {
			await sink.write(chunk);
		}
	} catch (error) {
		fail(error);
	}

	const written = await feeding;
	if (written === undefined || failures.length > 0) {
		throw failures[0];
	}
	return written;
}

type FeedRequest = Omit<ArchiveRequest, 'output' | 'form'> & {
	readonly output: HostPath | Pick<ArchiveStream, 'name'>;
};

/** How many bytes of the archive there are so far: what tar-stream pushes, it has made. */
function countPushed(pack: Pack): () => number {
	const push = pack.push.bind(pack);
	let count = 0;
	pack.push = (chunk: Buffer | null): boolean => {
		count += chunk?.length ?? 0;
		return push(chunk);
	};
	return () => count;
}

interface Feeding {
	readonly stop: StopCheck;
	readonly layout: (LayoutWatch & {readonly offset: () => number}) | undefined;
}

async function feed(
	pack: Pack,
	request: FeedRequest,
	{stop, layout}: Feeding,
): Promise<WrittenOutput> {
	const digests = new Map<string, FileDigest>();
	const {signal, output} = request;
	const subject = typeof output === 'string' ? output : output.name;
	const rules = {code: 'PAYLOAD_ESCAPES_ROOT', subject, signal} as const;
	let entries = 0;
	let bytes = 0;
	for await (const entry of checkedEntries(request.entries, rules)) {
		await stop(0);
		const mtime = entry.mtime ?? request.mtime;
		layout?.begins(layout.offset());
		if (entry.kind === 'file') {
			const {size, pieces} = readContent(entry.content, digests);
			const digested = digestedPieces(pieces, digest => {
				digests.set(entry.path, digest);
				request.onDigest?.(entry.path, digest);
			});
			await addEntry(pack, makeTarHeader(entry, {mtime, size}), digested);
			layout?.laid({entry, mtime, start: layout.offset() - paddedSize(size), size});
			bytes += size;
		} else {
			await addEntry(pack, makeTarHeader(entry, {mtime, size: 0}), []);
			layout?.laid({entry, mtime, start: 0, size: 0});
		}

		entries += 1;
		request.onProgress?.({entries, bytes});
	}

	pack.finalize();
	return {entries, bytes, digests};
}

/** Contents fill blocks. */
function paddedSize(size: number): number {
	return Math.ceil(size / BLOCK_SIZE) * BLOCK_SIZE;
}

async function addEntry(pack: Pack, header: TarHeader, pieces: Pieces): Promise<void> {
	let settle: (error?: Error | null) => void = () => undefined;
	const added = new Promise<void>((resolve, reject) => {
		settle = error => (error ? reject(error) : resolve());
	});
	const body = pack.entry(header, error => settle(error));
	// The callback tells of every failure; an event that nobody hears would end the process.
	body.on('error', () => undefined);
	added.catch(() => undefined);
	for await (const piece of pieces) {
		if (!body.write(piece)) {
			await Promise.race([once(body, 'drain'), added]);
		}
	}

	if (header.type === 'file') {
		body.end(null);
	}
	await added;
}
