/**
 * The one order of a bundle's entries: at each level directories before files, each by byte order.
 *
 * Every directory comes before what is in it, a hard link after the file it names where both were
 * planned so, and the manifest, the only file at the top, comes last, when all digests are known.
 */
import {posix} from 'node:path';
import {bundlePath, comparePaths, type BundlePath} from '../paths/paths.js';
import type {MakeFile, MakeHardlink, Operation} from './bundle-plan.js';

/** Sort, add the directories nobody planned, and let the first of a set of hard links be the file. */
export function orderOperations(operations: readonly Operation[]): Operation[] {
	const complete = [...operations, ...missingDirectories(operations)];
	const directories = new Set(
		complete.filter(({kind}) => kind === 'directory').map(({path}) => path),
	);
	complete.sort((a, b) => compareOrder(a.path, b.path, directories));
	return hardlinksBackward(complete);
}

/** By the first components that differ. They are cut out here: kept for all paths they outweigh these. */
function compareOrder(a: BundlePath, b: BundlePath, directories: ReadonlySet<BundlePath>): number {
	let at = 0;
	while (at < a.length && at < b.length && a.charCodeAt(at) === b.charCodeAt(at)) {
		at += 1;
	}

	const start = at === 0 ? 0 : a.lastIndexOf('/', at - 1) + 1;
	const left = componentAt(a, start);
	const right = componentAt(b, start);
	// One path ends where the other goes on.
	if (left === right) {
		return a.length - b.length;
	}

	const leftIsFile = start + left.length === a.length && !directories.has(a);
	const rightIsFile = start + right.length === b.length && !directories.has(b);
	return leftIsFile === rightIsFile ? comparePaths(left, right) : leftIsFile ? 1 : -1;
}

function componentAt(path: string, start: number): string {
	const end = path.indexOf('/', start);
	return path.slice(start, end === -1 ? path.length : end);
}

function missingDirectories(operations: readonly Operation[]): Operation[] {
	const known = new Set<string>(
		operations.filter(({kind}) => kind === 'directory').map(({path}) => path),
	);
	const missing: Operation[] = [];
	for (const {path} of operations) {
		for (let parent = posix.dirname(path); parent !== '.'; parent = posix.dirname(parent)) {
			if (known.has(parent)) {
				break;
			}

			known.add(parent);
			missing.push({
				kind: 'directory',
				path: bundlePath(parent),
				mode: 0o755,
				reason: 'holds other entries',
			});
		}
	}

	return missing;
}

/** An archive can only link back: whichever of a set comes first carries the bytes. */
function hardlinksBackward(sorted: readonly Operation[]): Operation[] {
	const linksTo = new Map<BundlePath, MakeHardlink[]>();
	for (const operation of sorted) {
		if (operation.kind === 'hardlink') {
			const links = linksTo.get(operation.target) ?? [];
			links.push(operation);
			linksTo.set(operation.target, links);
		}
	}

	if (linksTo.size === 0) {
		return [...sorted];
	}

	const position = new Map(sorted.map((operation, index) => [operation.path, index]));
	const replaced = new Map<BundlePath, Operation>();
	for (const operation of sorted) {
		const links = linksTo.get(operation.path);
		if (operation.kind !== 'file' || links === undefined) {
			continue;
		}

		const [first] = links;
		const before = (path: BundlePath): number => position.get(path) ?? 0;
		if (first !== undefined && before(first.path) < before(operation.path)) {
			replaced.set(first.path, {...operation, ...placeOf(first)});
			replaced.set(operation.path, {
				kind: 'hardlink',
				target: first.path,
				...placeOf(operation),
			});
			for (const link of links.slice(1)) {
				replaced.set(link.path, {...link, target: first.path});
			}
		}
	}

	return sorted.map(operation => replaced.get(operation.path) ?? operation);
}

/** What a file keeps where another carries its bytes. */
function placeOf({
	path,
	reason,
	source,
	package: owner,
}: MakeFile | MakeHardlink): Omit<MakeHardlink, 'kind' | 'target'> {
	return {path, reason, source, package: owner};
}
