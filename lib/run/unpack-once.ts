/**
 * An archive → the directory of its bundle in a private cache, unpacked at most once.
 *
 * Bundles lie under the digest of their archive. Each is unpacked and checked under another name and
 * then renamed, so what has its name is whole; of two that come at once, the second finds the
 * name taken (rename(2) refuses a directory that is not empty) and throws its own away.
 */
import {randomBytes} from 'node:crypto';
import {existsSync, mkdirSync, renameSync} from 'node:fs';
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
import {awaitTurn} from './extraction-turn.js';

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
	while (!existsSync(place)) {
		const turn = await awaitTurn({locks: hostPath(`${cache}/locks`), name: sha256, signal});
		try {
			throwIfStopped(signal);
			if (turn.status === 'over') {
				continue;
			}
			if (!existsSync(place)) {
				await unpackTo(place, state, request);
			}
		} finally {
			if (turn.status === 'ours') {
				turn.release();
			}
		}
	}

	return place;
}

async function unpackTo(
	place: HostPath,
	state: ArchiveState,
	request: UnpackRequest,
): Promise<void> {
	const {archive, cache, check, signal, onUnpack} = request;
	onUnpack?.();
	const bundles = `${cache}/bundles`;
	const destination = hostPath(`${bundles}/.new-${randomBytes(12).toString('hex')}`);
	try {
		mkdirSync(bundles, {recursive: true, mode: 0o700});
		await extractArchive({archive, destination, check, signal});
		// Otherwise these bytes might not be those of the digest.
		if (!sameState(readArchiveState(archive), state)) {
			throw changedFault(archive);
		}
		renameUnlessTaken(destination, place);
	} finally {
		removeTree(destination);
	}
}

function renameUnlessTaken(from: HostPath, to: HostPath): void {
	try {
		renameSync(from, to);
	} catch (error) {
		if (['ENOTEMPTY', 'EEXIST'].includes(errnoOf(error) ?? '')) {
			return;
		}
		throw faultFromErrno(error, `cannot write ${to}`);
	}
}
