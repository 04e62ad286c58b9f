/**
 * Trials that are no damage of a format: calls that fail, races, kills.
 *
 * Each is a file in ../ordeals that exports one `ordeal`; by its number and random numbers of the
 * seed each input is the same again, as far as the machine lets it.
 */
import type {Random} from '../../helpers/worlds/mutate.js';
import type {Verdict} from './format.js';

export interface Ordeal {
	/** What its line of counts begins with. */
	readonly name: string;
	/** How many `make check` tries; 0 for what would take it too long. */
	readonly inputsInCheck: number;
	/** How many inputs `make torture` tries where nobody says; all there are where absent. */
	readonly inputs?: number;
	/** What an input stands for, where that is not one: so many `starts`, say. */
	readonly each?: {readonly count: number; readonly what: string};
	/** How many seconds an input may take; HANG_SECONDS where absent, for one start. */
	readonly patience?: number;
	readonly open: (scratch: string) => Promise<OpenOrdeal>;
}

export interface OpenOrdeal {
	/** How many inputs there are, where that has an end. */
	readonly total?: number;
	/** Throws where something is wrong: a FaultyEnd, or anything else, which is a bug. */
	readonly attempt: (input: number, random: Random) => Promise<Verdict>;
}

/** What nothing may do. */
export const faultKinds = ['bug', 'hang', 'wrong', 'left behind', 'outside'] as const;
export type FaultKind = (typeof faultKinds)[number];

export class FaultyEnd extends Error {
	override readonly name = 'FaultyEnd';
	readonly kind: FaultKind;

	constructor(kind: FaultKind, what: string) {
		super(what);
		this.kind = kind;
	}
}

/** Anything that is thrown and is no refusal would end a command with status 70. */
export function kindOfFault(error: unknown): FaultKind {
	return error instanceof FaultyEnd ? error.kind : 'bug';
}

export interface ChosenCall<Way, ErrorName> {
	readonly of: Way;
	/** From 1 on. */
	readonly at: number;
	readonly error: ErrorName;
}

/**
 * Every call of every way with every error, by numbers of which neighbours have nothing in common, so
 * that the first of them are a sample of all.
 */
export function chosenCall<Way extends {readonly calls: number}, ErrorName>(
	ways: readonly Way[],
	errors: readonly ErrorName[],
): {
	readonly total: number;
	readonly choose: (input: number) => ChosenCall<Way, ErrorName>;
} {
	const total = ways.reduce((sum, {calls}) => sum + calls * errors.length, 0);
	const step = stepThrough(total);
	return {
		total,
		choose(input) {
			let number = Number((BigInt(input) * BigInt(step)) % BigInt(total));
			for (const of of ways) {
				const at = 1 + Math.floor(number / errors.length);
				if (at <= of.calls) return {of, at, error: errors[number % errors.length]!};
				number -= of.calls * errors.length;
			}

			throw new Error(`there is no input ${input}`);
		},
	};
}

/** No divisor in common with the total, so that steps come by every number before they come again. */
function stepThrough(total: number): number {
	let step = Math.max(1, Math.round(total * 0.618));
	while (greatestDivisor(step, total) !== 1) step += 1;
	return step;
}

function greatestDivisor(a: number, b: number): number {
	return b === 0 ? a : greatestDivisor(b, a % b);
}
