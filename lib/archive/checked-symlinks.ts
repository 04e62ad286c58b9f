/**
 * Follow every symbolic link of a tree that exists only as a list of entries.
 *
 * Comparing strings is not enough: with `up -> ..`, the link `up/..` looks harmless and leads out.
 * So each one is walked as the kernel would (path_resolution(7)), component by component. What a
 * dangling link would pass through is taken for directories.
 */
import {posix} from 'node:path';
import {DynpkError, type FaultCode} from '../errors/dynpk-error.js';
import {lookAtSignal} from '../errors/stop-signal.js';
import {LINK_LIMIT} from '../paths/link-limit.js';

export interface TreeNode {
	readonly kind: 'directory' | 'file' | 'symlink' | 'hardlink';
	readonly target: string | undefined;
}

/** Characters looked at for all links, in the whole and for each; real ones need a hundredth. */
const EFFORT = 64 << 20;
const EFFORT_A_LINK = 8 << 10;
/** A fraction of a second. */
const EFFORT_BETWEEN_TURNS = 8 << 20;

export interface SymlinkRules {
	readonly code: FaultCode;
	readonly subject: string;
	readonly signal?: AbortSignal | undefined;
}

/**
 * @throws {DynpkError} the given code, for the first link that leaves the tree, and for links that lead
 *   through so many others that following them would take minutes; INTERRUPTED
 */
export async function checkSymlinks(
	tree: ReadonlyMap<string, TreeNode>,
	{code, subject, signal}: SymlinkRules,
): Promise<void> {
	let effort = 0;
	let allowed = EFFORT;
	let turn = EFFORT_BETWEEN_TURNS;
	for (const [path, node] of tree) {
		if (node.kind !== 'symlink' || node.target === undefined) {
			continue;
		}

		const walked = walkLink(path, node.target, tree);
		if (walked.leavesTree) {
			throw new DynpkError(code, `${subject}: ${path}: a link out of the tree, to ${node.target}`);
		}

		effort += walked.effort;
		allowed += EFFORT_A_LINK;
		if (effort > allowed) {
			throw new DynpkError(code, `${subject}: ${path}: its links lead through too many others`);
		}

		if (effort > turn) {
			await lookAtSignal(signal);
			turn = effort + EFFORT_BETWEEN_TURNS;
		}
	}
}

interface Walked {
	readonly leavesTree: boolean;
	readonly effort: number;
}

function walkLink(link: string, target: string, tree: ReadonlyMap<string, TreeNode>): Walked {
	let here = posix.dirname(link);
	// How many components deep in what is not there.
	let missing = 0;
	// The components still to walk, the next one last.
	const ahead = target.split('/').reverse();
	let effort = target.length;
	let hops = 0;
	for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
		effort += 1;
		if (name === '' || name === '.') {
			continue;
		}
		if (name === '..') {
			if (missing > 0) {
				missing -= 1;
				continue;
			}

			here = posix.dirname(here);
			// The parent of the top-level directory.
			if (here === '.') {
				return {leavesTree: true, effort};
			}
			continue;
		}

		const next = `${here}/${name}`;
		effort += next.length;
		const node = missing > 0 ? undefined : tree.get(next);
		if (node === undefined) {
			missing += 1;
			continue;
		}

		if (node.kind !== 'symlink' || node.target === undefined) {
			here = next;
			continue;
		}

		// A loop leads nowhere, so it does not lead out.
		hops += 1;
		if (hops > LINK_LIMIT) {
			break;
		}
		effort += node.target.length;
		ahead.push(...node.target.split('/').reverse());
	}

	return {leavesTree: false, effort};
}
