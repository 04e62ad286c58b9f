/**
 * Give what has been finished under a name of ours its own name, which nothing that is there loses by
 * accident: also not what came while we worked.
 */
import {randomBytes} from 'node:crypto';
import {closeSync, linkSync, mkdirSync, openSync, renameSync, rmdirSync, unlinkSync} from 'node:fs';
import {DynpkError, errnoOf} from '../errors/dynpk-error.js';
import {hostPath, parentOf, type HostPath} from '../paths/paths.js';
import {removeTree} from './remove-tree.js';

/** A name that nobody can guess, in the same directory. */
export function nameBeside(output: HostPath): HostPath {
	const name = `.dynpk-${randomBytes(12).toString('hex')}.part`;
	const parent = parentOf(output);
	return hostPath(`${parent}/${name}`);
}

/** link(2) refuses what exists, which rename(2) does not. */
export function renameFileToFree(path: HostPath, output: HostPath): void {
	try {
		linkSync(path, output);
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === 'EEXIST') {
			throw existsFault(output, error);
		}
		if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(errno ?? '')) {
			throw error;
		}
		renameOverClaim(path, output);
		return;
	}

	unlinkSync(path);
}

/** For file systems without hard links: claim the name with an empty file of our own. */
function renameOverClaim(path: HostPath, output: HostPath): void {
	claim(output, () => closeSync(openSync(output, 'wx', 0o600)));
	renameSync(path, output);
}

/** rename(2) replaces an empty directory, and only that; so the name is claimed with one of ours. */
export function renameDirectoryToFree(path: HostPath, output: HostPath): void {
	claim(output, () => mkdirSync(output, 0o700));
	try {
		renameSync(path, output);
	} catch (error) {
		ignoringFailure(() => rmdirSync(output));
		if (['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errnoOf(error) ?? '')) {
			throw existsFault(output, error);
		}

		throw error;
	}
}

/**
 * No call of Node's exchanges two directories. The old one steps aside under a name of ours, and comes
 * back where the new one cannot take its place; killed between the two, we leave both.
 */
export function renameOverDirectory(path: HostPath, output: HostPath): void {
	const aside = nameBeside(output);
	renameSync(output, aside);
	try {
		renameDirectoryToFree(path, output);
	} catch (error) {
		ignoringFailure(() => renameSync(aside, output));
		throw error;
	}

	ignoringFailure(() => removeTree(aside));
}

function claim(output: HostPath, create: () => void): void {
	try {
		create();
	} catch (error) {
		throw errnoOf(error) === 'EEXIST' ? existsFault(output, error) : error;
	}
}

export function existsFault(output: HostPath, cause?: unknown): DynpkError {
	return new DynpkError('OUTPUT_EXISTS', `${output} exists already`, {
		hint: 'choose another name with -o, or replace it with --force',
		cause,
	});
}

/** Clearing up after a failure must not hide that failure. */
export function ignoringFailure(act: () => void): void {
	try {
		act();
	} catch {
		// Nothing more can be done about it.
	}
}
