/**
 * Of files that claim one library name, members of a directory that cannot be loaded here give way: no
 * program here has them by that name, so none there need have.
 */
import {posix} from 'node:path';
import type {SysrootPath} from '../paths/paths.js';
import type {LibraryCandidate, Wanted} from './library-candidates.js';
import type {WalkedPayload} from './walked-payload.js';

/** The same candidates; of several that cannot be loaded one keeps the name where no other claims it. */
export function letGiveWay(
	candidates: readonly LibraryCandidate[],
	{roots, spare}: Pick<WalkedPayload, 'roots' | 'spare'>,
): LibraryCandidate[] {
	const broken = new Set<SysrootPath>();
	for (const {path, closure} of roots) {
		if (spare.has(path) && closure.unresolved.some(({severity}) => severity === 'error')) {
			broken.add(path);
		}
	}

	if (broken.size === 0) {
		return [...candidates];
	}

	const isBroken = ({source}: LibraryCandidate): boolean => broken.has(source);
	const taken = new Set<string>();
	for (const {wanted} of candidates.filter(candidate => !isBroken(candidate))) {
		wanted.filter(isClaim).forEach(claim => taken.add(keyOf(claim)));
	}

	return candidates.map(candidate => {
		if (!isBroken(candidate)) {
			return candidate;
		}

		const own = new Set<string>();
		const wanted = candidate.wanted.map(claim => {
			const key = keyOf(claim);
			if (isClaim(claim) && taken.has(key)) {
				return {...claim, how: 'known' as const};
			}

			if (isClaim(claim)) {
				own.add(key);
			}

			return claim;
		});
		own.forEach(key => taken.add(key));
		return {...candidate, wanted};
	});
}

/** What two files cannot have (plan/refuse-clashes.ts). */
function isClaim({program, how}: Wanted): boolean {
	return program === undefined && how === 'search';
}

function keyOf({flat, name}: Wanted): string {
	return posix.join(flat, name);
}
