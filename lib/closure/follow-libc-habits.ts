/**
 * Libraries that glibc opens by name when a program calls certain functions: no DT_NEEDED leads to
 * them, and a program that works without is one that has never called.
 *
 * By a data file, each rule with its reason: whatever mapped object imports the function asks, and
 * the C library searches, because it is the one that will open.
 */
import type {LinkMapEntry} from '../loader/loader-search.js';
import openedByLibc from './data/opened-by-libc.json' with {type: 'json'};
import {loadDependencies} from './load-dependencies.js';
import type {Namespace, Walk} from './walk.js';

/** Follow the imports of everything mapped, and of everything that they bring. */
export function followLibcHabits(
	walk: Walk,
	namespace: Namespace,
	linkMap: readonly LinkMapEntry[],
): void {
	if (walk.search.libc !== 'glibc') {
		return;
	}

	const libc = linkMap.find(({object}) => object.soname === 'libc.so.6');
	const follow = (from: LinkMapEntry): void => {
		for (const {opens, required} of rulesFor(from)) {
			open({walk, namespace, from, searcher: libc ?? from}, opens, required);
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

interface Opening {
	readonly walk: Walk;
	readonly namespace: Namespace;
	/** Who imports the function. */
	readonly from: LinkMapEntry;
	readonly searcher: LinkMapEntry;
}

/** The first name that is there is enough. */
function open(
	{walk, namespace, from, searcher}: Opening,
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
			place: 'opened-by-libc',
			isDlopened: true,
			severity: isLast && isRequired ? 'warning' : undefined,
		});
		if (answer !== undefined) {
			if (answer.isNew) {
				walk.further.push(...loadDependencies(walk, namespace, answer.entry));
			}

			return;
		}
	}
}
