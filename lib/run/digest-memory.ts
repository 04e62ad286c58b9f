/**
 * Remember the digest of an archive for the state its file is in, in the private cache.
 *
 * Only a hint that saves reading the archive: a lost or unreadable note costs one more reading. A
 * state younger than two seconds is not remembered, because a file system with a coarse clock
 * could show the same state for other bytes. The note's own time tells how late it is, so that the
 * clock of the file system is asked and not ours.
 */
import {createHash} from 'node:crypto';
import {
	closeSync,
	constants,
	fstatSync,
	openSync,
	readFileSync,
	renameSync,
	writeSync,
} from 'node:fs';
import {hostPath, type HostPath} from '../paths/paths.js';
import {describeState, type ArchiveState} from './archive-state.js';
import {withPassingFile} from './passing-file.js';
import {findPrivateDirectory, preparePrivateChild} from './private-place.js';

const COARSEST_CLOCK_NS = 2_000_000_000n;

/** The digest that was remembered for this state, if any. */
export function recallDigest(cache: HostPath, state: ArchiveState): string | undefined {
	try {
		const directory = findPrivateDirectory(hostPath(`${cache}/digests`))?.directory;
		const text = directory === undefined ? '' : readOwn(notePath(directory, state));
		return /^[0-9a-f]{64}$/u.test(text) ? text : undefined;
	} catch {
		return undefined;
	}
}

export function rememberDigest(cache: HostPath, state: ArchiveState, sha256: string): void {
	try {
		const {directory} = preparePrivateChild(cache, 'digests');
		if (directory !== undefined) {
			writeNote(directory, state, sha256);
		}
	} catch {
		// A cache that is full or read-only serves what it has.
	}
}

/** A note that somebody else has left there, while they could, is none. */
function readOwn(path: string): string {
	const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
	try {
		const status = fstatSync(file);
		const isOurs = status.isFile() && status.uid === process.geteuid?.();
		return isOurs && (status.mode & 0o022) === 0 ? readFileSync(file, 'latin1') : '';
	} finally {
		closeSync(file);
	}
}

function writeNote(directory: HostPath, state: ArchiveState, sha256: string): void {
	withPassingFile(directory, 0o600, (file, path) => {
		writeSync(file, sha256);
		const settled = fstatSync(file, {bigint: true}).mtimeNs - state.changedNs > COARSEST_CLOCK_NS;
		if (settled) {
			renameSync(path, notePath(directory, state));
		}
	});
}

function notePath(directory: HostPath, state: ArchiveState): string {
	return `${directory}/${createHash('sha256').update(describeState(state)).digest('hex')}`;
}
