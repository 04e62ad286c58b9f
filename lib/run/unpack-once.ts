/**
 * An archive → the directory of its bundle in a private cache, unpacked at most once.
 *
 * Bundles lie under the digest of their archive. Each is unpacked and checked under another name and
 * then renamed, so what has its name is whole; of two that come at once, the second finds the
 * name taken (rename(2) refuses a directory that is not empty) and throws its own away. One that is no
 * longer what was unpacked makes room for a new one, and what killed processes have left goes
 * whenever something is unpacked.
 */
import {chmodSync, fstatSync, lstatSync, mkdirSync, renameSync, statSync} from 'node:fs';
import {extractArchive, type ExtractedTree} from '../archive/extract-archive.js';
import {removeTree} from '../archive/remove-tree.js';
import {throwIfStopped} from '../errors/stop-signal.js';
import {errnoOf, faultFromErrno} from '../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {
	changedFault,
	digestArchive,
	readArchiveState,
	sameState,
	type ArchiveState,
} from './archive-state.js';
import {recallDigest, rememberDigest} from './digest-memory.js';
import {isEntrySound, removeEntryState, writeEntryState} from './entry-state.js';
import {awaitTurn} from './extraction-turn.js';
import {collectLeftovers, unfinishedName} from './leftovers.js';
import {withPassingFile} from './passing-file.js';

export interface UnpackRequest {
	readonly archive: HostPath;
	/** Private to us, see `preparePrivateDirectory`. */
	readonly cache: HostPath;
	/** Compare what was unpacked with the bundle's manifest; throws when it does not agree. */
	readonly check: (tree: ExtractedTree) => Promise<void>;
	readonly signal?: AbortSignal | undefined;
	/** Called when it is clear that this process will unpack. */
	readonly onUnpack?: (() => void) | undefined;
}

/** @throws {DynpkError} ARCHIVE_INVALID, INPUT_CHANGED, NO_SPACE, PERMISSION and what `check` throws */
export async function unpackOnce(request: UnpackRequest): Promise<HostPath> {
	const {archive, cache, signal} = request;
	const state = readArchiveState(archive);
	const remembered = recallDigest(cache, state);
	const sha256 = remembered ?? (await digestArchive(archive, state));
	if (remembered === undefined) {
		rememberDigest(cache, state, sha256);
	}

	const place = hostPath(`${cache}/bundles/${sha256}`);
	while (!isEntrySound(place)) {
		const turn = await awaitTurn({cache, name: sha256, signal});
		try {
			throwIfStopped(signal);
			if (turn.status === 'over') {
				continue;
			}
			// What was just published is not asked about: some file systems number files anew each time.
			if (!isEntrySound(place) && (await unpackTo(place, state, request))) {
				return place;
			}
		} finally {
			if (turn.status === 'ours') {
				turn.release();
			}
		}
	}

	return place;
}

/** What a cache has of it, as far as that is known without reading it; nothing is made. */
export function findUnpacked(archive: HostPath, cache: HostPath): HostPath | undefined {
	const sha256 = recallDigest(cache, readArchiveState(archive));
	const place = hostPath(`${cache}/bundles/${sha256}`);
	return sha256 !== undefined && isEntrySound(place) ? place : undefined;
}

/** Returns whether it became the entry; somebody else's may be there. */
async function unpackTo(
	place: HostPath,
	state: ArchiveState,
	request: UnpackRequest,
): Promise<boolean> {
	const {archive, cache, check, signal, onUnpack} = request;
	onUnpack?.();
	const bundles = hostPath(`${cache}/bundles`);
	// What unpacking makes on its way lies in a directory that tells whose it is.
	const own = hostPath(`${bundles}/${unfinishedName()}`);
	const destination = hostPath(`${own}/tree`);
	try {
		collectAll(cache);
		makeOwn(own);
		await extractArchive({archive, destination, check, signal});
		// Otherwise these bytes might not be those of the digest.
		if (!sameState(readArchiveState(archive), state)) {
			throw changedFault(archive);
		}
		return publish(destination, place);
	} finally {
		removeTree(own);
	}
}

function makeOwn(directory: HostPath): void {
	try {
		mkdirSync(directory, 0o700);
	} catch (error) {
		throw faultFromErrno(error, `cannot write ${directory}`);
	}
}

/** The time is that of a new file. */
function collectAll(cache: HostPath): void {
	for (const directory of ['bundles', 'digests', 'locks', '.']) {
		const path = hostPath(`${cache}/${directory}`);
		try {
			const now = withPassingFile(path, 0o600, clock => fstatSync(clock).mtimeMs);
			collectLeftovers(path, now);
		} catch (error) {
			// A cache without room serves what it has; one that is missing holds nothing.
			if (errnoOf(error) === undefined) {
				throw error;
			}
		}
	}
}

function publish(destination: HostPath, place: HostPath): boolean {
	// A directory that changes its parent must be writable.
	chmodSync(destination, statSync(destination).mode | 0o200);
	writeEntryState(place, destination);
	if (lstatSync(place, {throwIfNoEntry: false}) !== undefined && !isEntrySound(place)) {
		setAside(place);
	}

	const isPublished = renameUnlessTaken(destination, place);
	if (!isPublished) {
		removeEntryState(place, destination);
	}

	return isPublished;
}

/** What is left of a damaged entry, or what somebody else has put in its place; its state goes with it. */
function setAside(place: HostPath): void {
	const aside = hostPath(place.replace(/[^/]*$/u, unfinishedName()));
	try {
		removeEntryState(place, place);
		renameSync(place, aside);
		removeTree(aside);
	} catch (error) {
		// Gone already, or not ours to remove.
		if (errnoOf(error) === undefined) {
			throw error;
		}
	}
}

function renameUnlessTaken(from: HostPath, to: HostPath): boolean {
	try {
		renameSync(from, to);
		return true;
	} catch (error) {
		if (['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) {
			return false;
		}
		throw faultFromErrno(error, `cannot write ${to}`);
	}
}
