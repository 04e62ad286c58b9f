/**
 * What Debian's scripts are started by without any package saying so.
 *
 * A package need not depend on an Essential one (Policy 3.5), so the solution of a set may hold
 * scripts and nothing that has `/bin/sh`. The Essential interpreters that the repositories have are put
 * beside the solution; they are carried only where a script that is carried asks for them. Where
 * one cannot be added, because a need of its own is not met, it stays out.
 */
import type {CapabilityNeed} from '../set/need.js';
import type {PackageRecord} from '../set/package-record.js';
import type {FindBaseSystemRule} from './base-system.js';
import interpreters from './data/essential-interpreters.json' with {type: 'json'};
import type {PackageUniverse} from './package-universe.js';
import {searchPackages, type SearchResult} from './search-packages.js';
import type {Choice} from './search-state.js';

/** The choices of a solved set, and after them those that interpreters add. */
export function addInterpreters(
	{choices: solved, unmet}: SearchResult,
	universe: PackageUniverse,
	findBaseSystemRule: FindBaseSystemRule,
): readonly Choice[] {
	const choices = [...solved];
	for (const {name} of solved[0]?.record.manager === 'deb' ? interpreters : []) {
		const chosen = choices.map(({record}) => record);
		const [wanted] = universe
			.providers({kind: 'capability', name, range: undefined} satisfies CapabilityNeed)
			.filter(record => record.name === name && record.isEssential);
		if (wanted === undefined || chosen.some(record => record.name === name)) {
			continue;
		}

		const wish = makeWish(wanted);
		const result = searchPackages([...chosen, wish], universe, findBaseSystemRule);
		if ([...result.unmet.keys()].every(key => unmet.has(key))) {
			const added = result.choices.slice(chosen.length + 1);
			choices.push(
				...added.map(choice =>
					choice.because?.by === wish ? {...choice, because: undefined} : choice,
				),
			);
		}
	}

	return choices;
}

/** Somebody who needs the interpreter, so that it is chosen by the rules for all others. */
function makeWish(wanted: PackageRecord): PackageRecord {
	return {
		...wanted,
		name: '',
		isEssential: false,
		requires: [{kind: 'capability', name: wanted.name, range: undefined}],
		provides: [],
		conflicts: [],
		obsoletes: [],
		paths: [],
	};
}
