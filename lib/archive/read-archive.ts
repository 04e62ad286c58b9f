/**
 * An archive file → its entries, whatever it is compressed with, each one held to the rules.
 *
 * The form is told by the first bytes, never by the name. An entry's contents must be read before
 * the next entry is asked for.
 */
import {closeSync, constants, fstatSync, openSync, readSync} from 'node:fs';
import {Readable} from 'node:stream';
import {pipeline} from 'node:stream/promises';
import {createGunzip} from 'node:zlib';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import type {ArchiveEntry, Pieces} from './archive-entry.js';
import {checkedEntries, type EntryLimits} from './checked-entries.js';
import {decompressExternally} from './external-compressor.js';
import {readTar, type TarMember} from './tar-reader.js';

export interface ReadRequest {
	readonly archive: HostPath;
	readonly limits?: EntryLimits | undefined;
}

const pieceSize = 256 << 10;
const headSize = 512;
const tarMagicOffset = 257;

/**
 * Read an archive entry by entry.
 *
 * The rules about links are complete only when the generator has ended.
 *
 * @throws {DynpkError} ARCHIVE_INVALID, UNSUPPORTED_COMPRESSION, PERMISSION, IO
 */
export async function* readArchive({
	archive,
	limits,
}: ReadRequest): AsyncGenerator<ArchiveEntry, void, undefined> {
	const file = openArchive(archive);
	try {
		const bytes = decompress(file, archive);
		const rules = {code: 'ARCHIVE_INVALID', subject: archive, limits} as const;
		for await (const member of checkedEntries(readTar(bytes, archive), rules)) {
			yield entryOf(member);
		}
	} finally {
		closeSync(file);
	}
}

function openArchive(archive: HostPath): number {
	try {
		// Without O_NONBLOCK a FIFO would hold us for ever.
		const file = openSync(archive, constants.O_RDONLY | constants.O_NONBLOCK);
		if (fstatSync(file).isFile()) return file;
		closeSync(file);
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${archive}`);
	}

	throw new DynpkError('ARCHIVE_INVALID', `${archive} is not a regular file`);
}

function decompress(file: number, archive: HostPath): Pieces {
	const head = Buffer.alloc(headSize);
	const length = readPiece(file, head, {position: 0, archive});
	const source = fileContents(file, archive);
	const starts = (...bytes: number[]): boolean => bytes.every((byte, at) => head[at] === byte);
	if (starts(0x1f, 0x8b)) return gunzip(source, archive);
	if (starts(0x28, 0xb5, 0x2f, 0xfd)) return decompressExternally(source);
	if (
		length === headSize &&
		head.toString('latin1', tarMagicOffset, tarMagicOffset + 5) === 'ustar'
	) {
		return source;
	}

	if (starts(0xfd, 0x37, 0x7a, 0x58, 0x5a)) {
		throw new DynpkError('UNSUPPORTED_COMPRESSION', `${archive} is compressed by xz`, {
			hint: 'unpack it with `tar -xJf` and use the directory',
		});
	}

	throw new DynpkError('ARCHIVE_INVALID', `${archive} is not a tar archive`);
}

function* fileContents(file: number, archive: HostPath): Generator<Buffer, void, undefined> {
	for (let position = 0; ;) {
		const piece = Buffer.allocUnsafeSlow(pieceSize);
		const length = readPiece(file, piece, {position, archive});
		if (length === 0) return;
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

async function* gunzip(source: Pieces, archive: HostPath): AsyncGenerator<Buffer, void, undefined> {
	const stream = createGunzip({chunkSize: pieceSize});
	const feeding = pipeline(Readable.from(source), stream);
	// The same failure comes out of the stream; afterwards nobody asks any more.
	feeding.catch(() => undefined);
	try {
		for await (const piece of stream as AsyncIterable<Buffer>) yield piece;
		await feeding;
	} catch (error) {
		if (error instanceof DynpkError) throw error;
		const reason = error instanceof Error ? error.message : 'damaged';
		throw new DynpkError('ARCHIVE_INVALID', `${archive}: ${reason}`, {cause: error});
	} finally {
		stream.destroy();
		// The file is closed after this, and must not be read from any more.
		await feeding.catch(() => undefined);
	}
}

function entryOf(member: TarMember): ArchiveEntry {
	const {kind, path, mode, mtime, size, pieces, target = ''} = member;
	switch (kind) {
		case 'directory':
			return {kind, path, mtime, mode};
		case 'file':
			return {kind, path, mtime, mode, content: {kind: 'pieces', size, pieces}};
		case 'symlink':
		case 'hardlink':
			return {kind, path, mtime, target};
	}
}
