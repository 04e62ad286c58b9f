/** Requirements, held against what releases offer. */
import type {Distribution} from './distributions.js';
import {compareNodes, type Need, type Requirements} from './requirements.js';

export interface Verdict {
	readonly distribution: Distribution;
	/** Why not; nothing where it runs. */
	readonly reasons: readonly Reason[];
}

export interface Reason {
	readonly needs: Need;
	/** What the release has of it; `undefined` where it has none. */
	readonly has: string | undefined;
}

/** One line of releases. */
export interface LineVerdict {
	readonly line: string;
	/** It runs from here on; `undefined` where it does not run on the newest. */
	readonly oldest: Distribution | undefined;
	/** The newest of those that lack one thing. */
	readonly nearMiss: Verdict | undefined;
}

export function judge(requirements: Requirements, distribution: Distribution): Verdict {
	const {highest, marks, privates, kernel} = requirements;
	const {nodes} = distribution;
	const reasons: Reason[] = [];
	for (const [family, needs] of highest) {
		const has = nodes.get(family);
		if (has === undefined || compareNodes(needs.name, has) > 0) {
			reasons.push({needs, has});
		}
	}

	// Whoever asks for it, it is one thing that is not there.
	const missing = [
		...marks.filter(({name}) => !distribution.marks.has(name)),
		...privates.slice(0, 1),
	];
	for (const needs of missing) {
		reasons.push({needs, has: undefined});
	}

	if (kernel !== undefined && isOlder(distribution.kernel, kernel.name)) {
		const {name, by} = kernel;
		reasons.push({needs: {name: `Linux ${name}`, by}, has: distribution.kernel});
	}

	return {distribution, reasons};
}

/** A kernel that nobody told of hinders nobody: releases without one are newer than any tag in use. */
function isOlder(kernel: string | undefined, needed: string): boolean {
	return kernel !== undefined && compareNodes(needed, kernel) > 0;
}

/** The releases in the order of the list, the oldest of a line first. */
export function judgeLines(
	requirements: Requirements,
	distributions: readonly Distribution[],
): LineVerdict[] {
	const lines = [...new Set(distributions.map(({line}) => line))];
	return lines.map(line => {
		const verdicts = distributions
			.filter(release => release.line === line)
			.map(release => judge(requirements, release));
		const lastWithout = verdicts.findLastIndex(({reasons}) => reasons.length > 0);
		return {
			line,
			oldest: verdicts[lastWithout + 1]?.distribution,
			nearMiss: nearestMiss(verdicts.slice(0, lastWithout + 1)),
		};
	});
}

/** Of those that lack one thing, the first of the newest that are alike. */
function nearestMiss(verdicts: readonly Verdict[]): Verdict | undefined {
	const misses = verdicts.filter(({reasons}) => reasons.length === 1);
	const newest = misses.at(-1)?.reasons[0];
	return misses.find(({reasons: [reason]}) => isSame(reason, newest));
}

function isSame(one: Reason | undefined, other: Reason | undefined): boolean {
	return one?.needs.name === other?.needs.name && one?.has === other?.has;
}
