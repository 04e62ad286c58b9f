/**
 * Read ava's TAP line by line: count, and pass on what a person has to see.
 *
 * ava itself never prints how many tests passed once one has failed, and knows nothing of tests that
 * end early because the machine lacks something (need.ts).
 */
import {skipMark} from './run/need.js';

export interface TapCounts {
	readonly passed: number;
	readonly failed: number;
	readonly skipped: number;
}

export interface TapReader {
	/** Take one line; returns what to show of it, if anything. */
	readonly read: (line: string) => string | undefined;
	readonly counts: () => TapCounts;
	/** Titles, with the file in front as ava says it. */
	readonly failures: () => readonly string[];
}

type Outcome = 'passed' | 'failed' | 'skipped';

export const symbols = {passed: '✔', failed: '✘', skipped: '-'} as const;

/** Make a reader that has counted nothing yet. */
export function makeTapReader(): TapReader {
	const counts = {passed: 0, failed: 0, skipped: 0};
	const failures: string[] = [];
	let title = '';
	let last: Outcome | undefined;

	const read = (line: string): string | undefined => {
		// The directives of TAP have four letters: left out, or not written yet.
		const test = /^(not ok|ok) \d+ - (.*?)( # [A-Z]{4})?$/u.exec(line);
		if (test !== null) {
			title = test[2] ?? '';
			last = test[3] === undefined ? (test[1] === 'ok' ? 'passed' : 'failed') : 'skipped';
			counts[last]++;
			if (last === 'failed') {
				failures.push(title);
			}

			return last === 'passed' ? undefined : `${symbols[last]} ${title}`;
		}

		if (last === 'passed' && line.startsWith(`#   ${skipMark}`)) {
			counts.passed--;
			counts.skipped++;
			last = 'skipped';
			return `${symbols.skipped} ${title}\n${line.replace(/^#/u, '')}`;
		}

		// Of a failure, the logs and the YAML block below it.
		return last === 'failed' && /^(?:#? {2}|$)/u.test(line) ? line.replace(/^#/u, ' ') : undefined;
	};

	return {read, counts: () => ({...counts}), failures: () => failures};
}
