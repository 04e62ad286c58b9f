/**
 * Entries → a directory, complete or absent; unpacking an archive goes this way too.
 *
 * The tree grows in a private directory beside its destination. Every name in it is created
 * exclusively below a directory this has created itself, so no link can lead a write elsewhere.
 * Modes and times are set by descriptor or at the very end, exact whatever the umask.
 */
import {createHash} from 'node:crypto';
import {
	chmodSync,
	closeSync,
	fchmodSync,
	ftruncateSync,
	futimesSync,
	linkSync,
	lutimesSync,
	mkdirSync,
	openSync,
	symlinkSync,
	utimesSync,
	writeSync,
} from 'node:fs';
import {DynpkError, faultFromErrno, type FaultCode} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import type {
	ArchiveEntries,
	ArchiveEntry,
	DirectoryEntry,
	FileDigest,
	FileEntry,
	WriteProgress,
} from './archive-entry.js';
import {makeEntryCheck, type EntryLimits} from './checked-entries.js';
import {digestOf, makeContentReader, type OpenContent} from './read-content.js';
import {stageDirectory, type DirectoryStaging} from './staged-output.js';
import {makeStopCheck, type StopCheck} from '../errors/stop-signal.js';
import type {WrittenOutput} from './archive-request.js';

export interface WrittenDirectory extends WrittenOutput {
	readonly output: HostPath;
}

export interface DirectoryRequest {
	/** In final order. The top-level directory becomes `output`, whatever its name. */
	readonly entries: ArchiveEntries;
	readonly output: HostPath;
	/** Throws unless what is there may give way; nothing does when absent. */
	readonly assertReplaceable?: DirectoryStaging['assertReplaceable'];
	/** Seconds since 1970, of every entry that has no time of its own. */
	readonly mtime: number;
	/** What an entry that breaks the rules is called; PAYLOAD_ESCAPES_ROOT when absent. */
	readonly refusal?: FaultCode | undefined;
	readonly limits?: EntryLimits | undefined;
	readonly signal?: AbortSignal | undefined;
	readonly onProgress?: ((progress: WriteProgress) => void) | undefined;
	readonly onDigest?: ((path: string, digest: FileDigest) => void) | undefined;
	/** Called when all is written and nothing published yet; what it throws undoes everything. */
	readonly onComplete?: ((written: WrittenDirectory) => Promise<void>) | undefined;
}

/**
 * Write a directory which appears under its name when it is complete, and only then.
 *
 * @throws {DynpkError} as `writeArchive` does
 */
export async function writeDirectory(request: DirectoryRequest): Promise<WrittenDirectory> {
	const staged = stageDirectory(request.output, request);
	try {
		const written = await fillDirectory(staged.path, request);
		await request.onComplete?.({...written, output: staged.path});
		staged.publish();
		return written;
	} finally {
		staged.discard();
	}
}

async function fillDirectory(top: HostPath, request: DirectoryRequest): Promise<WrittenDirectory> {
	const {output} = request;
	const stop = makeStopCheck(request.signal);
	const rules = {
		code: request.refusal ?? 'PAYLOAD_ESCAPES_ROOT',
		subject: output,
		limits: request.limits,
		signal: request.signal,
	} as const;
	const digests = new Map<string, FileDigest>();
	const directories: DirectoryEntry[] = [];
	let entries = 0;
	let bytes = 0;
	const check = makeEntryCheck(rules);
	const read = makeContentReader(digests);
	for await (const entry of request.entries) {
		check.check(entry);
		await stop(0);
		const mtime = entry.mtime ?? request.mtime;
		const path = placeOf(entry.path, top);
		if (entry.kind === 'directory') {
			directories.push(entry);
		}
		if (entry.kind === 'file') {
			const content = read(entry.content);
			const digest = await naming(output, () => writeFile({path, entry, mtime, content, stop}));
			digests.set(entry.path, digest);
			request.onDigest?.(entry.path, digest);
			bytes += content.size;
		} else {
			await naming(output, () => makeNode(path, entry, {top, mtime}));
		}

		entries += 1;
		request.onProgress?.({entries, bytes});
	}

	await check.finish();
	// Deepest first: a directory that became read-only can no longer be filled.
	for (const {path, mode, mtime = request.mtime} of directories.reverse()) {
		await naming(output, () => {
			chmodSync(placeOf(path, top), mode);
			utimesSync(placeOf(path, top), mtime, mtime);
		});
	}

	return {output, entries, bytes, digests};
}

/** `NAME/bin/x` → `top/bin/x`. */
function placeOf(path: string, top: HostPath): string {
	const end = path.indexOf('/');
	return end === -1 ? top : top + path.slice(end);
}

interface FileToWrite {
	readonly path: string;
	readonly entry: FileEntry;
	readonly mtime: number;
	readonly content: OpenContent;
	readonly stop: StopCheck;
}

async function writeFile({path, entry, mtime, content, stop}: FileToWrite): Promise<FileDigest> {
	const file = openSync(path, 'wx', 0o600);
	try {
		const digest = await writeContent(file, content, stop);
		// What ends in a hole is as long as all the same.
		ftruncateSync(file, digest.size);
		fchmodSync(file, entry.mode);
		futimesSync(file, mtime, mtime);
		return digest;
	} finally {
		closeSync(file);
	}
}

async function writeContent(
	file: number,
	content: OpenContent,
	stop: StopCheck,
): Promise<FileDigest> {
	if (content.kind === 'whole') {
		writeWithHoles(file, content.bytes, 0);
		await stop(content.size);
		return digestOf(content.bytes);
	}

	const hash = createHash('sha256');
	let size = 0;
	for await (const piece of content.pieces) {
		hash.update(piece);
		writeWithHoles(file, piece, size);
		size += piece.length;
		await stop(piece.length);
	}

	return {sha256: hash.digest('hex'), size};
}

/** As long as a file system's smallest hole, or a multiple of it. */
const HOLE = 16 << 10;
const zeros = Buffer.alloc(HOLE);

/** Zeros are left to the file system: sparse files stay sparse, and no others take longer. */
function writeWithHoles(file: number, piece: Buffer, position: number): void {
	let start = 0;
	for (let at = 0; at < piece.length; at += HOLE) {
		const end = Math.min(at + HOLE, piece.length);
		const isHole = end - at === HOLE && zeros.equals(piece.subarray(at, end));
		if (isHole || end === piece.length) {
			writeFully(file, piece.subarray(start, isHole ? at : end), position + start);
			start = end;
		}
	}
}

function writeFully(file: number, bytes: Buffer, position: number): void {
	for (let done = 0; done < bytes.length;) {
		done += writeSync(file, bytes, done, bytes.length - done, position + done);
	}
}

function makeNode(
	path: string,
	entry: Exclude<ArchiveEntry, FileEntry>,
	{top, mtime}: {readonly top: HostPath; readonly mtime: number},
): void {
	switch (entry.kind) {
		case 'directory':
			if (path !== top) {
				mkdirSync(path, 0o700);
			}
			return;
		case 'symlink':
			symlinkSync(entry.target, path);
			lutimesSync(path, mtime, mtime);
			return;
		case 'hardlink':
			linkSync(placeOf(entry.target, top), path);
			return;
	}
}

async function naming<T>(output: HostPath, act: () => Promise<T> | T): Promise<T> {
	try {
		return await act();
	} catch (error) {
		throw error instanceof DynpkError ? error : faultFromErrno(error, `cannot write ${output}`);
	}
}
