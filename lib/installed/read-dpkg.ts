/**
 * dpkg's records from its own files, at the price of what is asked and not of what is installed.
 *
 * An index tells which lists may name a path (list-lookup.ts), and those are read: whatever is
 * answered stands in a list as it is now. dpkg's manual calls `info/` internal; what is relied on
 * and what happens where it does not hold is in docs/decisions/0020.
 */
import {sysrootPath} from '../paths/paths.js';
import type {DpkgFiles} from './dpkg-files.js';
import {openDpkgPackages} from './dpkg-packages.js';
import type {DpkgRecords} from './dpkg-records.js';
import {listedPaths} from './listed-paths.js';
import {openListLookup, type Candidate} from './list-lookup.js';
import type {InstalledPackage} from './package-database.js';
import type {CachePlace} from './private-cache.js';

export function readDpkg(files: DpkgFiles, cache: CachePlace | undefined): DpkgRecords {
	const packages = openDpkgPackages(files);
	const lookup = openListLookup(files, packages, cache);
	const lines = new Map<string, ReadonlySet<string>>();
	const answers = new Map<string, readonly InstalledPackage[]>();

	function linesOf(list: string): ReadonlySet<string> {
		const known = lines.get(list) ?? new Set(listedPaths(files.list(list), list));
		lines.set(list, known);
		return known;
	}

	/** Two are enough to tell that nobody is the only one; there may be thousands. */
	function listersAmong(lists: readonly Candidate[], path: string): InstalledPackage[] {
		const bytes = Buffer.from(path).toString('latin1');
		const found: InstalledPackage[] = [];
		for (const {list, place} of lists) {
			const owner = linesOf(list).has(bytes) ? packages.ofList(list, place) : undefined;
			if (owner !== undefined && found.every(({name}) => name !== owner.name)) {
				found.push(owner);
			}

			if (found.length === 2) {
				break;
			}
		}

		return found;
	}

	return {
		packages: packages.all,
		pathsOf(owner) {
			const list = packages.listOf(owner);
			return listedPaths(files.list(list), list).map(path =>
				sysrootPath(Buffer.from(path, 'latin1').toString('utf8')),
			);
		},
		findListers(paths) {
			const asked = paths.filter(path => !answers.has(path));
			const listsOf = asked.length === 0 ? undefined : lookup.find(asked);
			for (const path of asked) {
				answers.set(path, listersAmong(listsOf?.(path) ?? [], path));
			}

			return path => answers.get(path) ?? [];
		},
	};
}
