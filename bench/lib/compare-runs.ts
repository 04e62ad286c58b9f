/**
 * Measure rivals side by side: in every round each runs once, one after the other, so that what
 * else the machine does meets all of them alike. The first round warms the caches and is thrown
 * away. Medians, and the median of the ratios of a round.
 */
import {runCommand, type Command, type Cost} from './run-command.js';

export interface Contestant extends Command {
	readonly name: string;
	/** What has to be done before each run, off the clock. */
	readonly prepare?: () => void;
	/** Seconds of a part of the run, from what it wrote to standard error. */
	readonly part?: (cost: Cost) => number;
	/** For those that take so long that one run has to do, with caches that the others warmed. */
	readonly once?: boolean;
}

export interface Measured {
	readonly name: string;
	readonly runs: number;
	readonly wall: number;
	readonly cpu: number;
	readonly part: number | undefined;
	/** How many times as long as the first contestant in the same round. */
	readonly ratio: number;
	/** The same of processor time. */
	readonly cpuRatio: number;
}

export function compareRuns(contestants: readonly Contestant[], rounds: number): Measured[] {
	const costs = new Map<Contestant, Cost[]>(contestants.map(contestant => [contestant, []]));
	for (let round = -1; round < rounds; round++) {
		for (const contestant of contestants) {
			if (contestant.once === true && round !== 0) {
				continue;
			}

			contestant.prepare?.();
			const cost = runCommand(contestant);
			if (round >= 0) {
				costs.get(contestant)?.push(cost);
			}
		}
	}

	const [first] = contestants;
	const reference = (first && costs.get(first)) ?? [];
	return contestants.map(contestant => {
		const {name, part} = contestant;
		const own = costs.get(contestant) ?? [];
		return {
			name,
			runs: own.length,
			wall: median(own.map(({wall}) => wall)),
			cpu: median(own.map(({cpu}) => cpu)),
			part: part === undefined ? undefined : median(own.map(part)),
			cpuRatio: median(own.map(({cpu}, index) => cpu / (reference[index]?.cpu ?? NaN))),
			ratio: median(own.map(({wall}, index) => wall / (reference[index]?.wall ?? NaN))),
		};
	});
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	const middle = Math.floor(sorted.length / 2);
	const [low = NaN, high = NaN] = [sorted[middle - 1], sorted[middle]];
	return sorted.length % 2 === 0 ? (low + high) / 2 : high;
}
