/**
 * Libraries that other libraries open by a name of their own: no DT_NEEDED leads to them, and a program
 * that works without is one that has never called.
 *
 * By data files, each rule with its reason. What glibc opens is asked for by whatever mapped object
 * imports the function, and the C library searches, because it is the one that will open; any other
 * library asks and searches for itself.
 */
import {pathPattern} from '../paths/path-pattern.js';
import type {LinkMapEntry} from '../loader/loader-search.js';
import openedByLibc from './data/opened-by-libc.json' with {type: 'json'};
import openedByLibraries from './data/opened-by-libraries.json' with {type: 'json'};
import {loadDependencies} from './load-dependencies.js';
import type {Namespace, Walk} from './walk.js';

/** Follow the habits of everything mapped, and of everything that they bring. */
export function followHabits(
	walk: Walk,
	namespace: Namespace,
	linkMap: readonly LinkMapEntry[],
): void {
	const libc =
		walk.search.libc === 'glibc'
			? linkMap.find(({object}) => object.soname === 'libc.so.6')
			: undefined;
	const follow = (from: LinkMapEntry): void => {
		const own = {walk, namespace, from, searcher: from, place: 'opened-by-library'} as const;
		for (const name of namesOpenedBy(from)) {
			open(own, [name], false);
		}

		if (walk.search.libc === 'glibc') {
			const opening = {...own, searcher: libc ?? from, place: 'opened-by-libc'} as const;
			for (const {opens, required} of rulesFor(from)) {
				open(opening, opens, required);
			}
		}
	};

	linkMap.forEach(follow);
	// The array grows while it is walked.
	for (const entry of walk.further) {
		follow(entry);
	}
}

function rulesFor({object}: LinkMapEntry): typeof openedByLibc {
	return object.imports.length === 0
		? []
		: openedByLibc.filter(({imports}) => imports.some(name => object.imports.includes(name)));
}

const libraryRules = openedByLibraries.map(({libraries, opens}) => ({
	matches: pathPattern(libraries),
	opens,
}));

function namesOpenedBy({object: {soname}}: LinkMapEntry): readonly string[] {
	return soname === undefined
		? []
		: libraryRules.flatMap(({matches, opens}) => (matches(soname) ? opens : []));
}

interface Opening {
	readonly walk: Walk;
	readonly namespace: Namespace;
	/** Who imports the function, or is the library. */
	readonly from: LinkMapEntry;
	readonly searcher: LinkMapEntry;
	readonly place: 'opened-by-libc' | 'opened-by-library';
}

/** The first name that is there is enough. */
function open(
	{walk, namespace, from, searcher, place}: Opening,
	names: readonly string[],
	isRequired: boolean,
): void {
	for (const [index, needed] of names.entries()) {
		const isLast = index === names.length - 1;
		const answer = walk.request({
			needed,
			from,
			searcher,
			namespace,
			place,
			isDlopened: true,
			severity: isLast && isRequired ? 'warning' : undefined,
		});
		if (answer !== undefined) {
			if (answer.isNew) {
				for (const entry of loadDependencies(walk, namespace, answer.entry)) {
					walk.further.push(entry);
				}
			}

			return;
		}
	}
}
