/**
 * Remove what lies beside the trees of `dynpk run ARCHIVE`: digests that were remembered long ago, and
 * unfinished files of processes that are gone. A lost digest costs reading its archive once more.
 */
import {lstatSync, readdirSync} from 'node:fs';
import {removeTree} from '../archive/remove-tree.js';
import {errnoOf} from '../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {collectLeftovers} from '../run/leftovers.js';
import {findPrivateDirectory} from '../run/private-place.js';

/** `now` is the time of the place's file system; notes older than `age` milliseconds go. */
export function forgetDigests(place: HostPath, now: number, age: number): void {
	for (const name of ['digests', 'locks']) {
		const directory = findPrivateDirectory(hostPath(`${place}/${name}`))?.directory;
		if (directory !== undefined) {
			unlessRefused(() => collectLeftovers(directory, now));
		}

		for (const note of name === 'digests' && directory !== undefined ? notesIn(directory) : []) {
			unlessRefused(() => {
				if (now - lstatSync(note).mtimeMs >= age) {
					removeTree(note);
				}
			});
		}
	}

	unlessRefused(() => collectLeftovers(place, now));
}

function notesIn(directory: HostPath): readonly HostPath[] {
	return readdirSync(directory)
		.filter(name => /^[0-9a-f]{64}$/u.test(name))
		.map(name => hostPath(`${directory}/${name}`));
}

function unlessRefused(act: () => void): void {
	try {
		act();
	} catch (error) {
		// Somebody else may remove the same.
		if (errnoOf(error) === undefined) {
			throw error;
		}
	}
}
