/**
 * Search for a set of packages in which every need is met.
 *
 * Needs that leave no choice are followed first; of the rest one is decided at a time, best option
 * first; conditions come last, when it is known what they are about. Nothing is taken only to make
 * a condition come out otherwise. How a decision is taken back is decision-stack.ts's business.
 */
import {capabilitiesOf, formatNeed, type Need} from '../set/need.js';
import type {PackageRecord} from '../set/package-record.js';
import type {FindBaseSystemRule} from './base-system.js';
import {makeDecisionStack, type DecisionStack, type Unmet} from './decision-stack.js';
import type {PackageUniverse} from './package-universe.js';
import {makeSearchState, type Choice, type PendingNeed, type SearchState} from './search-state.js';
import type {ExcludedNeed} from './solution.js';

export interface SearchResult {
	readonly choices: readonly Choice[];
	readonly excluded: readonly ExcludedNeed[];
	readonly unmet: ReadonlyMap<string, Unmet>;
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
			return {choices: [...state.choices], excluded: [...excluded.values()], unmet: stack.unmet};
		}
	}
}

function lookAt(search: Search, item: PendingNeed): void {
	const {state, stack} = search;
	const {need} = item;
	if (stack.unmet.has(formatNeed(need))) {
		return;
	}

	switch (need.kind) {
		case 'all':
			need.needs.forEach(part => state.pending.push({...item, need: part}));
			return;
		case 'if':
		case 'unless':
			state.conditional.push(item);
			return;
		default:
			meet(search, item);
	}
}

/** See a need met by a chosen package, excuse it, put it off, or decide who meets it. */
function meet(search: Search, item: PendingNeed): void {
	const {state, stack, universe, excluded} = search;
	const {need, by} = item;
	const providers = universe.providers(need);
	if (providers.some(state.isChosen)) {
		return;
	}

	const [compound] = need.kind === 'any' ? need.needs.filter(isCompound) : [];
	if (compound !== undefined && providers.length === 0) {
		state.pending.push({...item, need: compound});
		return;
	}

	const candidates = takableOf(search, providers);
	const excuse = excuseFor(search, item, candidates);
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
	const providers = search.universe.providers(item.need);
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
	{need, by}: PendingNeed,
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

/** Take up what conditions ask for now, each at most once, and tell whether there was any. */
function lookAtConditions({state, universe}: Search): boolean {
	const before = state.pending.length;
	for (const {need, by} of state.conditional) {
		const wanted = consequenceOf(need, universe, state);
		if (wanted !== undefined && !state.triggered.includes(wanted)) {
			state.triggered.push(wanted);
			state.pending.push({need: wanted, by, isConditional: true});
		}
	}

	return state.pending.length > before;
}

function consequenceOf(
	need: Need,
	universe: PackageUniverse,
	{isChosen}: SearchState,
): Need | undefined {
	if (need.kind !== 'if' && need.kind !== 'unless') {
		return need;
	}

	const holds = universe.isMet(need.condition, isChosen) === (need.kind === 'if');
	return holds ? need.then : need.otherwise;
}

function isCompound(need: Need): boolean {
	return need.kind === 'all' || need.kind === 'if' || need.kind === 'unless';
}
