/**
 * Who asks decides where is searched: the DT_RPATH chain, LD_LIBRARY_PATH and the DT_RUNPATH that
 * count for one requester, in the order of `_dl_map_object` (elf/dl-load.c).
 *
 * Most requesters have no tags, so they share one value and with it every answer found so far.
 * That is what makes walking thousands of programs over one search cheap.
 */
import {parentOf, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {expandTokens, type TokenValues} from './dynamic-string-tokens.js';
import type {LinkMapEntry} from './loader-search.js';
import {splitSearchDirs, type SearchDir} from './search-dirs.js';

/** The directories of one rule. */
export interface SearchList {
	readonly place: 'rpath' | 'ld-library-path' | 'runpath' | 'default';
	readonly dirs: readonly SearchDir[];
}

export interface RequesterPaths {
	/** What is searched before the library cache. */
	readonly lists: readonly SearchList[];
	/** DF_1_NODEFLIB: the cache's entries in trusted directories and these themselves are out. */
	readonly noDefaultLib: boolean;
}

export interface RequesterPathOptions {
	readonly sysroot: Sysroot;
	readonly lib: string;
	/** What `$PLATFORM` may be; each is tried, in order. */
	readonly platforms: readonly string[];
	/** As in the variable or after `--library-path`. */
	readonly ldLibraryPath: string;
	readonly honoursLibraryPath: (program: LinkMapEntry) => boolean;
	readonly workingDirectory: SysrootPath | undefined;
	/** Whether `$ORIGIN` of the program is where it really lies, as when the kernel starts it. */
	readonly programOrigin: 'real' | 'as-given';
}

export interface RequesterPathSource {
	pathsOf(requester: LinkMapEntry): RequesterPaths;
	/** `$ORIGIN` of an object. */
	originOf(entry: LinkMapEntry): string;
}

export function makeRequesterPaths(options: RequesterPathOptions): RequesterPathSource {
	const {sysroot, ldLibraryPath} = options;
	const shared = new Map<string, RequesterPaths>();
	const byEntry = new WeakMap<LinkMapEntry, RequesterPaths>();
	const splits = new Map<string, readonly SearchDir[]>();

	/** The program's own place is asked of the kernel, a library's is the path it was found by. */
	function originOf(entry: LinkMapEntry): string {
		const isProgram = entry.loader === undefined && entry.program === undefined;
		const path =
			isProgram && options.programOrigin === 'real' ? sysroot.realPath(entry.path) : undefined;
		return parentOf(path ?? entry.path);
	}

	function split(list: string, separators: string, entry: LinkMapEntry): readonly SearchDir[] {
		const origin = list.includes('$') ? originOf(entry) : '';
		const key = `${separators}\0${list}\0${origin}`;
		let dirs = splits.get(key);
		if (dirs === undefined) {
			const expand = (element: string) => expandElement(element, origin, options);
			dirs = splitSearchDirs(list, separators, {...options, expand});
			splits.set(key, dirs);
		}

		return dirs;
	}

	/** An object with both tags has no DT_RPATH (elf/get-dynamic-info.h); an empty one is none. */
	function rpathOf(entry: LinkMapEntry): SearchList | undefined {
		const {rpath, runpath} = entry.object;
		return rpath === undefined || rpath === '' || runpath !== undefined
			? undefined
			: {place: 'rpath', dirs: split(rpath, ':', entry)};
	}

	function rpathChain(requester: LinkMapEntry): readonly SearchList[] {
		const lists: SearchList[] = [];
		const program = programOf(requester);
		let sawProgram = false;
		for (let entry: LinkMapEntry | undefined = requester; entry; entry = entry.loader) {
			const list = rpathOf(entry);
			if (list !== undefined) {
				lists.push(list);
				sawProgram ||= entry === program;
			}
		}

		const last = sawProgram ? undefined : rpathOf(program);
		return last === undefined ? lists : [...lists, last];
	}

	function compute(requester: LinkMapEntry): RequesterPaths {
		const {runpath, flags} = requester.object;
		const lists: SearchList[] = runpath === undefined ? [...rpathChain(requester)] : [];
		const program = programOf(requester);
		if (ldLibraryPath !== '' && options.honoursLibraryPath(program)) {
			const dirs = split(ldLibraryPath, ':;', program);
			lists.push({place: 'ld-library-path', dirs});
		}

		if (runpath !== undefined && runpath !== '') {
			lists.push({place: 'runpath', dirs: split(runpath, ':', requester)});
		}

		return {lists, noDefaultLib: flags.noDefaultLib};
	}

	function share(paths: RequesterPaths): RequesterPaths {
		if (paths.lists.length === 0) {
			return paths.noDefaultLib ? NO_PATHS_NO_DEFAULT : NO_PATHS;
		}

		const key = keyOf(paths);
		const same = shared.get(key) ?? paths;
		shared.set(key, same);
		return same;
	}

	function pathsOf(requester: LinkMapEntry): RequesterPaths {
		const known = byEntry.get(requester);
		if (known !== undefined) {
			return known;
		}

		const same = share(compute(requester));
		byEntry.set(requester, same);
		return same;
	}

	return {pathsOf, originOf};
}

const NO_PATHS: RequesterPaths = {lists: [], noDefaultLib: false};
const NO_PATHS_NO_DEFAULT: RequesterPaths = {lists: [], noDefaultLib: true};

/** The program whose process a requester lives in. */
export function programOf(entry: LinkMapEntry): LinkMapEntry {
	let at = entry;
	while (at.program === undefined && at.loader !== undefined) {
		at = at.loader;
	}

	return at.program ?? at;
}

function expandElement(
	element: string,
	ORIGIN: string,
	{lib, platforms}: RequesterPathOptions,
): readonly string[] {
	const values = (PLATFORM: string | undefined): TokenValues => ({ORIGIN, LIB: lib, PLATFORM});
	// Whether the platform matters shows when it is taken away.
	const candidates =
		expandTokens(element, values(undefined)) === undefined ? platforms : [undefined];
	return candidates
		.map(platform => expandTokens(element, values(platform)))
		.filter(expanded => expanded !== undefined && expanded !== '') as readonly string[];
}

function keyOf({lists, noDefaultLib}: RequesterPaths): string {
	return [
		String(noDefaultLib),
		...lists.map(({place, dirs}) => [place, ...dirs.map(dir => dir.text)].join('\n')),
	].join('\0');
}
