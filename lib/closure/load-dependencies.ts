/**
 * The breadth-first loop of `_dl_map_object_deps` (elf/dl-deps.c), from one object on.
 *
 * The list is queue and result at once. A filtee (DT_FILTER, DT_AUXILIARY) goes in front of the
 * object that names it, also when it was waiting further behind, and its own needs are loaded
 * next. In an object file the needs come before the filtees, as linkers write them.
 */
import type {LinkMapEntry} from '../loader/loader-search.js';
import type {Namespace, Walk} from './walk.js';

/** Load what `first` needs; the result begins with it and holds what was not listed before. */
export function loadDependencies(
	walk: Walk,
	namespace: Namespace,
	first: LinkMapEntry,
): readonly LinkMapEntry[] {
	const list = [first];
	const done = new Set<LinkMapEntry>();
	namespace.listed.add(first);
	for (let index = 0; index < list.length; index++) {
		const entry = list[index];
		if (entry === undefined || done.has(entry)) {
			continue;
		}

		done.add(entry);
		appendNeeds(walk, namespace, list, entry);
		if (insertFiltees(walk, namespace, list, index)) {
			// What now stands at this place is loaded next. The first object keeps its own.
			index -= index === 0 ? 0 : 1;
		}
	}

	return Object.freeze(list);
}

function appendNeeds(
	walk: Walk,
	namespace: Namespace,
	list: LinkMapEntry[],
	from: LinkMapEntry,
): void {
	for (const needed of from.object.needed) {
		const answer = walk.request({needed, from, namespace, severity: 'error'});
		// Listed, not new, is the question: the loader is mapped long before anything needs it.
		if (answer !== undefined && !namespace.listed.has(answer.entry)) {
			namespace.listed.add(answer.entry);
			list.push(answer.entry);
		}
	}
}

/** Put the filtees of the object at `index` in front of it; whether there were any. */
function insertFiltees(
	walk: Walk,
	namespace: Namespace,
	list: LinkMapEntry[],
	index: number,
): boolean {
	const from = list[index];
	if (from === undefined || from.object.filter.length + from.object.auxiliary.length === 0) {
		return false;
	}

	const {filter, auxiliary} = from.object;
	let at = index === 0 ? 1 : index;
	const start = at;
	for (const [position, needed] of [...filter, ...auxiliary].entries()) {
		const isFilter = position < filter.length;
		const answer = walk.request({
			needed,
			from,
			namespace,
			place: isFilter ? 'filter' : 'auxiliary',
			// An auxiliary object may be missing (elf/dl-deps.c ignores the error).
			severity: isFilter ? 'error' : undefined,
		});
		if (answer !== undefined && moveTo(list, at, answer.entry, namespace)) {
			at++;
		}
	}

	return at > start;
}

/** Insert or move an object to a place; one that stands before it already stays where it is. */
function moveTo(
	list: LinkMapEntry[],
	at: number,
	entry: LinkMapEntry,
	{listed}: Namespace,
): boolean {
	const isWaiting = list.indexOf(entry, at + 1);
	if (isWaiting === -1 && listed.has(entry)) {
		return false;
	}

	if (isWaiting !== -1) {
		list.splice(isWaiting, 1);
	}

	listed.add(entry);
	list.splice(at, 0, entry);
	return true;
}
