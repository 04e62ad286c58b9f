/**
 * Follow every symbolic link of a tree that exists only as a list of entries.
 *
 * Comparing strings is not enough: with `up -> ..`, the link `up/..` looks harmless and leads out.
 * So each one is walked as the kernel would (path_resolution(7)), component by component. What a
 * dangling link would pass through is taken for directories.
 */
import {posix} from 'node:path';
import {DynpkError, type FaultCode} from '../errors/dynpk-error.js';
import {LINK_LIMIT} from '../paths/link-limit.js';

export interface TreeNode {
	readonly kind: 'directory' | 'file' | 'symlink' | 'hardlink';
	readonly target: string | undefined;
}

/** @throws {DynpkError} the given code, for the first link that leaves the tree */
export function checkSymlinks(
	tree: ReadonlyMap<string, TreeNode>,
	{code, subject}: {readonly code: FaultCode; readonly subject: string},
): void {
	for (const [path, node] of tree) {
		if (node.kind !== 'symlink' || node.target === undefined) {
			continue;
		}
		if (!staysInside(path, node.target, tree)) {
			throw new DynpkError(code, `${subject}: ${path}: a link out of the tree, to ${node.target}`);
		}
	}
}

function staysInside(link: string, target: string, tree: ReadonlyMap<string, TreeNode>): boolean {
	let here = posix.dirname(link);
	// The components still to walk, the next one last.
	const ahead = target.split('/').reverse();
	let hops = 0;
	for (let name = ahead.pop(); name !== undefined; name = ahead.pop()) {
		if (name === '' || name === '.') {
			continue;
		}
		if (name === '..') {
			here = posix.dirname(here);
			// The parent of the top-level directory.
			if (here === '.') {
				return false;
			}
			continue;
		}

		const next = `${here}/${name}`;
		const node = tree.get(next);
		if (node?.kind !== 'symlink' || node.target === undefined) {
			here = next;
			continue;
		}

		// A loop leads nowhere, so it does not lead out.
		hops += 1;
		if (hops > LINK_LIMIT) {
			return true;
		}
		ahead.push(...node.target.split('/').reverse());
	}

	return true;
}
