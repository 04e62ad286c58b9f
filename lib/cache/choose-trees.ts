/**
 * Which trees go: those not used for so long, then the ones used longest ago until the rest is small enough.
 *
 * Never one in use. On a network, other machines cannot be seen: there the time of the last use alone
 * tells, whatever room is wanted.
 */

export interface Candidate {
	/** What each of its files takes; one that is in several trees is the same key. */
	readonly files: ReadonlyMap<string, number>;
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

	const left = new Sum();
	candidates.filter(candidate => verdicts.get(candidate) !== 'goes').forEach(one => left.add(one));
	for (const candidate of candidates.toSorted((a, b) => b.idle - a.idle)) {
		if (maxSize === undefined || left.bytes <= maxSize) {
			break;
		}

		if (verdicts.get(candidate) === 'used lately') {
			verdicts.set(candidate, 'goes');
			left.remove(candidate);
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

/** What some trees take together: a file goes with the last that has it. */
class Sum {
	bytes = 0;
	readonly #holders = new Map<string, number>();

	add({files}: Candidate): void {
		for (const [file, size] of files) {
			const holders = this.#holders.get(file) ?? 0;
			this.bytes += holders === 0 ? size : 0;
			this.#holders.set(file, holders + 1);
		}
	}

	remove({files}: Candidate): void {
		for (const [file, size] of files) {
			const holders = this.#holders.get(file) ?? 0;
			this.bytes -= holders === 1 ? size : 0;
			this.#holders.set(file, holders - 1);
		}
	}
}
