/**
 * Entries → the bytes of a tar file, in order, into a sink.
 *
 * tar-stream makes the format, of ordinary files `ustar-header.ts`. What it makes of an entry is taken out of
 * it before the next one is begun, so it holds no more than one, and a buffer that contents are read into can be used again. Each
 * file is read once and its digest kept, for the caller and for the entries that are made late from it.
 */
import {createHash} from 'node:crypto';
import {once} from 'node:events';
import {pack as makePack, type Pack} from 'tar-stream';
import type {StopCheck} from '../errors/stop-signal.js';
import type {HostPath} from '../paths/paths.js';
import type {ArchiveEntry, EntryContent, FileDigest, FileEntry} from './archive-entry.js';
import type {ByteSink} from './byte-sink.js';
import {makeEntryCheck} from './checked-entries.js';
import {digestOf, makeContentReader, type OpenContent} from './read-content.js';
import {sparseEntry, type SparseContent} from './sparse-entry.js';
import {findSparseMap, type SparseMap} from './sparse-map.js';
import {makeTarHeader, type TarHeader} from './tar-header.js';
import {makeUstarHeaders, type MakeUstarHeader} from './ustar-header.js';
import type {ArchiveRequest, ArchiveStream, WrittenOutput} from './archive-request.js';

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

/** What to pack; `output` is what messages are about. */
export type PackedRequest = Omit<ArchiveRequest, 'output' | 'form'> & {
	readonly output: HostPath | Pick<ArchiveStream, 'name'>;
};

interface Tape {
	readonly pack: Pack;
	readonly ustarHeader: MakeUstarHeader;
	readonly sink: Pick<ByteSink, 'write'>;
	/** How many bytes have been handed on. */
	length: number;
}

const BLOCK_SIZE = 512;

/** @throws {DynpkError} what the sink, the entries and reading their contents throw */
export async function packEntries(
	sink: Pick<ByteSink, 'write'>,
	request: PackedRequest,
	{stop, watch}: {readonly stop: StopCheck; readonly watch?: LayoutWatch},
): Promise<WrittenOutput> {
	// Never full, as it is emptied after each entry.
	const pack = makePack({highWaterMark: Infinity});
	try {
		await open(pack);
		const tape = {pack, ustarHeader: makeUstarHeaders(), sink, length: 0};
		return await writeEntries(tape, request, {stop, watch});
	} finally {
		pack.destroy();
	}
}

/** It opens when it is first read from, and until then gives nothing. */
async function open(pack: Pack): Promise<void> {
	const opened = once(pack, 'open');
	pack.read();
	await opened;
	// Failures are told by the entry that they belong to.
	pack.on('error', () => undefined);
}

async function writeEntries(
	tape: Tape,
	request: PackedRequest,
	{stop, watch}: {readonly stop: StopCheck; readonly watch: LayoutWatch | undefined},
): Promise<WrittenOutput> {
	const digests = new Map<string, FileDigest>();
	const {signal, output} = request;
	const subject = typeof output === 'string' ? output : output.name;
	const rules = makeEntryCheck({code: 'PAYLOAD_ESCAPES_ROOT', subject, signal});
	const read = makeContentReader(digests);
	let entries = 0;
	let bytes = 0;
	let sparse = 0;
	for await (const entry of request.entries) {
		rules.check(entry);
		await stop(0);
		const mtime = entry.mtime ?? request.mtime;
		let size = 0;
		watch?.begins(tape.length);
		if (entry.kind === 'file') {
			const content = read(entry.content);
			({size} = content);
			// Who wants to know where contents lie, wants them whole.
			const map = watch === undefined ? await sparseMapOf(entry.content, stop) : undefined;
			const digest =
				map === undefined
					? await addFile(tape, {entry, mtime, content})
					: await addSparseFile(tape, {entry, mtime, content, map}, stop);
			sparse += map === undefined ? 0 : 1;
			digests.set(entry.path, digest);
			request.onDigest?.(entry.path, digest);
			bytes += size;
		} else {
			await beginEntry(tape, makeTarHeader(entry, {mtime, size: 0})).added;
		}

		await drain(tape);
		const start = entry.kind === 'file' ? tape.length - paddedSize(size) : 0;
		watch?.laid({entry, mtime, start, size});
		entries += 1;
		request.onProgress?.({entries, bytes});
	}

	await rules.finish();
	tape.pack.finalize();
	await drain(tape);
	return {entries, bytes, digests, sparse};
}

