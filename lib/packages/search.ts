/**
 * Search for a set of packages in which every need is met.
 *
 * Needs that leave no choice are followed first; of the rest one is decided at a time, best option
 * first. When a need cannot be met, the search returns to the last decision that has to do with
 * it (conflict-directed backjumping, Prosser 1993). A need that cannot be met whatever is decided
 * is noted and passed over, so that all of them can be told together.
 */
import type {FindExclusion} from './base-system.js';
import {formatNeed, type Need} from './need.js';
import type {PackageRecord} from './package-record.js';
import type {PackageUniverse} from './package-universe.js';
import {rankOptions} from './rank-options.js';
import {makeSearchState, type Choice, type Mark, type PendingNeed} from './search-state.js';
import type {ExcludedNeed} from './solution.js';

export interface SearchResult {
	readonly choices: readonly Choice[];
	readonly excluded: readonly ExcludedNeed[];
	/** Needs that nothing can meet. */
	readonly unmet: ReadonlyMap<string, Unmet>;
}

export interface Unmet {
	readonly by: PackageRecord;
	/** Packages that would meet it but cannot be beside the others. */
	readonly blocked: readonly PackageRecord[];
}

interface Decision {
	readonly item: PendingNeed;
	readonly options: readonly PackageRecord[];
	readonly mark: Mark;
	next: number;
	/** Earlier decisions that made options fail. */
	readonly culprits: Set<number>;
	firstFailure: PendingNeed | undefined;
}

/** Beyond this, what cannot be met is passed over at once; no known set comes near. */
const MAX_BACKJUMPS = 20_000;

export function searchPackages(
	given: readonly PackageRecord[],
	universe: PackageUniverse,
	findExclusion: FindExclusion,
): SearchResult {
	const state = makeSearchState(universe);
	const decisions: Decision[] = [];
	const excluded = new Map<string, ExcludedNeed>();
	const unmet = new Map<string, Unmet>();
	let backjumps = 0;
	const isExcluded = (record: PackageRecord): boolean =>
		record.repository !== undefined && findExclusion(record.manager, record.name) !== undefined;

	given.forEach(record => {
		state.choose(record, 0, undefined);
	});

	function exclude(item: PendingNeed, reason: string): void {
		const need = formatNeed(item.need);
		excluded.set(`${need} ${item.by.name}`, {need, reason, neededBy: item.by});
	}

	function look(item: PendingNeed): void {
		const {need} = item;
		if (unmet.has(formatNeed(need))) {
			return;
		}

		switch (need.kind) {
			case 'all':
				need.needs.forEach(part => state.pending.push({need: part, by: item.by}));
				return;
			case 'if':
			case 'unless':
				state.conditional.push(item);
				return;
			default:
				meet(item);
		}
	}

	function meet(item: PendingNeed): void {
		const {need, by} = item;
		const rule = need.kind === 'capability' ? findExclusion(by.manager, need.name) : undefined;
		const providers = universe.providers(need);
		if (providers.some(state.isChosen)) {
			return;
		}

		if (rule !== undefined) {
			return exclude(item, rule.reason);
		}

		const [compound] = need.kind === 'any' ? need.needs.filter(isCompound) : [];
		if (compound !== undefined && providers.length === 0) {
			state.pending.push({need: compound, by});
			return;
		}

		const candidates = providers.filter(record => !isExcluded(record));
		const [banned] = providers;
		if (candidates.length === 0 && banned !== undefined) {
			return exclude(item, findExclusion(banned.manager, banned.name)?.reason ?? '');
		}

		if (candidates.some(({name}) => name !== candidates[0]?.name)) {
			state.deferred.push(item);
		} else {
			decide(item, candidates);
		}
	}

	function decide(item: PendingNeed, candidates: readonly PackageRecord[]): void {
		const options = candidates.filter(record => state.blockers(record).length === 0);
		const [only] = options;
		const involved = levelsBehind(item, candidates);
		if (only === undefined) {
			return jump(item, candidates, involved);
		}

		if (options.length === 1) {
			return state.choose(only, Math.max(...involved), item);
		}

		decisions.push({
			item,
			options: rankOptions(item.need, options, universe, state.isChosen),
			mark: state.mark(),
			next: 0,
			culprits: involved,
			firstFailure: undefined,
		});
		tryNext();
	}

	/** The decisions that brought the need up and those that stand in the way of candidates. */
	function levelsBehind(item: PendingNeed, candidates: readonly PackageRecord[]): Set<number> {
		const blockers = candidates.flatMap(record => state.blockers(record));
		return new Set([item.by, ...blockers].map(record => state.levelOf(record)));
	}

	function tryNext(): void {
		const decision = decisions.at(-1);
		const option = decision?.options[decision.next];
		if (decision !== undefined && option !== undefined) {
			decision.next++;
			state.choose(option, decisions.length, decision.item);
		}
	}

	/** Return to the latest decision that could change the outcome; without one, note the need. */
	function jump(
		failure: PendingNeed,
		candidates: readonly PackageRecord[],
		levels: Set<number>,
	): void {
		let culprits = levels;
		let first = failure;
		backjumps++;
		for (;;) {
			const target = Math.max(0, ...culprits);
			const decision = decisions[target - 1];
			if (decision === undefined || backjumps > MAX_BACKJUMPS) {
				unmet.set(formatNeed(first.need), {by: first.by, blocked: candidates});
				return culprits === levels ? undefined : restart();
			}

			decisions.length = target;
			state.undo(decision.mark);
			culprits.delete(target);
			culprits.forEach(level => decision.culprits.add(level));
			decision.firstFailure ??= first;
			if (decision.next < decision.options.length) {
				return tryNext();
			}

			decisions.length = target - 1;
			first = decision.firstFailure;
			culprits = new Set(decision.culprits);
		}
	}

	/** What is known to be unmet no longer counts, so each start gets further than the last. */
	function restart(): void {
		decisions.length = 0;
		state.undo({
			choices: 0,
			pending: 0,
			cursor: 0,
			deferred: 0,
			deferredCursor: 0,
			conditional: 0,
			triggered: 0,
		});
		excluded.clear();
		given.forEach(record => {
			state.choose(record, 0, undefined);
		});
	}

	function lookAtConditions(): boolean {
		const before = state.pending.length;
		for (const item of state.conditional) {
			const wanted = conditionalNeed(item.need);
			if (wanted !== undefined && !state.triggered.includes(wanted)) {
				state.triggered.push(wanted);
				state.pending.push({need: wanted, by: item.by});
			}
		}

		return state.pending.length > before;
	}

	function conditionalNeed(need: Need): Need | undefined {
		if (need.kind !== 'if' && need.kind !== 'unless') {
			return need;
		}

		const holds = universe.isMet(need.condition, state.isChosen) === (need.kind === 'if');
		return holds ? need.then : need.otherwise;
	}

	for (;;) {
		const item = state.pending[state.cursor];
		const open = state.deferred[state.deferredCursor];
		if (item !== undefined) {
			state.cursor++;
			look(item);
		} else if (open !== undefined) {
			state.deferredCursor++;
			settle(open);
		} else if (!lookAtConditions()) {
			return {choices: [...state.choices], excluded: [...excluded.values()], unmet};
		}
	}

	function settle(item: PendingNeed): void {
		const providers = universe.providers(item.need);
		if (providers.some(state.isChosen)) {
			return;
		}

		decide(
			item,
			providers.filter(record => !isExcluded(record)),
		);
	}
}

function isCompound(need: Need): boolean {
	return need.kind === 'all' || need.kind === 'if' || need.kind === 'unless';
}
