/**
 * Where musl's loader finds a needed name: `load_library` of ldso/dynlink.c.
 *
 * 1. the names of libc and its parts, which are the loader itself; 2. a name with a slash, as it
 * stands; 3. LD_LIBRARY_PATH; 4. DT_RUNPATH, or else DT_RPATH, of the requester and of all who asked
 * for it; 5. `etc/ld-musl-ARCH.path` beside the loader, or the built-in list. The first file that
 * opens is taken, whatever it is: nothing is passed over for being of another machine.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {MuslFacts} from './loader-facts.js';
import type {Found, LinkMapEntry, LoaderSearch, Missing, Place, Searched} from './loader-search.js';
import {isStarted, programOf} from './requester-paths.js';
import {makeSearchDir} from './search-dirs.js';

export interface MuslSearchOptions {
	readonly sysroot: Sysroot;
	readonly facts: MuslFacts;
	readonly ldLibraryPath?: string | undefined;
	/** Whether processes of this program have it; by default all have. */
	readonly honoursLibraryPath?: ((program: LinkMapEntry) => boolean) | undefined;
	/** What relative names and elements count from; by default they are never followed. */
	readonly workingDirectory?: SysrootPath | undefined;
	/** `as-given` when started as `ld-musl-ARCH.so.1 PROGRAM`. */
	readonly programOrigin?: 'real' | 'as-given' | undefined;
}

interface MuslList {
	readonly place: Place;
	/** Separated by colons or newlines; empty elements do not count. */
	readonly dirs: string;
}

/** What a search is made of. All of it stays as it is but `answers`, which remembers. */
interface MuslSearch {
	readonly sysroot: Sysroot;
	readonly facts: MuslFacts;
	readonly ldLibraryPath: string;
	readonly honoursLibraryPath: (program: LinkMapEntry) => boolean;
	readonly workingDirectory: SysrootPath | undefined;
	readonly programOrigin: 'real' | 'as-given';
	readonly systemList: MuslList;
	/** What answers to a name of libc, or of a part of it. */
	readonly loader: Found;
	/** By the name and the directories it is searched in. */
	readonly answers: Map<string, Found | Missing>;
}

/** Search as the loader of `facts` would. One value serves any number of programs. */
export function makeMuslSearch(options: MuslSearchOptions): LoaderSearch {
	const {sysroot, facts, ldLibraryPath = '', workingDirectory, programOrigin = 'real'} = options;
	const search: MuslSearch = {
		sysroot,
		facts,
		ldLibraryPath,
		honoursLibraryPath: options.honoursLibraryPath ?? (() => true),
		workingDirectory,
		programOrigin,
		systemList: readSystemList(sysroot, facts),
		loader: Object.freeze({
			status: 'found',
			object: facts.object,
			path: facts.path,
			place: 'loader',
			passedOver: [],
			variants: [],
		}),
		answers: new Map(),
	};
	return Object.freeze({
		libc: 'musl',
		expand: (needed: string) => needed,
		locate: (needed: string, requester: LinkMapEntry) => locate(search, needed, requester),
	});
}

const LARGEST_PATH_FILE = 1 << 20;

/** The path file lies in `etc` beside the directory of the loader, as PT_INTERP names that. */
function readSystemList(sysroot: Sysroot, facts: MuslFacts): MuslList {
	const prefix = parentOf(parentOf(facts.path));
	const file = sysrootPath(`${prefix}/etc/ld-musl-${facts.architecture}.path`);
	const dirs = sysroot.read(file, LARGEST_PATH_FILE)?.toString('utf8');
	return {place: 'musl-path', dirs: dirs ?? facts.systemDirs.join(':')};
}

function locate(search: MuslSearch, needed: string, requester: LinkMapEntry): Found | Missing {
	if (isLoaderName(needed) || needed === search.facts.path) {
		return search.loader;
	}

	if (needed === '') {
		return {status: 'missing', searched: [], fatal: undefined};
	}

	if (needed.includes('/')) {
		return openAsNamed(search, needed);
	}

	const lists = listsFor(search, requester);
	const key = [needed, ...lists.map(({dirs}) => dirs)].join('\0');
	const answer = search.answers.get(key) ?? searchLists(search, needed, lists);
	search.answers.set(key, answer);
	return answer;
}

/** Names that musl keeps for itself: `libc.` and so on, whatever follows. */
function isLoaderName(name: string): boolean {
	return /^lib(?:c|pthread|rt|m|dl|util|xnet)\./u.test(name);
}

