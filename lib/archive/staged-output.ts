/**
 * Output that appears whole or not at all.
 *
 * A file or a directory grows beside its destination under a name nobody can guess, readable to us
 * alone, and takes its real name when it is complete. What has that name already is not replaced,
 * also when it came while we worked, unless that was asked for.
 */
import {
	closeSync,
	fchmodSync,
	fstatSync,
	lstatSync,
	mkdirSync,
	openSync,
	renameSync,
	unlinkSync,
	writeSync,
	type Stats,
} from 'node:fs';
import {DynpkError, errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {parentOf, type HostPath} from '../paths/paths.js';
import {removeTree} from './remove-tree.js';
import {
	existsFault,
	ignoringFailure,
	nameBeside,
	renameDirectoryToFree,
	renameFileToFree,
	renameOverDirectory,
} from './take-name.js';

export interface StagedFile {
	/** @throws {DynpkError} NO_SPACE and its like */
	write(bytes: Uint8Array): void;
	/** Over what was written before. */
	writeAt(offset: number, bytes: Uint8Array): void;
	/** Give it its name. @throws {DynpkError} OUTPUT_EXISTS */
	publish(): void;
	/** Remove it, unless it was published. Never throws. */
	discard(): void;
}

export interface StagedDirectory {
	readonly path: HostPath;
	publish(): void;
	discard(): void;
}

export interface FileStaging {
	/** Whether a regular file of that name gives way; what is none never does. */
	readonly replaces?: boolean;
	/** By whom may read it. */
	readonly isExecutable?: boolean;
}

/** @throws {DynpkError} OUTPUT_EXISTS, PERMISSION, IO */
export function stageFile(
	output: HostPath,
	{replaces = false, isExecutable = false}: FileStaging = {},
): StagedFile {
	if (replaces) {
		refuseIrregular(output);
	} else {
		refuseExisting(output);
	}
	const path = nameBeside(output);
	const attempt = `cannot write ${output}`;
	const mode = isExecutable ? 0o777 : 0o666;
	const opened = attempted(attempt, () => created(output, () => openSync(path, 'wx', mode)));
	let file: number | undefined = opened;
	let published = false;
	const close = (): void => {
		const open = file;
		file = undefined;
		if (open !== undefined) {
			closeSync(open);
		}
	};
	const discard = (): void => {
		ignoringFailure(close);
		if (!published) {
			ignoringFailure(() => unlinkSync(path));
		}
	};
	const finalMode = orElse(discard, () => attempted(attempt, () => takeForUs(opened)));
	const write = (bytes: Uint8Array, position: number | null): void => {
		const open = file;
		if (open === undefined) {
			throw new Error('written to after it was closed');
		}
		attempted(attempt, () => {
			writeAll(open, bytes, position);
		});
	};
	return {
		write: bytes => write(bytes, null),
		writeAt: (offset, bytes) => write(bytes, offset),
		publish() {
			attempted(attempt, () => {
				if (file !== undefined) {
					fchmodSync(file, finalMode);
				}
				// Network file systems report a lack of space here at the latest.
				close();
				if (replaces) {
					renameSync(path, output);
				} else {
					renameFileToFree(path, output);
				}
			});
			published = true;
		},
		discard,
	};
}

/** What the umask made of it, for later: asking for the umask means changing it. */
function takeForUs(file: number): number {
	const mode = fstatSync(file).mode & 0o777;
	fchmodSync(file, 0o600);
	return mode;
}

/** From where the last one ended, unless a position is given. */
function writeAll(file: number, bytes: Uint8Array, position: number | null): void {
	for (let done = 0; done < bytes.length;) {
		const at = position === null ? null : position + done;
		done += writeSync(file, bytes, done, bytes.length - done, at);
	}
}

export interface DirectoryStaging {
	/** Throws unless what has that name may give way; nothing does when absent. */
	readonly assertReplaceable?: ((existing: HostPath) => void) | undefined;
}

/** @throws {DynpkError} OUTPUT_EXISTS, PERMISSION, IO */
export function stageDirectory(
	output: HostPath,
	{assertReplaceable = refuseExisting}: DirectoryStaging = {},
): StagedDirectory {
	assertReplaceable(output);
	const path = nameBeside(output);
	const attempt = `cannot write ${output}`;
	attempted(attempt, () => created(output, () => mkdirSync(path, 0o700)));
	let published = false;
	return {
		path,
		publish() {
			attempted(attempt, () => {
				// What came while we worked is asked about, too.
				assertReplaceable(output);
				if (statusOf(output) === undefined) {
					renameDirectoryToFree(path, output);
				} else {
					renameOverDirectory(path, output);
				}
			});
			published = true;
		},
		discard() {
			if (!published) {
				ignoringFailure(() => removeTree(path));
			}
		},
	};
}

/** @throws {DynpkError} OUTPUT_EXISTS, PERMISSION, IO */
export function refuseExisting(output: HostPath): void {
	if (statusOf(output) !== undefined) {
		throw existsFault(output);
	}
}

/** rename(2) would put our file in the place of a device or of a link as well. @throws {DynpkError} OUTPUT_EXISTS */
export function refuseIrregular(output: HostPath): void {
	if (statusOf(output)?.isFile() === false) {
		throw new DynpkError('OUTPUT_EXISTS', `${output} is there, and is no regular file`);
	}
}

function statusOf(output: HostPath): Stats | undefined {
	return attempted(`cannot write ${output}`, () => lstatSync(output, {throwIfNoEntry: false}));
}

function created<T>(output: HostPath, create: () => T): T {
	try {
		return create();
	} catch (error) {
		if (errnoOf(error) !== 'ENOENT') {
			throw error;
		}
		throw new DynpkError(
			'IO',
			`cannot write ${output}: there is no directory ${parentOf(output)}`,
			{
				cause: error,
			},
		);
	}
}

function attempted<T>(attempt: string, act: () => T): T {
	try {
		return act();
	} catch (error) {
		throw error instanceof DynpkError ? error : faultFromErrno(error, attempt);
	}
}

function orElse<T>(undo: () => void, act: () => T): T {
	try {
		return act();
	} catch (error) {
		undo();
		throw error;
	}
}
