/**
 * Entries → a directory, complete or absent; unpacking an archive goes this way too.
 *
 * The tree grows in a private directory beside its destination. Every name in it is created
 * exclusively below a directory this has created itself, so no link can lead a write elsewhere.
 * Modes and times are set by descriptor or at the very end, exact whatever the umask.
 */
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
import {checkedEntries, type EntryLimits} from './checked-entries.js';
import {digestedPieces, readContent} from './read-content.js';
import {stageDirectory, type DirectoryStaging} from './staged-output.js';
import {makeStopCheck, type StopCheck} from '../errors/stop-signal.js';
import type {WrittenOutput} from './write-archive.js';

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
	for await (const entry of checkedEntries(request.entries, rules)) {
		await stop(0);
		const mtime = entry.mtime ?? request.mtime;
		const path = placeOf(entry.path, top);
		if (entry.kind === 'directory') {
			directories.push(entry);
		}
		if (entry.kind === 'file') {
			const {size, pieces} = readContent(entry.content, digests);
			const digested = digestedPieces(pieces, digest => {
				digests.set(entry.path, digest);
				request.onDigest?.(entry.path, digest);
			});
			await naming(output, () => writeFile({path, entry, mtime, pieces: digested, stop}));
			bytes += size;
		} else {
			await naming(output, () => makeNode(path, entry, {top, mtime}));
		}

		entries += 1;
		request.onProgress?.({entries, bytes});
	}

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
	readonly pieces: AsyncIterable<Buffer>;
	readonly stop: StopCheck;
}

async function writeFile({path, entry, mtime, pieces, stop}: FileToWrite): Promise<void> {
	const file = openSync(path, 'wx', 0o600);
	try {
		let size = 0;
		for await (const piece of pieces) {
			writeWithHoles(file, piece, size);
			size += piece.length;
			await stop(piece.length);
		}

		// What ends in a hole is as long as all the same.
		ftruncateSync(file, size);
		fchmodSync(file, entry.mode);
		futimesSync(file, mtime, mtime);
	} finally {
		closeSync(file);
	}
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

async function naming(output: HostPath, act: () => Promise<void> | void): Promise<void> {
	try {
		await act();
	} catch (error) {
		throw error instanceof DynpkError ? error : faultFromErrno(error, `cannot write ${output}`);
	}
}
