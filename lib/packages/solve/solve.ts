/**
 * A set of packages → the set with everything it needs, or one error that lists what is missing.
 *
 * The search itself is search-packages.ts; here its answer becomes a solution, or the message.
 */
import {DynpkError} from '../../errors/dynpk-error.js';
import {formatNeed} from '../set/need.js';
import type {PackageSet} from '../set/open-package-set.js';
import {compareRecords, recordId, type PackageRecord} from '../set/package-record.js';
import {addEssentials, addRecommended} from './add-wishes.js';
import {makeBaseSystemRules, type FindBaseSystemRule} from './base-system.js';
import {makeUniverse, type PackageUniverse} from './package-universe.js';
import {searchPackages, type SearchResult} from './search-packages.js';
import type {Solution, UnresolvedNeed} from './solution.js';

/** As many askers of one need as a message names. */
const ASKERS_SHOWN = 3;

export interface SolveOptions {
	/** Whose recommended packages are added: nobody's, those of given packages, or all. */
	readonly recommends?: 'none' | 'named' | 'all';
	readonly findBaseSystemRule?: FindBaseSystemRule;
}

/**
 * Choose packages from the repositories until every need of every package is met.
 *
 * @throws {DynpkError} UNRESOLVED_REQUIRES, with one line for each need and who has it.
 */
export async function solve(
	set: PackageSet,
	{recommends = 'none', findBaseSystemRule = makeBaseSystemRules()}: SolveOptions = {},
): Promise<Solution> {
	const universe = await makeUniverse(set);
	const result = searchPackages(set.given, universe, findBaseSystemRule);
	const unresolved = [...clashingPairs(result, universe), ...unresolvedNeeds(result)];
	if (unresolved.length > 0) {
		throw unresolvedFault(set, unresolved);
	}

	const context = {universe, findBaseSystemRule};
	const recommenders = {none: [], named: set.given, all: 'all'} as const;
	const wished = addRecommended(result.choices, recommenders[recommends], context);
	return Object.freeze({
		packages: addEssentials(wished, context)
			.map(({record, because, recommendedBy}) => ({
				record,
				neededBy: because && {record: because.by, need: formatNeed(because.need)},
				recommendedBy,
			}))
			.sort((a, b) => compareRecords(a.record, b.record)),
		excluded: result.excluded,
		repositories: set.repositories,
	});
}

function clashingPairs({clashes}: SearchResult, universe: PackageUniverse): UnresolvedNeed[] {
	return clashes.map(([a, b]) => {
		const [by, other] = universe.obsoleted(b).includes(a) ? [b, a] : [a, b];
		const verb = universe.obsoleted(by).includes(other) ? 'obsoletes' : 'conflicts with';
		const need = `${recordId(by)} ${verb} ${recordId(other)}`;
		return {kind: 'conflict', need, neededBy: [by], blocked: []};
	});
}

function unresolvedNeeds({unmet, choices}: SearchResult): readonly UnresolvedNeed[] {
	const askers = new Map<string, PackageRecord[]>();
	for (const {record} of choices) {
		for (const need of record.requires) {
			const text = formatNeed(need);
			const known = askers.get(text) ?? [];
			known.push(record);
			askers.set(text, known);
		}
	}

	return [...unmet]
		.map(([need, {by, blocked, isConflict}]): UnresolvedNeed =>
			isConflict
				? {kind: 'conflict', need, neededBy: [by], blocked}
				: {kind: 'need', need, neededBy: askers.get(need) ?? [by], blocked},
		)
		.sort((a, b) => (a.need < b.need ? -1 : 1));
}

function unresolvedFault(set: PackageSet, unresolved: readonly UnresolvedNeed[]): DynpkError {
	const names = set.given.map(({name}) => name).join(', ');
	const details = unresolved.map(describeUnresolved);
	if (unresolved.every(({kind}) => kind === 'conflict')) {
		return new DynpkError('UNRESOLVED_REQUIRES', `${names} cannot be packed together`, {details});
	}

	const count = unresolved.length === 1 ? '1 requirement' : `${unresolved.length} requirements`;
	const where = set.repositories.join(', ');
	return new DynpkError('UNRESOLVED_REQUIRES', `cannot meet ${count} of ${names}`, {
		details,
		hint:
			where === ''
				? 'name a directory that has the missing packages with --repo DIR'
				: `${where} does not have them: name another directory with --repo DIR`,
	});
}

function describeUnresolved({kind, need, neededBy, blocked}: UnresolvedNeed): string {
	const shown = neededBy.slice(0, ASKERS_SHOWN).map(recordId).join(', ');
	const more = neededBy.length > ASKERS_SHOWN ? ` and ${neededBy.length - ASKERS_SHOWN} more` : '';
	const askers = kind === 'conflict' || shown === '' ? '' : `, needed by ${shown}${more}`;
	const rivals =
		blocked.length === 0
			? ''
			: ` (cannot be beside the others: ${blocked.map(recordId).join(', ')})`;
	return `${need}${askers}${rivals}`;
}
