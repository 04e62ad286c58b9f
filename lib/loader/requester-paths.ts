/**
 * Who asks decides where is searched: the DT_RPATH chain, LD_LIBRARY_PATH and the DT_RUNPATH that
 * count for one requester, in the order of `_dl_map_object` (elf/dl-load.c).
 *
 * Most requesters have no tags, so they share one value and with it every answer found so far.
 * That is what makes walking thousands of programs over one search cheap.
 */
import {isProgram} from '../elf/is-program.js';
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

/** Of equal values one is kept, so that what is remembered by identity serves all who ask alike. */
interface Memory {
	readonly byEntry: WeakMap<LinkMapEntry, RequesterPaths>;
	readonly byKey: Map<string, RequesterPaths>;
	readonly splits: Map<string, readonly SearchDir[]>;
}

interface Source {
	readonly options: RequesterPathOptions;
	readonly memory: Memory;
}

/** Directories as a tag or the variable has them, and the object whose `$ORIGIN` counts there. */
interface WrittenList {
	readonly list: string;
	readonly separators: string;
	readonly entry: LinkMapEntry;
}

export function makeRequesterPaths(options: RequesterPathOptions): RequesterPathSource {
	const memory: Memory = {byEntry: new WeakMap(), byKey: new Map(), splits: new Map()};
	const source: Source = {options, memory};
	return {
		pathsOf: requester => pathsOf(source, requester),
		originOf: entry => originOf(options, entry),
	};
}

function pathsOf(source: Source, requester: LinkMapEntry): RequesterPaths {
	const {byEntry} = source.memory;
	const known = byEntry.get(requester);
	if (known !== undefined) {
		return known;
	}

	const paths = share(source.memory, computePaths(source, requester));
	byEntry.set(requester, paths);
	return paths;
}

function share({byKey}: Memory, paths: RequesterPaths): RequesterPaths {
	if (paths.lists.length === 0) {
		return paths.noDefaultLib ? NO_PATHS_NO_DEFAULT : NO_PATHS;
	}

	const key = keyOf(paths);
	const same = byKey.get(key) ?? paths;
	byKey.set(key, same);
	return same;
}

const NO_PATHS: RequesterPaths = {lists: [], noDefaultLib: false};
const NO_PATHS_NO_DEFAULT: RequesterPaths = {lists: [], noDefaultLib: true};

function keyOf({lists, noDefaultLib}: RequesterPaths): string {
	return [
		String(noDefaultLib),
		...lists.map(({place, dirs}) => [place, ...dirs.map(dir => dir.text)].join('\n')),
	].join('\0');
}

function computePaths(source: Source, requester: LinkMapEntry): RequesterPaths {
	const {ldLibraryPath, honoursLibraryPath} = source.options;
	const {runpath, flags} = requester.object;
	const lists: SearchList[] = runpath === undefined ? [...rpathChain(source, requester)] : [];
	const program = programOf(requester);
	if (ldLibraryPath !== '' && honoursLibraryPath(program)) {
		const dirs = split(source, {list: ldLibraryPath, separators: ':;', entry: program});
		lists.push({place: 'ld-library-path', dirs});
	}

	if (runpath !== undefined && runpath !== '') {
		lists.push({
			place: 'runpath',
			dirs: split(source, {list: runpath, separators: ':', entry: requester}),
		});
	}

	return {lists, noDefaultLib: flags.noDefaultLib};
}

function rpathChain(source: Source, requester: LinkMapEntry): readonly SearchList[] {
	const lists: SearchList[] = [];
	const program = programOf(requester);
	let sawProgram = false;
	for (let entry: LinkMapEntry | undefined = requester; entry; entry = entry.loader) {
		const list = rpathOf(source, entry);
		if (list !== undefined) {
			lists.push(list);
			sawProgram ||= entry === program;
		}
	}

	const last = sawProgram ? undefined : rpathOf(source, program);
	return last === undefined ? lists : [...lists, last];
}

/** The program whose process a requester lives in. */
export function programOf(entry: LinkMapEntry): LinkMapEntry {
	let at = entry;
	while (at.program === undefined && at.loader !== undefined) {
		at = at.loader;
	}

	return at.program ?? at;
}

/** An object with both tags has no DT_RPATH (elf/get-dynamic-info.h); an empty one is none. */
function rpathOf(source: Source, entry: LinkMapEntry): SearchList | undefined {
	const {rpath, runpath} = entry.object;
	return rpath === undefined || rpath === '' || runpath !== undefined
		? undefined
		: {place: 'rpath', dirs: split(source, {list: rpath, separators: ':', entry})};
}

function split(
	{options, memory}: Source,
	{list, separators, entry}: WrittenList,
): readonly SearchDir[] {
	const origin = list.includes('$') ? originOf(options, entry) : '';
	const key = `${separators}\0${list}\0${origin}`;
	let dirs = memory.splits.get(key);
	if (dirs === undefined) {
		const expand = (element: string) => expandElement(element, origin, options);
		dirs = splitSearchDirs(list, separators, {...options, expand});
		memory.splits.set(key, dirs);
	}

	return dirs;
}

/** The program's own place is asked of the kernel, a library's is the path it was found by. */
function originOf({sysroot, programOrigin}: RequesterPathOptions, entry: LinkMapEntry): string {
	const isReal = programOrigin === 'real' && isStarted(entry);
	return parentOf((isReal ? sysroot.realPath(entry.path) : undefined) ?? entry.path);
}

/** Whether the kernel starts it: a library may be the root of a walk too, and is opened by its name. */
export function isStarted({object, loader, program}: LinkMapEntry): boolean {
	return loader === undefined && program === undefined && isProgram(object);
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
