/**
 * What is put beside a solved set where it can be: nobody needs it, and somebody is better off with it.
 *
 * A package of Debian need not depend on an Essential one (Policy 3.5), so the solution may hold
 * scripts and nothing that has `/bin/sh` or `sed`. Of what the repositories have of these, only what a
 * script asks for is carried. What packages recommend travels as it does on a machine where it is
 * installed. A wish that cannot be met beside all that was chosen before adds nothing.
 */
import {formatNeed, type Need} from '../set/need.js';
import type {PackageRecord} from '../set/package-record.js';
import type {FindBaseSystemRule} from './base-system.js';
import essentialPrograms from './data/essential-programs.json' with {type: 'json'};
import type {PackageUniverse} from './package-universe.js';
import {searchPackages, type SearchResult} from './search-packages.js';
import type {Choice} from './search-state.js';
import type {NeededBy} from './solution.js';

/** A choice, and who recommends it. */
export interface WishedChoice extends Choice {
	readonly recommendedBy?: NeededBy;
}

export interface WishContext {
	readonly universe: PackageUniverse;
	readonly findBaseSystemRule: FindBaseSystemRule;
	/** What the set itself lacks. */
	readonly unmet: SearchResult['unmet'];
}

/** The choices of a solved set, and after them those that Essential packages add. */
export function addEssentials(
	solved: readonly WishedChoice[],
	context: WishContext,
): readonly WishedChoice[] {
	const choices = [...solved];
	for (const {name} of solved[0]?.record.manager === 'deb' ? essentialPrograms : []) {
		const need = {kind: 'capability', name, range: undefined} as const;
		const isThere = context.universe
			.providers(need)
			.some(record => record.name === name && record.isEssential);
		if (isThere) {
			choices.push(...meetWish(choices, need, context));
		}
	}

	return choices;
}

/** The choices of a solved set, and after them what those of `recommenders`, or all, recommend. */
export function addRecommended(
	solved: readonly Choice[],
	recommenders: readonly PackageRecord[] | 'all',
	context: WishContext,
): readonly WishedChoice[] {
	const choices: WishedChoice[] = [...solved];
	// An array visits what is added while it is walked.
	for (const {record} of choices) {
		const isAsked = recommenders === 'all' || recommenders.includes(record);
		for (const need of isAsked ? record.recommends : []) {
			choices.push(...meetWish(choices, need, context, record));
		}
	}

	return choices;
}

function meetWish(
	choices: readonly WishedChoice[],
	need: Need,
	{universe, findBaseSystemRule, unmet}: WishContext,
	recommender?: PackageRecord,
): WishedChoice[] {
	const chosen = choices.map(({record}) => record);
	const [any] = chosen;
	if (any === undefined) {
		return [];
	}

	const wish = makeWish(any, need);
	const result = searchPackages([...chosen, wish], universe, findBaseSystemRule);
	if (![...result.unmet.keys()].every(key => unmet.has(key))) {
		return [];
	}

	return result.choices.slice(chosen.length + 1).map(({because, ...choice}) => {
		if (because?.by !== wish) {
			return {...choice, because};
		}

		const recommendedBy = recommender && {record: recommender, need: formatNeed(need)};
		return {...choice, because: undefined, ...(recommendedBy && {recommendedBy})};
	});
}

/** Somebody who needs it, so that it is chosen by the rules for all others. */
function makeWish({manager, arch, file, version}: PackageRecord, need: Need): PackageRecord {
	return {
		...{manager, arch, file, version, name: '', license: undefined, repository: undefined},
		isEssential: false,
		requires: [need],
		recommends: [],
		provides: [],
		conflicts: [],
		obsoletes: [],
		paths: [],
	};
}
