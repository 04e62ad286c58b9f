/** A closure in the words of `ld.so --list`, to be compared with what that prints. */
import type {Closure} from '../../lib/closure/closure.js';
import type {LoaderSearch} from '../../lib/loader/loader-search.js';

export interface Description {
	readonly mapped: readonly {readonly name: string; readonly path: string}[];
	readonly notFound: readonly string[];
	readonly isFatal: boolean;
}

/** The name shown is the one an object was first asked for as; the loader is shown by its path. */
export function describeClosure(closure: Closure, search: LoaderSearch): Description {
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
