/**
 * What `ldconfig` would write into `/etc/ld.so.cache`, for a root where it has not run yet, such as
 * packages just unpacked.
 *
 * `search_dir` of elf/ldconfig.c: every library is entered under its soname, whatever its file is
 * called, and the link of that name is made where it is missing; a link for the compiler
 * (`libz.so`) is entered under its own name. Directories of the configuration come before the
 * trusted ones, and a glibc-hwcaps subdirectory of any of them before all plain ones.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {baseName, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {LibraryCache} from './library-cache.js';
import type {GlibcFacts} from './loader-facts.js';
import {cacheKey} from './parse-ld-so-cache.js';
import {readLdSoConf} from './read-ld-so-conf.js';

/** Stand in for the cache that a loader would look for and not find. */
export function indexLdSoConf(sysroot: Sysroot, facts: GlibcFacts): LibraryCache {
	const configuration = sysrootPath(`${parentOf(facts.cachePath)}/ld.so.conf`);
	const trusted = facts.systemDirs.map(dir => sysrootPath(dir));
	const directories = distinct(sysroot, [...readLdSoConf(sysroot, configuration), ...trusted]);
	const fits = (object: ElfObject) =>
		object.class === facts.object.class && object.machine === facts.object.machine;
	const bySoname = new Map<SysrootPath, ReadonlyMap<string, SysrootPath>>();

	function lookUpIn(directory: SysrootPath, name: string): string | undefined {
		const path = sysrootPath(`${directory}/${name}`);
		const answer = sysroot.elf(path);
		return answer.status === 'elf' &&
			fits(answer.object) &&
			isEnteredAs(name, answer.object, sysroot.status(path)?.kind === 'symlink')
			? path
			: undefined;
	}

	function lookUpUnlinked(directory: SysrootPath, name: string): string | undefined {
		const known = bySoname.get(directory) ?? indexBySoname(sysroot, directory, fits);
		bySoname.set(directory, known);
		return known.get(name);
	}

	function lookUp(name: string, levels: readonly string[]): string | undefined {
		const leveled = levels.flatMap(level =>
			directories.map(dir => sysrootPath(`${dir}/glibc-hwcaps/${level}`)),
		);
		const places = [...leveled, ...directories];
		// Links that are missing are the exception, and finding them reads every library.
		return (
			firstAnswer(places, directory => lookUpIn(directory, name)) ??
			firstAnswer(places, directory => lookUpUnlinked(directory, name))
		);
	}

	return {
		text: configuration,
		problem: undefined,
		hasHwcaps: directories.some(
			dir => sysroot.realPath(sysrootPath(`${dir}/glibc-hwcaps`)) !== undefined,
		),
		lookUp: (name, active) => (isLibraryName(name) ? lookUp(name, active.levels) : undefined),
	};
}

/** Directories that exist, each once however it is spelled. */
function distinct(sysroot: Sysroot, paths: readonly SysrootPath[]): readonly SysrootPath[] {
	const byRealPath = new Map<SysrootPath, SysrootPath>();
	for (const path of paths) {
		const realPath = sysroot.realPath(path);
		if (realPath !== undefined && !byRealPath.has(realPath)) {
			byRealPath.set(realPath, path);
		}
	}

	return [...byRealPath.values()];
}

function firstAnswer<T>(
	items: readonly T[],
	ask: (item: T) => string | undefined,
): string | undefined {
	for (const item of items) {
		const answer = ask(item);
		if (answer !== undefined) {
			return answer;
		}
	}

	return undefined;
}

/** `_dl_is_dso` of elf/dl-is_dso.h. */
function isLibraryName(name: string): boolean {
	return /^(?:lib|ld-|ld\.so|ld64\.so).*\.so|^ld(?:64)?\.so/u.test(name);
}

function isEnteredAs(name: string, {soname}: ElfObject, isLink: boolean): boolean {
	return (
		soname === undefined ||
		soname === name ||
		(isLink && name.endsWith('.so') && soname.startsWith(name))
	);
}

/** Libraries of a directory by soname; the newest file name wins, as it gets the link. */
function indexBySoname(
	sysroot: Sysroot,
	directory: SysrootPath,
	fits: (object: ElfObject) => boolean,
): ReadonlyMap<string, SysrootPath> {
	const newest = new Map<string, SysrootPath>();
	for (const name of sysroot.list(directory) ?? []) {
		const path = sysrootPath(`${directory}/${name}`);
		if (!isLibraryName(name) || sysroot.status(path)?.kind !== 'file') {
			continue;
		}

		const answer = sysroot.elf(path);
		const soname =
			answer.status === 'elf' && fits(answer.object) ? answer.object.soname : undefined;
		const best = soname === undefined ? undefined : newest.get(soname);
		if (soname !== undefined && (best === undefined || isNewer(name, baseName(best)))) {
			newest.set(soname, path);
		}
	}

	return newest;
}

/** `_dl_cache_libcmp`: digits count as numbers. */
function isNewer(name: string, other: string): boolean {
	return new Intl.Collator('en', {numeric: true}).compare(cacheKey(name), cacheKey(other)) > 0;
}
