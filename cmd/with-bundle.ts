/** A bundle by its name; or, called `-`, an archive that comes by standard input. */
import {closeSync, mkdtempSync, openSync, writeSync} from 'node:fs';
import {posix} from 'node:path';
import {addAbortSignal} from 'node:stream';
import {removeTree} from '../lib/archive/remove-tree.js';
import {DynpkError, errnoOf, faultFromErrno} from '../lib/errors/dynpk-error.js';
import {throwIfStopped} from '../lib/errors/stop-signal.js';
import {hostPath, type HostPath} from '../lib/paths/paths.js';
import {removeQuietly} from '../lib/run/remove-quietly.js';
import {notice} from './notice.js';
import {isStandardInput} from './standard-streams.js';

export interface Surroundings {
	readonly workingDirectory: string;
	/** Where private directories are made, in order of preference. */
	readonly temporary: readonly HostPath[];
	readonly signal: AbortSignal;
}

/**
 * Use a bundle. What came by standard input lies in a file of ours meanwhile, as readers go through an
 * archive more than once.
 *
 * @throws {DynpkError} USAGE where standard input is a terminal, NO_SPACE, PERMISSION, IO, INTERRUPTED
 */
export async function withBundle<T>(
	word: string,
	surroundings: Surroundings,
	use: (bundle: HostPath) => Promise<T>,
): Promise<T> {
	const {workingDirectory, temporary} = surroundings;
	if (!isStandardInput(word)) {
		return use(hostPath(posix.resolve(workingDirectory, word)));
	}
	if (process.stdin.isTTY) {
		throw new DynpkError('USAGE', 'standard input is a terminal, and no archive', {
			hint: 'a file of this name is called ./-',
		});
	}

	const directory = makePlace(temporary);
	try {
		const archive = hostPath(`${directory}/standard-input`);
		await receive(archive, surroundings.signal);
		return await use(archive);
	} finally {
		removeQuietly(() => removeTree(directory), notice);
	}
}

function makePlace(temporary: readonly HostPath[]): HostPath {
	const objections: string[] = [];
	for (const parent of temporary) {
		try {
			return hostPath(mkdtempSync(`${parent}/dynpk-`));
		} catch (error) {
			objections.push(`${parent} cannot be used (${errnoOf(error) ?? String(error)})`);
		}
	}

	throw new DynpkError('PERMISSION', 'there is no place for what comes by standard input', {
		details: objections,
		hint: 'set TMPDIR to a directory of yours',
	});
}

async function receive(archive: HostPath, signal: AbortSignal): Promise<void> {
	const file = openSync(archive, 'wx', 0o600);
	try {
		for await (const piece of addAbortSignal(signal, process.stdin) as AsyncIterable<Buffer>) {
			for (let done = 0; done < piece.length;) {
				done += writeSync(file, piece, done);
			}
		}
	} catch (error) {
		throwIfStopped(signal);
		throw faultFromErrno(error, 'cannot keep what comes by standard input');
	} finally {
		closeSync(file);
	}
}
