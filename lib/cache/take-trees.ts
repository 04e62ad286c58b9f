/**
 * Remove trees that nobody uses, though anybody may start one at the same moment.
 *
 * Starts leave no lock, so a tree is taken in steps. Its state goes first: a start that comes now writes it
 * anew, and is noticed. One that had seen it as sound has begun its program a moment later, and is seen
 * among the processes. Then one rename takes the tree's name: a start sees it whole or not at all.
 * Whatever turns out to be used gets its name and its state back.
 */
import {randomBytes} from 'node:crypto';
import {renameSync} from 'node:fs';
import {posix} from 'node:path';
import {setTimeout} from 'node:timers/promises';
import {removeTree} from '../archive/remove-tree.js';
import {errnoOf} from '../errors/dynpk-error.js';
import {lookAtSignal, throwIfStopped} from '../errors/stop-signal.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {unfinishedName} from '../run/leftovers.js';
import {findUsers, type Usable, type Users} from './find-users.js';
import {stateName, statusOf, type CachedTree} from './read-place.js';

export type Takeable = CachedTree & Usable;

/** `undefined`: removed; else why not. */
export type Obstacle = string | undefined;

/** Milliseconds from a start's look at the state until its program runs, of a slow machine. */
export const GRACE = 1000;

export interface Taking {
	readonly grace: number;
	readonly signal: AbortSignal | undefined;
}

/** @throws {DynpkError} INTERRUPTED, when all that is not removed is as it was. */
export async function takeTrees<T extends Takeable>(
	trees: readonly T[],
	{grace, signal}: Taking,
): Promise<ReadonlyMap<T, Obstacle>> {
	const obstacles = new Map<T, Obstacle>();
	const held = trees.flatMap(tree => {
		const aside = beside(tree, 'gone');
		const refusal = rename(statePath(tree), aside);
		// One without a state has nothing to lose.
		if (refusal !== undefined && refusal !== 'ENOENT') {
			obstacles.set(tree, `cannot be changed (${refusal})`);
			return [];
		}
		return [{tree, aside, old: beside(tree, 'old')}];
	});
	try {
		if (held.length > 0) {
			await setTimeout(grace);
		}
		throwIfStopped(signal);
		const users = findUsers(held.map(({tree}) => tree));
		const named = held.filter(({tree, old}) => {
			const obstacle = obstacleOf(tree, tree.path, users) ?? refused(rename(tree.path, old));
			obstacles.set(tree, obstacle);
			return obstacle === undefined;
		});
		const late = findUsers(named.map(({tree, old}) => ({path: old, files: tree.files})));
		for (const {tree, old} of named) {
			await lookAtSignal(signal);
			const obstacle = obstacleOf(tree, old, late) ?? refusalToGo(old);
			obstacles.set(tree, obstacle);
		}
	} finally {
		held.forEach(giveBack);
	}

	return obstacles;
}

interface Held {
	readonly tree: Takeable;
	/** Where its state is, and its tree, while they are ours. */
	readonly aside: HostPath;
	readonly old: HostPath;
}

/** A name that says whose it is, and what may be done with it. */
function beside({layout, directory, id}: CachedTree, word: 'gone' | 'old'): HostPath {
	const random = randomBytes(8).toString('hex');
	return hostPath(
		`${directory}/${layout === 'runs' ? `${id}.${word}-${random}` : unfinishedName()}`,
	);
}

function statePath({layout, directory, id, inode}: CachedTree): HostPath {
	return hostPath(`${directory}/${stateName(layout, id, inode)}`);
}

/** Why the tree that should have this name now must stay. */
function obstacleOf(tree: CachedTree, name: HostPath, users: Users): Obstacle {
	const user = users.get(name);
	if (user !== undefined) {
		return `in use by process ${user}`;
	}
	if (statusOf(statePath(tree)) !== undefined) {
		return 'somebody has just started it';
	}
	const found = statusOf(name);
	if (found === undefined) {
		return 'somebody else has removed it';
	}
	return found.ino === tree.inode ? undefined : 'it was unpacked anew meanwhile';
}

function refused(errno: string | undefined): Obstacle {
	return errno === undefined ? undefined : `cannot be changed (${errno})`;
}

function refusalToGo(path: HostPath): Obstacle {
	return refused(attempt(() => removeTree(path)));
}

/** What was removed has no tree left. */
function giveBack({tree, aside, old}: Held): void {
	if (statusOf(old)?.ino === tree.inode && statusOf(tree.path) === undefined) {
		rename(old, tree.path);
	}

	const isThere = statusOf(tree.path)?.ino === tree.inode;
	if (isThere && statusOf(statePath(tree)) === undefined) {
		rename(aside, statePath(tree));
	}

	attempt(() => removeTree(aside));
	if (!isThere) {
		for (const name of tree.more) {
			attempt(() => removeTree(hostPath(posix.join(tree.directory, name))));
		}
	}
}

/** Returns the errno where it fails. */
function rename(from: HostPath, to: HostPath): string | undefined {
	return attempt(() => renameSync(from, to));
}

function attempt(act: () => void): string | undefined {
	try {
		act();
		return undefined;
	} catch (error) {
		const errno = errnoOf(error);
		if (errno === undefined) {
			throw error;
		}
		return errno;
	}
}
