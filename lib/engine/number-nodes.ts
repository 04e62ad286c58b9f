/** The nodes of a path table, in the order in which they stand there. */
import {DynpkError} from '../errors/dynpk-error.js';
import {comparePaths, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {ProjectedPath} from './projected-path.js';

/** A table of this size is about 40 MiB. */
const NODE_LIMIT = 1 << 20;

export interface Numbered {
	readonly projected: ProjectedPath;
	readonly parent: number;
	readonly children: readonly SysrootPath[];
}

/**
 * Breadth first, so that the children of a node stand side by side; what lies below whole directories
 * comes last, because a launcher that makes mounts need not look there. `outer`: how many come before.
 *
 * @throws {DynpkError} USAGE where the paths are no tree, or too many.
 */
export function numberNodes(paths: readonly ProjectedPath[]): {
	readonly numbered: readonly Numbered[];
	readonly outer: number;
} {
	const byPath = new Map(paths.map(projected => [projected.path, projected]));
	const children = new Map<SysrootPath, SysrootPath[]>();
	for (const {path} of [...paths].sort((a, b) => comparePaths(a.path, b.path))) {
		const parent = parentOf(path);
		if (path === '/') {
			continue;
		}

		if (byPath.get(parent)?.kind !== 'directory') {
			throw new DynpkError('USAGE', `${path} is projected, and ${parent} is no directory`);
		}

		const siblings = children.get(parent) ?? [];
		siblings.push(path);
		children.set(parent, siblings);
	}

	const root = byPath.get(sysrootPath('/'));
	if (root?.kind !== 'directory' || root.extent !== 'merged' || byPath.size !== paths.length) {
		throw new DynpkError('USAGE', 'projected paths need / once, and each other once');
	}

	const numbered: Numbered[] = [
		{projected: root, parent: 0, children: children.get(root.path) ?? []},
	];
	const appendChildren = (index: number): void => {
		for (const path of numbered[index]?.children ?? []) {
			const projected = byPath.get(path);
			if (projected !== undefined) {
				numbered.push({projected, parent: index, children: children.get(path) ?? []});
			}
		}
	};
	const whole: number[] = [];
	for (let index = 0; index < numbered.length; index++) {
		if (isWhole(numbered[index]?.projected)) {
			whole.push(index);
		} else {
			appendChildren(index);
		}
	}

	const outer = numbered.length;
	whole.forEach(appendChildren);
	for (let index = outer; index < numbered.length; index++) {
		appendChildren(index);
	}

	if (numbered.length > NODE_LIMIT) {
		throw new DynpkError('USAGE', `${numbered.length} paths are more than a table can hold`);
	}

	return {numbered, outer};
}

function isWhole(projected: ProjectedPath | undefined): boolean {
	return projected?.kind === 'directory' && projected.extent === 'whole';
}
