/** A size as it is typed, such as `500M`. */
import {DynpkError} from '../lib/errors/dynpk-error.js';

const units: Readonly<Record<string, number>> = {'': 1, k: 1e3, M: 1e6, G: 1e9, T: 1e12};

/** @throws {DynpkError} USAGE for what is no size */
export function byteCount(text: string): number {
	const {number = '', unit = ''} =
		/^(?<number>\d+(?:\.\d+)?)(?<unit>[kMGT]?)B?$/u.exec(text)?.groups ?? {};
	if (number === '') {
		throw new DynpkError('USAGE', `--max-size is no size: ${text}`, {
			hint: 'give bytes, or a number with k, M, G or T: 500M',
		});
	}

	return Number(number) * (units[unit] ?? 1);
}