/** Contents fill blocks. */
function paddedSize(size: number): number {
	return Math.ceil(size / BLOCK_SIZE) * BLOCK_SIZE;
}

interface OpenFile {
	readonly entry: FileEntry;
	readonly mtime: number;
	readonly content: OpenContent;
}

async function addFile(tape: Tape, {entry, mtime, content}: OpenFile): Promise<FileDigest> {
	const header = makeTarHeader(entry, {mtime, size: content.size});
	const ustar = content.kind === 'whole' ? tape.ustarHeader(header) : undefined;
	if (content.kind === 'whole' && ustar !== undefined) {
		await addPlainFile(tape, ustar, content.bytes);
		return digestOf(content.bytes);
	}

	const {body, added} = beginEntry(tape, header);
	if (content.kind === 'whole') {
		body.end(content.size === 0 ? null : content.bytes);
		await added;
		return digestOf(content.bytes);
	}

	const digest = createHash('sha256');
	let size = 0;
	for await (const piece of content.pieces) {
		digest.update(piece);
		size += piece.length;
		if (!body.write(piece)) {
			await Promise.race([once(body, 'drain'), added]);
		}
		await drain(tape);
	}

	body.end(null);
	await added;
	return {sha256: digest.digest('hex'), size};
}

const PADDING = Buffer.alloc(BLOCK_SIZE);

/** Past tar-stream, and nothing in it between two of its own. */
async function addPlainFile(tape: Tape, header: Buffer, bytes: Buffer): Promise<void> {
	const padding = PADDING.subarray(0, paddedSize(bytes.length) - bytes.length);
	for (const part of [header, bytes, padding]) {
		const given = part.length === 0 ? undefined : give(tape, part);
		if (given !== undefined) {
			await given;
		}
	}
}

async function sparseMapOf(content: EntryContent, stop: StopCheck): Promise<SparseMap | undefined> {
	return content.kind === 'host-file'
		? await findSparseMap(content.path, content.size, stop)
		: undefined;
}

/** Past tar-stream, which has no such entries, and nothing in it between two of its own. */
async function addSparseFile(
	tape: Tape,
	file: SparseContent,
	stop: StopCheck,
): Promise<FileDigest> {
	const blocks = sparseEntry(file, stop);
	for (;;) {
		const {value, done} = await blocks.next();
		if (done === true) {
			return value;
		}
		await give(tape, value);
	}
}

interface BegunEntry {
	readonly body: ReturnType<Pack['entry']>;
	/** Rejected with whatever is wrong with the entry. */
	readonly added: Promise<void>;
}

function beginEntry({pack}: Tape, header: TarHeader): BegunEntry {
	let settle: (error?: Error | null) => void = () => undefined;
	const added = new Promise<void>((resolve, reject) => {
		settle = error => (error ? reject(error) : resolve());
	});
	const body = pack.entry(header, error => settle(error));
	// The callback tells of every failure; an event that nobody hears would end the process.
	body.on('error', () => undefined);
	added.catch(() => undefined);
	return {body, added};
}

/** Hand on what has been made. */
async function drain(tape: Tape): Promise<void> {
	const {pack} = tape;
	for (let bytes = nextOf(pack); bytes !== null; bytes = nextOf(pack)) {
		const given = give(tape, bytes);
		if (given !== undefined) {
			await given;
		}
	}
}

/** A promise where the sink takes its time, which is seldom. */
function give(tape: Tape, bytes: Uint8Array): Promise<void> | undefined {
	tape.length += bytes.length;
	return tape.sink.write(bytes) ?? undefined;
}

/** A pack holds nothing but buffers. */
function nextOf(pack: Pack): Uint8Array | null {
	return pack.read() as Uint8Array | null;
}
