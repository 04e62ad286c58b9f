/**
 * Search for a set of packages in which every need is met.
 *
 * Needs that leave no choice are followed first; of the rest one is decided at a time, best option
 * first; conditions and other expressions come last, and only where what was chosen does not do
 * already. Of their ways the one that takes fewest comes first, and all are tried before the need
 * counts as unmet. How a decision is taken back is decision-stack.ts's business.
 */
import {capabilitiesOf, formatNeed, type Need} from '../set/need.js';
import type {PackageRecord} from '../set/package-record.js';
import type {FindBaseSystemRule} from './base-system.js';
import {keyOf, makeDecisionStack, type DecisionStack, type Unmet} from './decision-stack.js';
import type {Demand} from './demand.js';
import type {PackageUniverse} from './package-universe.js';
import {makeSearchState, type Choice, type PendingNeed, type SearchState} from './search-state.js';
import type {ExcludedNeed} from './solution.js';

export interface SearchResult {
	readonly choices: readonly Choice[];
	readonly excluded: readonly ExcludedNeed[];
	readonly unmet: ReadonlyMap<string, Unmet>;
	/** Pairs of given packages that cannot be together. */
	readonly clashes: readonly (readonly [PackageRecord, PackageRecord])[];
}

interface Search {
	readonly state: SearchState;
	readonly stack: DecisionStack;
	readonly universe: PackageUniverse;
	readonly findBaseSystemRule: FindBaseSystemRule;
	/** What base-system rules answer, by the need and who has it. */
	readonly excluded: Map<string, ExcludedNeed>;
}

export function searchPackages(
	given: readonly PackageRecord[],
	universe: PackageUniverse,
	findBaseSystemRule: FindBaseSystemRule,
): SearchResult {
	const state = makeSearchState(universe);
	const excluded = new Map<string, ExcludedNeed>();
	const start = state.mark();
	const chooseGiven = (): void => {
		state.undo(start);
		excluded.clear();
		for (const record of given) {
			state.choose(record, new Set(), undefined);
		}
	};
	const stack = makeDecisionStack(state, universe, chooseGiven);
	const search = {state, stack, universe, findBaseSystemRule, excluded};
	chooseGiven();
	const clashes = clashesAmong(given, state);
	for (;;) {
		const item = state.pending[state.cursor];
		const open = state.deferred[state.deferredCursor];
		if (item !== undefined) {
			state.cursor++;
			lookAt(search, item);
		} else if (open !== undefined) {
			state.deferredCursor++;
			settle(search, open);
		} else if (!lookAtConditions(search)) {
			const {unmet} = stack;
			return {choices: [...state.choices], excluded: [...excluded.values()], unmet, clashes};
		}
	}
}

/** Who is in the way of another, and that other; two versions of one package are the merge's affair. */
function clashesAmong(
	given: readonly PackageRecord[],
	{blockers}: SearchState,
): SearchResult['clashes'] {
	return given.flatMap((record, index) => {
		const rivals = new Set(blockers(record).map(blocker => blocker.record));
		return given
			.slice(index + 1)
			.filter(other => rivals.has(other) && other.name !== record.name)
			.map(other => [record, other] as const);
	});
}

function lookAt(search: Search, item: PendingNeed): void {
	const {state, stack, universe} = search;
	const {demand} = item;
	if (stack.unmet.has(keyOf(item))) {
		return;
	}

	switch (demand.kind) {
		case 'all':
			demand.parts.forEach(part =>
				state.pending.push({...item, ...nameOf(item, part), demand: part}),
			);
			return;
		case 'any':
			state.conditional.push(item);
			return;
		case 'refuse':
			stack.refuse(
				item,
				universe.providers(demand.need).filter(({name}) => name !== demand.except),
			);
			return;
		case 'take':
			meet(search, demand.need, item);
	}
}

/** Of what all is needed, each part is missed by itself. */
function nameOf({isConflict}: PendingNeed, part: Demand): {readonly need?: Need} {
	return part.kind === 'take' && !isConflict ? {need: part.need} : {};
}

/** See a need met by a chosen package, excuse it, put it off, or decide who meets it. */
function meet(search: Search, need: Need, item: PendingNeed): void {
	const {state, stack, universe, excluded} = search;
	const {by} = item;
	const providers = universe.providers(need);
	if (providers.some(state.isChosen)) {
		return;
	}

	const candidates = takableOf(search, providers);
	const excuse = excuseFor(search, need, by, candidates);
	if (excuse !== undefined) {
		const text = formatNeed(need);
		excluded.set(`${text} ${by.name}`, {need: text, reason: excuse, neededBy: by});
	} else if (candidates.some(({name}) => name !== candidates[0]?.name)) {
		state.deferred.push(item);
	} else {
		stack.decide(item, candidates);
	}
}

/** A need was put off; by now a package chosen for another may meet it. */
function settle(search: Search, item: PendingNeed): void {
	const providers = item.demand.kind === 'take' ? search.universe.providers(item.demand.need) : [];
	if (!providers.some(search.state.isChosen)) {
		search.stack.decide(item, takableOf(search, providers));
	}
}

/** Packages of the base system are taken only where they were given. */
function takableOf(
	{findBaseSystemRule}: Search,
	providers: readonly PackageRecord[],
): readonly PackageRecord[] {
	return providers.filter(
		({repository, manager, name}) =>
			repository === undefined || findBaseSystemRule(manager, name) === undefined,
	);
}

/** Why nobody has to meet a need: itself, all who would, or an alternative is left out by rule. */
function excuseFor(
	{universe, findBaseSystemRule}: Search,
	need: Need,
	by: PackageRecord,
	candidates: readonly PackageRecord[],
): string | undefined {
	if (need.kind === 'capability') {
		const own = findBaseSystemRule(by.manager, need.name)?.reason;
		if (own !== undefined || candidates.length > 0) {
			return own;
		}
	}

	const named = need.kind === 'any' ? need.needs.flatMap(capabilitiesOf) : universe.providers(need);
	return candidates.length > 0
		? undefined
		: named.map(({name}) => findBaseSystemRule(by.manager, name)?.reason).find(Boolean);
}

/** Decide about the first expression that what was chosen does not meet, and tell whether there was one. */
function lookAtConditions({state, stack, universe}: Search): boolean {
	const item = state.conditional.find(
		one =>
			!state.triggered.includes(one) &&
			!stack.unmet.has(keyOf(one)) &&
			!universe.isMet(one.demand, state.isChosen),
	);
	if (item?.demand.kind !== 'any') {
		return false;
	}

	state.triggered.push(item);
	const cost = new Map(item.demand.parts.map(part => [part, missingIn(part, universe, state)]));
	stack.branch(
		item,
		[...item.demand.parts].sort((a, b) => (cost.get(a) ?? 0) - (cost.get(b) ?? 0)),
	);
	return true;
}

/** More than any expression takes. */
const HOPELESS = 10_000;

/** How many packages a way would take as things stand; one that is refused and chosen is hopeless. */
function missingIn(demand: Demand, universe: PackageUniverse, state: SearchState): number {
	switch (demand.kind) {
		case 'take':
			return universe.isMet(demand, state.isChosen) ? 0 : 1;
		case 'refuse':
			return universe.isMet(demand, state.isChosen) ? 0 : HOPELESS;
		case 'all':
			return demand.parts.reduce((sum, part) => sum + missingIn(part, universe, state), 0);
		case 'any':
			return Math.min(HOPELESS, ...demand.parts.map(part => missingIn(part, universe, state)));
	}
}
