/**
 * Decisions between packages, and the way back when one of them turns out wrong.
 *
 * When a need cannot be met, the search returns to the last decision that has to do with it
 * (conflict-directed backjumping, Prosser 1993) and takes its next option. A need that cannot be
 * met whatever is decided is noted and passed over, so that all of them can be told together.
 */
import {formatNeed} from '../set/need.js';
import {recordId, type PackageRecord} from '../set/package-record.js';
import type {Demand} from './demand.js';
import type {PackageUniverse} from './package-universe.js';
import {rankOptions} from './rank-options.js';
import type {Choice, Mark, PendingNeed, SearchState} from './search-state.js';

export interface DecisionStack {
	/** Choose one of `candidates` for a need, now or after going back. */
	decide(item: PendingNeed, candidates: readonly PackageRecord[]): void;
	/** Have one of `ways` done, now or after going back: the first that can be. */
	branch(item: PendingNeed, ways: readonly Demand[]): void;
	/** Let none of `records` be chosen; where one is, go back. */
	refuse(item: PendingNeed, records: readonly PackageRecord[]): void;
	/** Needs that nothing can meet, by `keyOf`. */
	readonly unmet: ReadonlyMap<string, Unmet>;
}

export interface Unmet extends Pick<PendingNeed, 'need' | 'by' | 'isConflict'> {
	/** Packages that would meet it but cannot be beside the others. */
	readonly blocked: readonly PackageRecord[];
}

interface Decision {
	readonly item: PendingNeed;
	readonly options: readonly Option[];
	readonly mark: Mark;
	next: number;
	/** Earlier decisions that brought it up or made options fail. */
	readonly culprits: Set<number>;
	firstFailure: PendingNeed | undefined;
}

type Option =
	| {readonly kind: 'package'; readonly record: PackageRecord}
	| {readonly kind: 'way'; readonly demand: Demand};

/** What tells one need from another; a conflict is its package's own. */
export function keyOf({
	need,
	by,
	isConflict,
}: Pick<PendingNeed, 'need' | 'by' | 'isConflict'>): string {
	return isConflict ? `${recordId(by)} conflicts with ${formatNeed(need)}` : formatNeed(need);
}

/** Beyond this, what cannot be met is passed over at once; no known set comes near. */
const MAX_BACKJUMPS = 20_000;

interface Stack {
	readonly state: SearchState;
	readonly universe: PackageUniverse;
	/** Return the state to what was given. */
	readonly restart: () => void;
	readonly decisions: Decision[];
	readonly unmet: Map<string, Unmet>;
	backjumps: number;
}

/** `restart` returns the state to what was given. */
export function makeDecisionStack(
	state: SearchState,
	universe: PackageUniverse,
	restart: () => void,
): DecisionStack {
	const unmet = new Map<string, Unmet>();
	const stack: Stack = {state, universe, restart, decisions: [], unmet, backjumps: 0};
	return {
		decide(item, candidates) {
			decide(stack, item, candidates);
		},
		branch(item, ways) {
			branch(stack, item, ways);
		},
		refuse(item, records) {
			const chosen = records.find(state.isChosen);
			if (chosen === undefined) {
				state.refuse(records, item);
			} else {
				const levels = new Set([...item.levels, ...state.levelsOf(chosen)]);
				goBack(stack, {item, candidates: [], levels});
			}
		},
		unmet,
	};
}

function decide(stack: Stack, item: PendingNeed, candidates: readonly PackageRecord[]): void {
	const {state, universe, decisions} = stack;
	const options = candidates.filter(record => state.blockers(record).length === 0);
	const [only] = options;
	const involved = levelsBehind(stack, item, candidates);
	const because = reasonOf(item);
	if (only === undefined) {
		goBack(stack, {item, candidates, levels: involved});
	} else if (options.length === 1) {
		state.choose(only, involved, because);
	} else {
		const ranked = rankOptions(because.need, options, universe, state.isChosen);
		decisions.push({
			item,
			options: ranked.map(record => ({kind: 'package', record})),
			mark: state.mark(),
			next: 0,
			culprits: involved,
			firstFailure: undefined,
		});
		takeNextOption(stack);
	}
}

/** What was met, of an expression its part. */
function reasonOf({need, demand, by}: PendingNeed): NonNullable<Choice['because']> {
	return {need: demand.kind === 'take' ? demand.need : need, by};
}

/** All ways there are, whatever was chosen so far: so only the need itself is behind it. */
function branch(stack: Stack, item: PendingNeed, ways: readonly Demand[]): void {
	const culprits = new Set(item.levels);
	if (ways.length === 0) {
		goBack(stack, {item, candidates: [], levels: culprits});
		return;
	}

	stack.decisions.push({
		item,
		options: ways.map(demand => ({kind: 'way', demand})),
		mark: stack.state.mark(),
		next: 0,
		culprits,
		firstFailure: undefined,
	});
	takeNextOption(stack);
}

/** The decisions that brought the need up and those that stand in the way of candidates. */
function levelsBehind(
	{state}: Stack,
	item: PendingNeed,
	candidates: readonly PackageRecord[],
): Set<number> {
	const blockers = candidates.flatMap(record => state.blockers(record));
	return new Set([item, ...blockers].flatMap(({levels}) => [...levels]));
}

function takeNextOption({state, decisions}: Stack): void {
	const decision = decisions.at(-1);
	const option = decision?.options[decision.next];
	if (decision === undefined || option === undefined) {
		return;
	}

	decision.next++;
	const levels = new Set([decisions.length]);
	switch (option.kind) {
		case 'package':
			return state.choose(option.record, levels, reasonOf(decision.item));
		case 'way':
			state.pending.push({...decision.item, demand: option.demand, levels});
	}
}

/** A need that nobody can meet as things stand. */
interface Failure {
	readonly item: PendingNeed;
	readonly candidates: readonly PackageRecord[];
	readonly levels: Set<number>;
}

function goBack(stack: Stack, {item, candidates, levels}: Failure): void {
	const {state, decisions} = stack;
	let culprits = levels;
	let first = item;
	stack.backjumps++;
	for (;;) {
		const target = Math.max(0, ...culprits);
		const decision = decisions[target - 1];
		if (decision === undefined || stack.backjumps > MAX_BACKJUMPS) {
			passOver(stack, first, candidates);
			return culprits === levels ? undefined : startAgain(stack);
		}

		decisions.length = target;
		state.undo(decision.mark);
		culprits.delete(target);
		culprits.forEach(level => decision.culprits.add(level));
		// What fails of one way among several is no more than a reason to try another.
		decision.firstFailure ??= decision.options[0]?.kind === 'way' ? decision.item : first;
		if (decision.next < decision.options.length) {
			return takeNextOption(stack);
		}

		decisions.length = target - 1;
		first = decision.firstFailure;
		culprits = new Set(decision.culprits);
	}
}

function passOver({unmet}: Stack, item: PendingNeed, blocked: readonly PackageRecord[]): void {
	const {need, by, isConflict} = item;
	unmet.set(keyOf(item), {need, by, isConflict, blocked});
}

/** What is known to be unmet no longer counts, so a new start gets further than the last. */
function startAgain({decisions, restart}: Stack): void {
	decisions.length = 0;
	restart();
}
