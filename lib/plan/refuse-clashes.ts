/** Two files of one name that any program may load: nothing can be settled between them. */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {SysrootPath} from '../paths/paths.js';
import {comparePaths} from '../paths/paths.js';
import type {LibraryCandidate} from '../walk/library-candidates.js';

/** Whether two objects are one library, by their bytes. */
export type IsSame = (a: ElfObject, b: ElfObject) => boolean;

/** @throws {DynpkError} SONAME_CLASH, with all of them. */
export function refuseClashes(candidates: readonly LibraryCandidate[], isSame: IsSame): void {
	const claims = [...claimsByName(candidates)].map(([name, claimants]) => ({
		name: posix.basename(name),
		claimants: distinct(claimants, isSame),
	}));
	const clashes = claims.filter(({claimants}) => claimants.length > 1);
	if (clashes.length > 0) {
		throw new DynpkError('SONAME_CLASH', 'two different files claim one library name', {
			details: clashes.flatMap(({name, claimants}) => describeClash(name, claimants)),
			hint: 'leave one out with --exclude PATH',
		});
	}
}

interface Claimant {
	readonly object: ElfObject;
	readonly source: SysrootPath;
	readonly by: readonly string[];
}

function claimsByName(candidates: readonly LibraryCandidate[]): Map<string, Claimant[]> {
	const claims = new Map<string, Claimant[]>();
	for (const {object, source, wanted} of candidates) {
		const byName = new Map<string, string[]>();
		for (const {name, flat, program, how, by} of wanted) {
			if (program === undefined && how === 'search') {
				const key = posix.join(flat, name);
				byName.set(key, [...(byName.get(key) ?? []), by]);
			}
		}

		for (const [key, by] of byName) {
			claims.set(key, [...(claims.get(key) ?? []), {object, source, by}]);
		}
	}

	return claims;
}

function distinct(claimants: readonly Claimant[], isSame: IsSame): Claimant[] {
	const kept: Claimant[] = [];
	for (const claimant of claimants) {
		if (kept.every(({object}) => !isSame(object, claimant.object))) {
			kept.push(claimant);
		}
	}

	return kept.sort((a, b) => comparePaths(a.source, b.source));
}

function describeClash(name: string, claimants: readonly Claimant[]): string[] {
	return [
		`${name}:`,
		...claimants.map(({source, object, by}) => {
			const who = [...new Set(by)].sort().slice(0, 3).join(', ');
			return `  ${source} (${object.size} bytes), for ${who}`;
		}),
	];
}
