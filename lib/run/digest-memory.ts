/**
 * Remember the digest of an archive for the state its file is in, in the private cache.
 *
 * Only a hint that saves reading the archive: a lost or unreadable note costs one more reading. A
 * state younger than two seconds is not remembered, because a file system with a coarse clock
 * could show the same state for other bytes. The note's own time tells how late it is, so that the
 * clock of the file system is asked and not ours.
 */
import {createHash, randomBytes} from 'node:crypto';
import {
	closeSync,
	fstatSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	unlinkSync,
	writeSync,
} from 'node:fs';
import type {HostPath} from '../paths/paths.js';
import {describeState, type ArchiveState} from './archive-state.js';

const COARSEST_CLOCK_NS = 2_000_000_000n;

/** The digest that was remembered for this state, if any. */
export function recallDigest(cache: HostPath, state: ArchiveState): string | undefined {
	try {
		const text = readFileSync(notePath(cache, state), 'latin1');
		return /^[0-9a-f]{64}$/u.test(text) ? text : undefined;
	} catch {
		return undefined;
	}
}

export function rememberDigest(cache: HostPath, state: ArchiveState, sha256: string): void {
	try {
		mkdirSync(`${cache}/digests`, {recursive: true, mode: 0o700});
		writeNote(cache, state, sha256);
	} catch {
		// A cache that is full or read-only serves what it has.
	}
}

function writeNote(cache: HostPath, state: ArchiveState, sha256: string): void {
	const path = `${cache}/digests/.new-${randomBytes(12).toString('hex')}`;
	const file = openSync(path, 'wx', 0o600);
	try {
		writeSync(file, sha256);
		const settled = fstatSync(file, {bigint: true}).mtimeNs - state.changedNs > COARSEST_CLOCK_NS;
		if (settled) {
			renameSync(path, notePath(cache, state));
		} else {
			unlinkSync(path);
		}
	} finally {
		closeSync(file);
	}
}

function notePath(cache: HostPath, state: ArchiveState): string {
	return `${cache}/digests/${createHash('sha256').update(describeState(state)).digest('hex')}`;
}
