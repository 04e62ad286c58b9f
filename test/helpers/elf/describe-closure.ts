/** A closure in the words of `ld.so --list`, to be compared with what that prints. */
import {realpathSync} from 'node:fs';
import {basename, dirname, posix} from 'node:path';
import type {Closure} from '../../../lib/closure/closure.js';
import type {LoaderSearch} from '../../../lib/loader/loader-search.js';

export interface Description {
	readonly mapped: readonly {readonly name: string; readonly path: string}[];
	readonly notFound: readonly string[];
	readonly isFatal: boolean;
}

/** The name shown is the one an object was first asked for as; the loader is shown by its path. */
export function describeClosure(
	closure: Closure,
	search: Pick<LoaderSearch, 'expand'>,
): Description {
	const {linkMap, edges, unresolved, interpreter} = closure;
	const [, ...libraries] = linkMap;
	const mapped = libraries.map(entry => {
		const edge = edges.find(({to}) => to === entry);
		const name = edge === undefined ? '' : (search.expand(edge.needed, edge.from) ?? '');
		const isLoader = entry === interpreter || edge?.foundBy === 'loader';
		return {name: isLoader ? entry.path : name, path: entry.path};
	});
	return {
		mapped,
		notFound: unresolved
			.filter(({severity, fatal}) => severity === 'error' && fatal === undefined)
			.map(({needed, by}) => search.expand(needed, by) ?? needed),
		isFatal: unresolved.some(({fatal}) => fatal !== undefined),
	};
}

/**
 * Whether a path as ld.so prints it is ours. It prints relative directories and `..` as they were
 * written; where `..` follows a link, the directory it leads to counts.
 */
export function samePlace(theirs: string, ours: string, cwd = '/'): boolean {
	return (
		posix.resolve(cwd, theirs) === ours ||
		(theirs.includes('/../') &&
			basename(theirs) === basename(ours) &&
			realpathSync.native(dirname(theirs)) === realpathSync.native(dirname(ours)))
	);
}
