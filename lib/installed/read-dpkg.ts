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
	const isListed = makeListSearch(files);
	const answers = new Map<string, readonly InstalledPackage[]>();

	/** Two are enough to tell that nobody is the only one; there may be thousands. */
	function listersAmong(lists: readonly Candidate[], path: string): InstalledPackage[] {
		const bytes = Buffer.from(path).toString('latin1');
		const found: InstalledPackage[] = [];
		for (const {list, place} of lists) {
			const owner = isListed(bytes, list) ? packages.ofList(list, place) : undefined;
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
		packages: () => packages.all(),
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

/** A text is searched a few times before its lines are worth a set. */
const SEARCHES = 16;

/** Whether a list has this path, a character for each byte. */
function makeListSearch(files: DpkgFiles): (path: string, list: string) => boolean {
	const texts = new Map<string, {readonly text: string; searches: number}>();
	const sets = new Map<string, ReadonlySet<string>>();
	return (path, list) => {
		const known = texts.get(list) ?? {text: files.list(list).toString('latin1'), searches: 0};
		texts.set(list, known);
		if (known.searches++ < SEARCHES) {
			return hasLine(known.text, path) || hasLine(known.text, `${path}/`);
		}

		const lines = sets.get(list) ?? new Set(listedPaths(Buffer.from(known.text, 'latin1'), list));
		sets.set(list, lines);
		return lines.has(path);
	};
}

function hasLine(text: string, line: string): boolean {
	return text.startsWith(`${line}\n`) || text.includes(`\n${line}\n`);
}
