/**
 * `dynpk run`, when the bundle has been found: start its program, tell how it ended, clear up.
 *
 * Knows nothing of manifests: what they are needed for, admitting the bundle and naming its entry
 * program, is given as functions.
 */
import type {HostPath} from '../paths/paths.js';
import {findProgram} from './find-program.js';
import type {LocatedBundle} from './locate-bundle.js';
import type {ProgramOutcome} from './program-outcome.js';
import {removeQuietly} from './remove-quietly.js';
import {startProgram} from './start-program.js';

export interface RunRequest {
	readonly located: LocatedBundle;
	/** A name in the bundle's `bin/`; the bundle's entry when absent. */
	readonly program: string | undefined;
	readonly args: readonly string[];
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Throws where the bundle cannot be run as asked. */
	readonly admit?: ((directory: HostPath) => void) | undefined;
	readonly readEntry: (directory: HostPath) => Promise<string>;
	readonly notice: (sentence: string) => void;
}

/**
 * Run a program of a bundle. On a Node.js that can replace itself this may never return.
 *
 * @throws {DynpkError} when there is nothing to start: the caller's exit status is 125
 */
export async function runBundle(request: RunRequest): Promise<ProgramOutcome> {
	const {directory, remove} = request.located;
	try {
		request.admit?.(directory);
		const program = request.program ?? (await request.readEntry(directory));
		const found = findProgram(directory, program);
		if (found.kind === 'not-started') {
			return found;
		}
		const {args, env} = request;
		return await startProgram({file: found.file, args, env, comesBack: remove !== undefined});
	} finally {
		removeQuietly(remove, request.notice);
	}
}
