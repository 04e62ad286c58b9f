/**
 * Remove what nobody will finish.
 *
 * In `runs/` that is what stays as it is while it is watched, whole or not at all by id; what may be
 * somebody's work loses its name first, so that it can no longer be published. In `bundles/`
 * a name tells whether its maker lives.
 */
import {randomBytes} from 'node:crypto';
import {renameSync} from 'node:fs';
import {removeTree} from '../archive/remove-tree.js';
import {errnoOf} from '../errors/dynpk-error.js';
import {hostPath} from '../paths/paths.js';
import type {Usable, Users} from './find-users.js';
import type {Leftovers} from './read-place.js';
import type {SurveyedLeftovers} from './survey.js';
import {watchLeftovers, type Watching} from './watch-leftovers.js';

export interface Removal extends Watching {
	readonly users: Users;
	/** Decide, and remove nothing. */
	readonly isDry: boolean;
	/** Called before any are watched. */
	readonly onWatch: ((count: number) => void) | undefined;
}

/** By the leftovers; `undefined`: removed, else why not. */
export type Reasons = ReadonlyMap<SurveyedLeftovers, string | undefined>;

/** @throws {DynpkError} INTERRUPTED */
export async function removeLeftovers(
	all: readonly SurveyedLeftovers[],
	{users, isDry, onWatch, ...watching}: Removal,
): Promise<Reasons> {
	const reasons = new Map<SurveyedLeftovers, string | undefined>();
	const watched = all.filter(({layout}) => layout === 'runs');
	if (watched.length > 0) {
		onWatch?.(watched.length);
	}

	const silent = new Set<Leftovers>(await watchLeftovers(watched, watching));
	for (const leftovers of all) {
		const isLeft = leftovers.layout === 'runs' ? silent.has(leftovers) : !leftovers.isBeingMade;
		const user = usablesOf(leftovers).flatMap(({path}) => users.get(path) ?? [])[0];
		if (user !== undefined) {
			reasons.set(leftovers, `in use by process ${user}`);
		} else if (!isLeft) {
			reasons.set(leftovers, 'being unpacked');
		} else {
			reasons.set(leftovers, isDry ? undefined : refusalToGo(leftovers));
		}
	}

	return reasons;
}

/** Each name as a tree that a process may use. */
export function usablesOf({directory, names, files}: SurveyedLeftovers): readonly Usable[] {
	return names.map(name => ({path: hostPath(`${directory}/${name}`), files}));
}

function refusalToGo({layout, directory, id, names}: Leftovers): string | undefined {
	for (const name of names) {
		const path = hostPath(`${directory}/${name}`);
		const gone = hostPath(`${directory}/${id}.gone-${randomBytes(8).toString('hex')}`);
		try {
			if (layout === 'runs') {
				renameSync(path, gone);
			}

			removeTree(layout === 'runs' ? gone : path);
		} catch (error) {
			const errno = errnoOf(error);
			if (errno === undefined) {
				throw error;
			}
			if (errno !== 'ENOENT') {
				return `cannot be removed (${errno})`;
			}
		}
	}

	return undefined;
}