function openAsNamed(search: MuslSearch, name: string): Found | Missing {
	const slash = name.lastIndexOf('/');
	const dir = makeSearchDir(name.slice(0, slash + 1), search);
	const searched: Searched[] = [];
	if (dir.kind === 'unsearched') {
		searched.push({place: 'name', path: name, why: dir.why});
		return {status: 'missing', searched, fatal: undefined};
	}

	const path = sysrootPath(`${dir.path}/${name.slice(slash + 1)}`);
	const answer = tryFile(search, {path, place: 'name'}, searched);
	return answer ?? {status: 'missing', searched, fatal: undefined};
}

function listsFor(search: MuslSearch, requester: LinkMapEntry): readonly MuslList[] {
	const isHonoured = search.honoursLibraryPath(programOf(requester));
	const lists: MuslList[] = [
		{place: 'ld-library-path', dirs: isHonoured ? search.ldLibraryPath : ''},
	];
	for (let entry: LinkMapEntry | undefined = requester; entry; entry = entry.loader) {
		const {rpath, runpath} = entry.object;
		const dirs = expandOrigin(runpath ?? rpath ?? '', () => originOf(search, entry));
		lists.push({place: runpath === undefined ? 'rpath' : 'runpath', dirs});
	}

	return [...lists.filter(({dirs}) => dirs !== ''), search.systemList];
}

/** `fixup_rpath`: `$ORIGIN` is the only token, and one more spoils the whole list. */
function expandOrigin(dirs: string, originOf: () => string): string {
	if (!dirs.includes('$')) {
		return dirs;
	}

	return /\$(?!ORIGIN|\{ORIGIN\})/u.test(dirs)
		? ''
		: dirs.replace(/\$(?:ORIGIN|\{ORIGIN\})/gu, () => originOf());
}

function originOf({sysroot, programOrigin}: MuslSearch, entry: LinkMapEntry): string {
	const isReal = programOrigin === 'real' && isStarted(entry);
	return parentOf((isReal ? sysroot.realPath(entry.path) : undefined) ?? entry.path);
}

function searchLists(
	search: MuslSearch,
	name: string,
	lists: readonly MuslList[],
): Found | Missing {
	const searched: Searched[] = [];
	for (const {place, dirs} of lists) {
		for (const text of dirs.split(/[:\n]+/u).filter(element => element !== '')) {
			const dir = makeSearchDir(text, search);
			if (dir.kind === 'unsearched') {
				searched.push({place, path: text, why: dir.why});
				continue;
			}

			const path = sysrootPath(`${dir.path}/${name}`);
			const answer = tryFile(search, {path, place}, searched);
			if (answer !== undefined) {
				return answer;
			}
		}
	}

	return {status: 'missing', searched, fatal: undefined};
}

/** The end of the search, or `undefined` to look further. */
function tryFile(
	{sysroot, facts, loader}: MuslSearch,
	{path, place}: {readonly path: SysrootPath; readonly place: Place},
	searched: Searched[],
): Found | Missing | undefined {
	const file = sysroot.elf(path);
	if (file.status === 'absent' || (file.status === 'unreadable' && file.errno === 'EACCES')) {
		searched.push({place, path, why: file.status === 'absent' ? 'absent' : file.reason});
		return undefined;
	}

	const problem = file.status === 'elf' ? problemOf(file.object, facts.object) : file.reason;
	if (file.status !== 'elf' || problem !== undefined) {
		const reason = problem ?? 'cannot be loaded';
		return {status: 'missing', searched, fatal: {path, reason}};
	}

	if (isLibc(file.object)) {
		return loader;
	}

	const passedOver = searched.filter(({why}) => why !== 'absent');
	return {status: 'found', object: file.object, path, place, passedOver, variants: []};
}

function problemOf(object: ElfObject, loader: ElfObject): string | undefined {
	if (object.class !== loader.class || object.byteOrder !== loader.byteOrder) {
		return 'wrong class';
	}

	if (object.machine !== loader.machine) {
		return 'wrong machine';
	}

	return object.type === 'shared' && object.isDynamic ? undefined : 'not a shared object';
}

/** A second libc under another name is replaced by musl itself; its symbols betray it to ld.so. */
function isLibc({soname}: ElfObject): boolean {
	return soname !== undefined && /^libc\.(?:so\b|musl-)/u.test(soname);
}
