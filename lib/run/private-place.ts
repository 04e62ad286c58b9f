/**
 * Whether a directory may hold unpacked programs: ours alone, and one that programs can run from.
 *
 * Whoever can write to it can run code as us, so it must not be a link, belong to us, and be
 * writable for nobody else. A `noexec` mount is told by access(2), which answers EACCES for a
 * file that has its execute bit; nothing is run to find out.
 */
import {randomBytes} from 'node:crypto';
import {
	accessSync,
	closeSync,
	constants,
	lstatSync,
	mkdirSync,
	openSync,
	unlinkSync,
} from 'node:fs';
import {errnoOf} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';

/** Why a directory is of no use, as the end of a sentence about it; `undefined` when it is fine. */
export type Objection = string | undefined;

/** Make the directory if it is not there, and say what is wrong with it. */
export function preparePrivateDirectory(directory: HostPath): Objection {
	try {
		mkdirSync(directory, {recursive: true, mode: 0o700});
		return objectionTo(directory);
	} catch (error) {
		return `cannot be made (${errnoOf(error) ?? String(error)})`;
	}
}

function objectionTo(directory: HostPath): Objection {
	const status = lstatSync(directory);
	if (status.isSymbolicLink()) {
		return 'is a symbolic link';
	}
	if (!status.isDirectory()) {
		return 'is not a directory';
	}
	if (status.uid !== process.geteuid?.()) {
		return 'belongs to another user';
	}
	if ((status.mode & 0o022) !== 0) {
		return 'can be written to by others';
	}
	return undefined;
}

/** Create a file in it, and see whether it could be run. */
export function objectionToPrograms(directory: HostPath): Objection {
	const probe = `${directory}/.dynpk-${randomBytes(12).toString('hex')}.probe`;
	try {
		closeSync(openSync(probe, 'wx', 0o700));
	} catch (error) {
		return `cannot be written to (${errnoOf(error) ?? String(error)})`;
	}

	try {
		accessSync(probe, constants.X_OK);
		return undefined;
	} catch {
		return 'is mounted noexec';
	} finally {
		unlinkSync(probe);
	}
}
