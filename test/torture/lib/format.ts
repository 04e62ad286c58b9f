/**
 * What a format brings to the torture: good inputs of it, and what reads a damaged one.
 *
 * Each format is a file in ../formats that exports one `format`; whoever adds a file has added a
 * format. It runs in a thread of its own, so that a reader that never comes back can be ended.
 */
import type {Random} from '../../helpers/worlds/mutate.js';

export interface Format {
	/** What its line of counts begins with. */
	readonly name: string;
	/** How many damaged inputs `make check` tries. */
	readonly inputsInCheck: number;
	/** Make what the attempts need; `scratch` is an empty directory that is removed afterwards. */
	readonly open: (scratch: string) => Promise<Subject> | Subject;
}

export interface Subject {
	/** Taken in turn. */
	readonly originals: readonly Original[];
	/**
	 * Read the damaged bytes as the product does. A refusal in our own words is an answer; whatever
	 * this throws is a fault, and so is an answer that takes longer than HANG_SECONDS.
	 */
	readonly attempt: (damaged: Buffer, original: Original) => Verdict | Promise<Verdict>;
}

export type Verdict = 'accepted' | 'refused';

export interface Original {
	readonly name: string;
	readonly bytes: Buffer;
	/** Nothing but its end is damaged: of code nothing else could be noticed. */
	readonly isOnlyCut?: boolean;
	/** Numbers that others rely on, such as sizes, counts and offsets: a part of the damage is there. */
	readonly numbers?: readonly NumberField[];
	/** Pieces that mean something to the reader, put in anywhere: for formats that are text. */
	readonly words?: readonly string[];
	/**
	 * Make a check sum or the like right again, so that damage gets past it. Every other input is
	 * settled; by its random numbers it may choose between several ways.
	 */
	readonly settle?: (damaged: Buffer, random: Random) => Buffer;
}

export interface NumberField {
	readonly at: number;
	readonly width: 1 | 2 | 4 | 8;
	readonly order: 'little' | 'big';
}

/** How long one attempt may take. */
export const HANG_SECONDS = 10;

/** Little-endian words of four bytes, one behind the other. */
export function wordsAt(from: number, to: number): readonly NumberField[] {
	return Array.from({length: Math.floor((to - from) / 4)}, (_, index) => ({
		at: from + 4 * index,
		width: 4,
		order: 'little',
	}));
}

/** The verdict of a reader that refuses by throwing an error of ours; any other error is a fault. */
export async function verdictOf(
	read: () => unknown,
	isRefusal: (error: unknown) => boolean,
): Promise<Verdict> {
	try {
		await read();
		return 'accepted';
	} catch (error) {
		if (isRefusal(error)) return 'refused';
		throw error;
	}
}
