/**
 * Which trees go: those not used for so long, then the ones used longest ago until the rest is small enough.
 *
 * Never one in use. On a network, other machines cannot be seen: there the time of the last use alone
 * tells, whatever room is wanted.
 */

export interface Candidate {
	readonly bytes: number;
	/** Milliseconds since its last use. */
	readonly idle: number;
	/** The number of a process that uses it. */
	readonly user: number | undefined;
	/** Whether somebody unpacks the same anew. */
	readonly isBusy: boolean;
	readonly isOnNetwork: boolean;
}

export interface Limits {
	/** What was not used for so many milliseconds goes; `undefined`: only what the size asks for. */
	readonly unused: number | undefined;
	/** On a network, what was used within so many stays. */
	readonly networkAge: number;
	readonly maxSize: number | undefined;
}

export type Verdict =
	'goes' | 'in use' | 'being unpacked' | 'used lately on a network' | 'used lately';

export function chooseTrees<T extends Candidate>(
	candidates: readonly T[],
	{unused, networkAge, maxSize}: Limits,
): ReadonlyMap<T, Verdict> {
	const verdicts = new Map<T, Verdict>();
	for (const candidate of candidates) {
		verdicts.set(candidate, verdictOn(candidate, unused, networkAge));
	}

	let left = sumOf(candidates.filter(candidate => verdicts.get(candidate) !== 'goes'));
	for (const candidate of candidates.toSorted((a, b) => b.idle - a.idle)) {
		if (maxSize === undefined || left <= maxSize) {
			break;
		}

		if (verdicts.get(candidate) === 'used lately') {
			verdicts.set(candidate, 'goes');
			left -= candidate.bytes;
		}
	}

	return verdicts;
}

function verdictOn(
	{user, isBusy, idle, isOnNetwork}: Candidate,
	unused: number | undefined,
	networkAge: number,
): Verdict {
	if (user !== undefined) {
		return 'in use';
	}
	if (isBusy) {
		return 'being unpacked';
	}
	if (isOnNetwork && idle < networkAge) {
		return 'used lately on a network';
	}
	return unused !== undefined && idle >= unused ? 'goes' : 'used lately';
}

function sumOf(candidates: readonly Candidate[]): number {
	return candidates.reduce((sum, {bytes}) => sum + bytes, 0);
}
