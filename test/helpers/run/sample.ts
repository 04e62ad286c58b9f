/**
 * What a sweep over this machine looks at: everything where that is little, or else a sample.
 *
 * A machine may have thousands of packages, and `make check` has to end in time on it. The seed is
 * new with each run and logged, so a failure says how to meet the same files again
 * (`DYNPK_TESTS_SEED`); `make test-differential` looks at everything (`DYNPK_TESTS_SWEEP=whole`).
 */
import {randomInt} from 'node:crypto';
import type {ExecutionContext} from 'ava';

export interface Sweep {
	readonly isWhole: boolean;
	readonly seed: number;
}

/** What the environment asks for. */
export function sweepOf(env: NodeJS.ProcessEnv): Sweep {
	const {DYNPK_TESTS_SWEEP, DYNPK_TESTS_SEED} = env;
	const seed = DYNPK_TESTS_SEED === undefined ? randomInt(2 ** 32 - 1) : Number(DYNPK_TESTS_SEED);
	return {isWhole: DYNPK_TESTS_SWEEP === 'whole', seed};
}

/** At most `most` of `items`, in their order; what was left out is logged. */
export function sampleOf<T>(t: ExecutionContext, items: readonly T[], most: number): readonly T[] {
	const {isWhole, seed} = sweepOf(process.env);
	if (isWhole || items.length <= most) {
		return items;
	}

	t.log(`${most} of ${items.length} looked at; the same ones again: DYNPK_TESTS_SEED=${seed}`);
	return drawFrom(items, most, seed);
}

/**
 * At most `most` of the items that belong, in their order. They are asked about in a random order and
 * no more of them than it takes, so that few are where asking costs more than looking does.
 */
export function sampleThat<T>(
	t: ExecutionContext,
	items: readonly T[],
	most: number,
	belongs: (item: T) => boolean,
): readonly T[] {
	const {isWhole, seed} = sweepOf(process.env);
	if (isWhole) {
		return items.filter(belongs);
	}

	t.log(`at most ${most} looked at; the same ones again: DYNPK_TESTS_SEED=${seed}`);
	const drawn = new Set<T>();
	for (const item of shuffled(items, seed)) {
		if (drawn.size < most && belongs(item)) {
			drawn.add(item);
		}
	}

	return items.filter(item => drawn.has(item));
}

/** Fisher and Yates's. */
export function shuffled<T>(items: readonly T[], seed: number): readonly T[] {
	const random = mulberry32(seed);
	const order = [...items];
	for (let last = order.length - 1; last > 0; last--) {
		const other = Math.floor(random() * (last + 1));
		[order[last], order[other]] = [order[other]!, order[last]!];
	}

	return order;
}

/** Each item is taken with the chance that is left: the first rule of Knuth's volume 2, 3.4.2. */
export function drawFrom<T>(items: readonly T[], count: number, seed: number): readonly T[] {
	const random = mulberry32(seed);
	const drawn: T[] = [];
	for (const [index, item] of items.entries()) {
		if (random() * (items.length - index) < count - drawn.length) {
			drawn.push(item);
		}
	}

	return drawn;
}

/** Numbers from 0 to 1, the same for the same seed everywhere. */
function mulberry32(seed: number): () => number {
	let state = seed >>> 0;
	return () => {
		state = (state + 0x6d2b79f5) >>> 0;
		let mixed = Math.imul(state ^ (state >>> 15), state | 1);
		mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
		return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
	};
}
