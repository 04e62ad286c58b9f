/**
 * An archive file → its entries, whatever it is compressed with, each one held to the rules.
 *
 * The form is told by the first bytes, never by the name. An entry's contents must be read before
 * the next entry is asked for.
 */
import {closeSync, fstatSync, readSync} from 'node:fs';
import {detectCompression} from '../decompress/compression.js';
import {decompress} from '../decompress/decompress.js';
import {DecompressError} from '../decompress/decompress-error.js';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import {makeStopCheck} from '../errors/stop-signal.js';
import {openToRead} from '../paths/open-to-read.js';
import type {HostPath} from '../paths/paths.js';
import type {ArchiveEntry, EntryContent, Pieces} from './archive-entry.js';
import {checkedEntries, type EntryLimits} from './checked-entries.js';
import {heldToIndex} from './run-file/held-to-index.js';
import {isElf, RUNNER_LIMIT, type RunHead} from './run-file/run-head.js';
import {readRunHead} from './run-file/read-run-head.js';
import {readTar, type TarMember} from './tar-reader.js';

export interface ReadRequest {
	readonly archive: HostPath;
	readonly signal?: AbortSignal | undefined;
	readonly limits?: EntryLimits | undefined;
}

const PIECE_SIZE = 256 << 10;
const HEAD_SIZE = 512;
const TAR_MAGIC_OFFSET = 257;

/**
 * Read an archive entry by entry.
 *
 * The rules about links are complete only when the generator has ended.
 *
 * @throws {DynpkError} ARCHIVE_INVALID, UNSUPPORTED_COMPRESSION, INTERRUPTED, PERMISSION, IO
 */
export async function* readArchive({
	archive,
	limits,
	signal,
}: ReadRequest): AsyncGenerator<ArchiveEntry, void, undefined> {
	const file = openArchive(archive);
	try {
		const run = readRun(file, archive);
		const bytes = stoppable(run?.body ?? tarBytes(file, archive), signal);
		const rules = {code: 'ARCHIVE_INVALID', subject: archive, limits, signal} as const;
		const members = checkedEntries(readTar(bytes, archive), rules);
		const held = run === undefined ? members : heldToIndex(members, run.index, run.head, archive);
		for await (const member of held) {
			yield entryOf(member, signal);
		}
	} finally {
		closeSync(file);
	}
}

/** A small archive may be a large one's, of which nothing is ever handed on. */
async function* stoppable(
	bytes: Pieces,
	signal: AbortSignal | undefined,
): AsyncGenerator<Buffer, void, undefined> {
	const stop = makeStopCheck(signal);
	for await (const piece of bytes) {
		await stop(piece.length);
		yield piece;
	}
}

function openArchive(archive: HostPath): number {
	try {
		const file = openToRead(archive);
		if (fstatSync(file).isFile()) {
			return file;
		}
		closeSync(file);
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${archive}`);
	}

	throw new DynpkError('ARCHIVE_INVALID', `${archive} is not a regular file`);
}

function tarBytes(file: number, archive: HostPath): Pieces {
	const head = Buffer.alloc(HEAD_SIZE);
	const length = readPiece(file, head, {position: 0, archive});
	const source = fileContents(file, archive);
	const compression = detectCompression(head.subarray(0, length));
	if (compression === 'gzip' || compression === 'zstd') {
		return plainBytes(source, compression, archive);
	}

	// Before the others, with whose first bytes a name may begin.
	if (
		length === HEAD_SIZE &&
		head.toString('latin1', TAR_MAGIC_OFFSET, TAR_MAGIC_OFFSET + 5) === 'ustar'
	) {
		return source;
	}

	if (compression === 'xz') {
		throw new DynpkError('UNSUPPORTED_COMPRESSION', `${archive} is compressed by xz`, {
			hint: 'unpack it with `tar -xJf` and use the directory',
		});
	}

	throw new DynpkError('ARCHIVE_INVALID', `${archive} is not a tar archive`);
}

interface RunContents {
	readonly head: RunHead;
	/** The archive. */
	readonly body: Pieces;
	readonly index: Pieces;
}

/** `undefined` for what is no `.run` file. */
function readRun(file: number, archive: HostPath): RunContents | undefined {
	const magic = Buffer.alloc(HEAD_SIZE);
	readPiece(file, magic, {position: 0, archive});
	if (!isElf(magic)) {
		return undefined;
	}

	const start = Buffer.alloc(RUNNER_LIMIT);
	const length = readPiece(file, start, {position: 0, archive});
	const {size} = fstatSync(file);
	const head = readRunHead(start.subarray(0, length), {name: archive, size});
	if (head === undefined) {
		return undefined;
	}

	const plain = (from: number, to: number): Pieces =>
		plainBytes(fileContents(file, archive, {from, to}), 'zstd', archive);
	return {head, body: plain(head.body, head.index), index: plain(head.index, size)};
}

interface Extent {
	readonly from: number;
	readonly to: number;
}

function* fileContents(
	file: number,
	archive: HostPath,
	{from, to}: Extent = {from: 0, to: Infinity},
): Generator<Buffer, void, undefined> {
	for (let position = from; position < to;) {
		const piece = Buffer.allocUnsafeSlow(Math.min(PIECE_SIZE, to - position));
		const length = readPiece(file, piece, {position, archive});
		if (length === 0) {
			return;
		}
		position += length;
		yield piece.subarray(0, length);
	}
}

function readPiece(
	file: number,
	piece: Buffer,
	{position, archive}: {readonly position: number; readonly archive: HostPath},
): number {
	try {
		return readSync(file, piece, 0, piece.length, position);
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${archive}`);
	}
}

async function* plainBytes(
	source: Iterable<Buffer>,
	compression: 'gzip' | 'zstd',
	archive: HostPath,
): AsyncGenerator<Buffer, void, undefined> {
	try {
		yield* decompress(source, compression);
	} catch (error) {
		throw error instanceof DecompressError
			? new DynpkError('ARCHIVE_INVALID', `${archive}: ${error.message}`, {cause: error})
			: error;
	}
}

/** What is read from a few bytes may be gigabytes of zeros. */
function contentOf({size, pieces}: TarMember, signal: AbortSignal | undefined): EntryContent {
	return {kind: 'pieces', size, pieces: size > PIECE_SIZE ? stoppable(pieces, signal) : pieces};
}

function entryOf(member: TarMember, signal: AbortSignal | undefined): ArchiveEntry {
	const {kind, path, mode, mtime, target = ''} = member;
	switch (kind) {
		case 'directory':
			return {kind, path, mtime, mode};
		case 'file':
			return {kind, path, mtime, mode, content: contentOf(member, signal)};
		case 'symlink':
		case 'hardlink':
			return {kind, path, mtime, target};
	}
}
