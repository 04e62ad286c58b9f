/**
 * Which file an archive is, cheaply, and what is in it, surely.
 *
 * The state of a file is its device, inode, size and both times in nanoseconds. Its change time
 * cannot be set back, so the same state means the same bytes, unless they came within one tick of
 * the clock. The digest is of the bytes that the state describes.
 */
import {createHash} from 'node:crypto';
import {closeSync, fstatSync, readSync} from 'node:fs';
import {setImmediate} from 'node:timers/promises';
import {DynpkError, faultFromErrno} from '../errors/dynpk-error.js';
import {openToRead} from '../paths/open-to-read.js';
import type {HostPath} from '../paths/paths.js';

export interface ArchiveState {
	readonly device: bigint;
	readonly inode: bigint;
	readonly size: bigint;
	readonly modifiedNs: bigint;
	readonly changedNs: bigint;
}

const PIECE_SIZE = 1 << 20;

export function readArchiveState(archive: HostPath): ArchiveState {
	return withFile(archive, stateOf);
}

export function sameState(a: ArchiveState, b: ArchiveState): boolean {
	return describeState(a) === describeState(b);
}

/** One line that differs for any two states. */
export function describeState({device, inode, size, modifiedNs, changedNs}: ArchiveState): string {
	return [device, inode, size, modifiedNs, changedNs].map(String).join(':');
}

/** @throws {DynpkError} INPUT_CHANGED when the file is not in this state, or no longer */
export async function digestArchive(archive: HostPath, state: ArchiveState): Promise<string> {
	const file = openArchive(archive);
	try {
		const hash = createHash('sha256');
		const piece = Buffer.allocUnsafeSlow(PIECE_SIZE);
		for (let length = -1; length !== 0;) {
			length = withErrno(archive, () => readSync(file, piece));
			hash.update(piece.subarray(0, length));
			await setImmediate();
		}

		if (!sameState(stateOf(file), state)) {
			throw changedFault(archive);
		}
		return hash.digest('hex');
	} finally {
		closeSync(file);
	}
}

export function changedFault(archive: HostPath): DynpkError {
	return new DynpkError('INPUT_CHANGED', `${archive} changed while it was being read`);
}

function withFile<T>(archive: HostPath, look: (file: number) => T): T {
	const file = openArchive(archive);
	try {
		return look(file);
	} finally {
		closeSync(file);
	}
}

function openArchive(archive: HostPath): number {
	return withErrno(archive, () => openToRead(archive));
}

function withErrno<T>(archive: HostPath, act: () => T): T {
	try {
		return act();
	} catch (error) {
		throw faultFromErrno(error, `cannot read ${archive}`);
	}
}

function stateOf(file: number): ArchiveState {
	const status = fstatSync(file, {bigint: true});
	return {
		device: status.dev,
		inode: status.ino,
		size: status.size,
		modifiedNs: status.mtimeNs,
		changedNs: status.ctimeNs,
	};
}
