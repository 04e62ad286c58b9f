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
	readonly findBaseSystemRule?: FindBaseSystemRule;
	/** Go on without what nobody has, and say so in the solution. */
	readonly bearsMissing?: boolean;
	/** Whose recommended packages are added: nobody's, those of given packages, or all. */
	readonly recommends?: 'none' | 'named' | 'all';
}

/**
 * Choose packages from the repositories until every need of every package is met.
 *
 * @throws {DynpkError} UNRESOLVED_REQUIRES, with one line for each need and who has it.
 */
export async function solve(set: PackageSet, options: SolveOptions = {}): Promise<Solution> {
	const {
		findBaseSystemRule = makeBaseSystemRules(),
		bearsMissing = false,
		recommends = 'none',
	} = options;
	const universe = await makeUniverse(set);
	const result = searchPackages(set.given, universe, findBaseSystemRule);
	const absent = result.unmet.size === 0 ? undefined : await makeUniverse(onlyAbsent(set));
	const unresolved = [...clashingPairs(result, universe), ...unresolvedNeeds(result, absent)];
	if (unresolved.length > 0 && !bearsMissing) {
		throw unresolvedFault(set, unresolved);
	}

	const context = {universe, findBaseSystemRule, unmet: result.unmet};
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
		unmet: unresolved,
		repositories: set.repositories,
	});
}

/** By what the index says of them: nobody looks for further paths. */
function onlyAbsent(set: PackageSet): PackageSet {
	return {...set, given: [], available: set.absent, findPaths: () => Promise.resolve(new Map())};
}

function clashingPairs({clashes}: SearchResult, universe: PackageUniverse): UnresolvedNeed[] {
	const verbOf = (by: PackageRecord, other: PackageRecord): string | undefined => {
		if (universe.obsoleted(by).includes(other)) {
			return 'obsoletes';
		}

		const isDisliked = by.conflicts.some(need => universe.providers(need).includes(other));
		return isDisliked ? 'conflicts with' : undefined;
	};
	return clashes.map(([a, b]) => {
		const [by, other] = verbOf(a, b) === undefined ? [b, a] : [a, b];
		const need = `${recordId(by)} ${verbOf(by, other) ?? 'excludes'} ${recordId(other)}`;
		return {kind: 'conflict', need, neededBy: [by], blocked: [], absent: []};
	});
}

function unresolvedNeeds(
	{unmet, choices}: SearchResult,
	absent: PackageUniverse | undefined,
): readonly UnresolvedNeed[] {
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
		.map(([key, {need, by, blocked, isConflict}]): UnresolvedNeed =>
			isConflict
				? {kind: 'conflict', need: key, neededBy: [by], blocked, absent: []}
				: {
						kind: 'need',
						need: key,
						neededBy: askers.get(key) ?? [by],
						blocked,
						absent: absent?.providers(need) ?? [],
					},
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
		hint: `${
			where === ''
				? 'name a directory that has the missing packages with --repo DIR'
				: `${where} does not have them: name another directory with --repo DIR`
		}, or go without by --missing warn`,
	});
}

/** What is said of one that is borne: who goes without what. */
export function borneFinding(unresolved: UnresolvedNeed): {
	readonly path: string;
	readonly message: string;
} {
	const {kind, need, neededBy} = unresolved;
	const [first] = neededBy;
	const others = neededBy.length > 1 ? ` (and ${neededBy.length - 1} more do)` : '';
	return {
		path: first === undefined ? '' : recordId(first),
		message:
			kind === 'conflict'
				? `goes in though ${need}`
				: `needs ${need}${others}, and goes without: ${whyUnmet(unresolved) || 'no package has it'}`,
	};
}

function describeUnresolved(unresolved: UnresolvedNeed): string {
	const {kind, need, neededBy} = unresolved;
	const shown = neededBy.slice(0, ASKERS_SHOWN).map(recordId).join(', ');
	const more = neededBy.length > ASKERS_SHOWN ? ` and ${neededBy.length - ASKERS_SHOWN} more` : '';
	const askers = kind === 'conflict' || shown === '' ? '' : `, needed by ${shown}${more}`;
	const why = whyUnmet(unresolved);
	return `${need}${askers}${why === '' ? '' : ` (${why})`}`;
}

function whyUnmet({blocked, absent}: UnresolvedNeed): string {
	const [lost] = absent;
	if (lost !== undefined) {
		const {file, repository = ''} = lost;
		return `the index of ${repository} has ${recordId(lost)}, but ${file} is not there`;
	}

	return blocked.length === 0
		? ''
		: `cannot be beside the others: ${blocked.map(recordId).join(', ')}`;
}
