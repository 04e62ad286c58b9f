/** From the words behind `cache` to what may be removed. */
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import type {Limits} from '../../lib/cache/choose-trees.js';
import {byteCount} from '../byte-count.js';

export type CacheAction = 'list' | 'gc' | 'clear';

export interface CacheWords {
	readonly action: CacheAction;
	readonly unused: string | undefined;
	readonly maxSize: string | undefined;
	readonly isDry: boolean;
	readonly json: boolean;
}

const HOUR = 3_600_000;
const hours: Readonly<Record<string, number>> = {h: 1, d: 24, w: 7 * 24};

/** What nobody has used for so long goes; on a network, where other machines are not seen, nothing else does. */
const USUAL_AGE = 30 * 24 * HOUR;

/** @throws {DynpkError} USAGE for what an action has no use for, and for what is no time or size */
export function readLimits(words: CacheWords): Limits {
	refuseUseless(words);
	const age = words.unused === undefined ? USUAL_AGE : duration(words.unused);
	return {
		unused: words.action === 'clear' ? 0 : age,
		networkAge: age,
		maxSize: words.maxSize === undefined ? undefined : byteCount(words.maxSize),
	};
}

function refuseUseless({action, unused, maxSize, isDry, json}: CacheWords): void {
	const given = [
		{option: '--unused', isGiven: unused !== undefined, of: ['gc']},
		{option: '--max-size', isGiven: maxSize !== undefined, of: ['gc']},
		{option: '--dry-run', isGiven: isDry, of: ['gc', 'clear']},
		{option: '--json', isGiven: json, of: ['list']},
	];
	for (const {option, isGiven, of} of given) {
		if (isGiven && !of.includes(action)) {
			throw new DynpkError('USAGE', `cache ${action} has no use for ${option}`, {
				hint: `it is an option of dynpk cache ${of.join(' and ')}`,
			});
		}
	}
}

/** The time of a use is known to an hour. */
function duration(text: string): number {
	const {number = '0', unit = ''} = /^(?<number>\d{1,6})(?<unit>[hdw])$/u.exec(text)?.groups ?? {};
	if (Number(number) === 0) {
		throw new DynpkError('USAGE', `--unused is no time: ${text}`, {
			hint: 'give a number of hours, days or weeks: 12h, 30d, 8w',
		});
	}

	return Number(number) * (hours[unit] ?? 0) * HOUR;
}
