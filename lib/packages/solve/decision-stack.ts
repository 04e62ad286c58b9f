/**
 * Decisions between packages, and the way back when one of them turns out wrong.
 *
 * When a need cannot be met, the search returns to the last decision that has to do with it
 * (conflict-directed backjumping, Prosser 1993) and takes its next option. A need that cannot be
 * met whatever is decided is noted and passed over, so that all of them can be told together.
 */
import {formatNeed} from '../set/need.js';
import type {PackageRecord} from '../set/package-record.js';
import type {PackageUniverse} from './package-universe.js';
import {rankOptions} from './rank-options.js';
import type {Mark, PendingNeed, SearchState} from './search-state.js';

export interface DecisionStack {
	/** Choose one of `candidates` for a need, now or after going back. */
	decide(item: PendingNeed, candidates: readonly PackageRecord[]): void;
	/** Needs that nothing can meet, by their text. */
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
	/** Earlier decisions that brought it up or made options fail. */
	readonly culprits: Set<number>;
	firstFailure: PendingNeed | undefined;
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
		unmet,
	};
}

function decide(stack: Stack, item: PendingNeed, candidates: readonly PackageRecord[]): void {
	const {state, universe, decisions} = stack;
	const options = candidates.filter(record => state.blockers(record).length === 0);
	const [only] = options;
	const involved = levelsBehind(stack, item, candidates);
	if (only === undefined) {
		goBack(stack, {item, candidates, levels: involved});
	} else if (options.length === 1) {
		state.choose(only, involved, item);
	} else {
		decisions.push({
			item,
			options: rankOptions(item.need, options, universe, state.isChosen),
			mark: state.mark(),
			next: 0,
			culprits: involved,
			firstFailure: undefined,
		});
		takeNextOption(stack);
	}
}

/** The decisions that brought the need up and those that stand in the way of candidates. */
function levelsBehind(
	{state, decisions}: Stack,
	item: PendingNeed,
	candidates: readonly PackageRecord[],
): Set<number> {
	const blockers = candidates.flatMap(record => state.blockers(record));
	const levels = [item.by, ...blockers].flatMap(record => [...state.levelsOf(record)]);
	const all = item.isConditional === true ? decisions.map((_, index) => index + 1) : [];
	return new Set([...levels, ...all]);
}

function takeNextOption({state, decisions}: Stack): void {
	const decision = decisions.at(-1);
	const option = decision?.options[decision.next];
	if (decision !== undefined && option !== undefined) {
		decision.next++;
		state.choose(option, new Set([decisions.length]), decision.item);
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
		decision.firstFailure ??= first;
		if (decision.next < decision.options.length) {
			return takeNextOption(stack);
		}

		decisions.length = target - 1;
		first = decision.firstFailure;
		culprits = new Set(decision.culprits);
	}
}

function passOver(
	{unmet}: Stack,
	{need, by}: PendingNeed,
	blocked: readonly PackageRecord[],
): void {
	unmet.set(formatNeed(need), {by, blocked});
}

/** What is known to be unmet no longer counts, so a new start gets further than the last. */
function startAgain({decisions, restart}: Stack): void {
	decisions.length = 0;
	restart();
}
