/**
 * Leave a trace of a start at the state of its entry: the file's own time is when the entry was last used,
 * by the clock of its file system. No oftener than once an hour, as a `.run` file does it (sound.c).
 */
import {fstatSync, lstatSync, lutimesSync} from 'node:fs';
import {errnoOf} from '../errors/dynpk-error.js';
import {parentOf, type HostPath} from '../paths/paths.js';
import {withPassingFile} from './passing-file.js';

const HOUR = 3_600_000;

export function leaveTimeOfUse(state: HostPath): void {
	try {
		if (performance.timeOrigin - lstatSync(state).mtimeMs > HOUR) {
			const now = withPassingFile(parentOf(state), 0o600, clock => fstatSync(clock).mtime);
			lutimesSync(state, now, now);
		}
	} catch (error) {
		// A cache that cannot be written to serves all the same.
		if (errnoOf(error) === undefined) {
			throw error;
		}
	}
}
