/**
 * Where glibc's loader finds a needed name: `_dl_map_object` of elf/dl-load.c, step by step.
 *
 * 1. its own name; 2. a name with a slash, as it stands; 3. DT_RPATH of the requester and of those
 * who asked for it, then the program's, unless the requester has DT_RUNPATH; 4. LD_LIBRARY_PATH;
 * 5. the requester's DT_RUNPATH; 6. the library cache; 7. the trusted directories. What is mapped
 * already is the walk's business (`walk-closure.ts`), not this module's.
 */
import {isWithin, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {expandTokens} from './dynamic-string-tokens.js';
import type {ActiveHwcaps} from './hwcaps-subdirs.js';
import {indexLdSoConf} from './index-ld-so-conf.js';
import {emptyCache, readLibraryCache, type LibraryCache} from './library-cache.js';
import type {GlibcFacts} from './loader-facts.js';
import type {
	Found,
	HwcapsVariant,
	LinkMapEntry,
	LoaderSearch,
	Missing,
	Searched,
} from './loader-search.js';
import {passesFor, searchForAll, type ProcessorPass} from './processor-passes.js';
import {
	makeRequesterPaths,
	type RequesterPaths,
	type RequesterPathSource,
	type SearchList,
} from './requester-paths.js';
import {makeCandidateSearch, type CandidateSearch, type Outcome} from './search-candidates.js';
import {makeSearchDir} from './search-dirs.js';

export interface GlibcSearchOptions {
	readonly sysroot: Sysroot;
	readonly facts: GlibcFacts;
	/** As in the variable or after `--library-path`; tokens stand for the program's values. */
	readonly ldLibraryPath?: string | undefined;
	/** Whether processes of this program have it; by default all have. */
	readonly honoursLibraryPath?: ((program: LinkMapEntry) => boolean) | undefined;
	/**
	 * `all` levels, for a bundle: the plain library answers and the others come beside it. A list:
	 * what one processor has, and what its loader would choose.
	 */
	readonly hwcaps?: 'all' | ActiveHwcaps | undefined;
	/** What `$PLATFORM` is; by default all it may be are tried. */
	readonly platform?: string | undefined;
	/** `--inhibit-cache`. */
	readonly inhibitCache?: boolean | undefined;
	/** What relative names and elements count from; by default they are never followed. */
	readonly workingDirectory?: SysrootPath | undefined;
	/** `as-given` when started as `ld.so PROGRAM` before glibc 2.42. */
	readonly programOrigin?: 'real' | 'as-given' | undefined;
}

/** What a search is made of. All of it stays as it is but `answers`, which remembers. */
interface GlibcSearch {
	readonly sysroot: Sysroot;
	readonly facts: GlibcFacts;
	readonly workingDirectory: SysrootPath | undefined;
	/** What `$PLATFORM` stands for in a needed name. */
	readonly platform: string | undefined;
	readonly candidates: CandidateSearch;
	readonly requesters: RequesterPathSource;
	readonly cache: LibraryCache;
	readonly trusted: SearchList;
	readonly passes: readonly ProcessorPass[];
	readonly answers: WeakMap<RequesterPaths, Map<string, Found | Missing>>;
}

/** Search as the loader of `facts` would. One value serves any number of programs. */
export function makeGlibcSearch(options: GlibcSearchOptions): LoaderSearch {
	const search = openSearch(options);
	return Object.freeze({
		libc: 'glibc',
		expand: (needed: string, requester: LinkMapEntry) => expand(search, needed, requester),
		locate: (needed: string, requester: LinkMapEntry) => locate(search, needed, requester),
	});
}

function openSearch(options: GlibcSearchOptions): GlibcSearch {
	const {sysroot, facts, hwcaps = 'all', workingDirectory} = options;
	const platforms = options.platform === undefined ? facts.platforms : [options.platform];
	const dirs = facts.systemDirs.map(dir => makeSearchDir(dir, {sysroot, workingDirectory}));
	return {
		sysroot,
		facts,
		workingDirectory,
		platform: platforms[0],
		candidates: makeCandidateSearch(sysroot, {
			loader: facts.object,
			refusesPie: isAtLeast(facts.version, 2, 30),
		}),
		requesters: makeRequesterPaths({
			sysroot,
			lib: facts.lib,
			platforms,
			ldLibraryPath: options.ldLibraryPath ?? '',
			honoursLibraryPath: options.honoursLibraryPath ?? (() => true),
			workingDirectory,
			programOrigin: options.programOrigin ?? 'real',
		}),
		cache: openCache(options),
		trusted: {place: 'default', dirs},
		passes: passesFor(hwcaps, facts),
		answers: new WeakMap(),
	};
}

function isAtLeast(version: string | undefined, major: number, minor: number): boolean {
	const [own = 0, ownMinor = 0] = (version ?? '').split('.').map(Number);
	return version === undefined || own > major || (own === major && ownMinor >= minor);
}

function openCache({sysroot, facts, inhibitCache = false}: GlibcSearchOptions): LibraryCache {
	if (inhibitCache) {
		return emptyCache(facts.cachePath, 'inhibited');
	}

	return readLibraryCache(sysroot, facts.cachePath, facts.object) ?? indexLdSoConf(sysroot, facts);
}

function expand(
	{requesters, facts, platform}: GlibcSearch,
	needed: string,
	requester: LinkMapEntry,
): string | undefined {
	return needed.includes('$')
		? expandTokens(needed, {
				ORIGIN: requesters.originOf(requester),
				LIB: facts.lib,
				PLATFORM: platform,
			})
		: needed;
}

function locate(search: GlibcSearch, needed: string, requester: LinkMapEntry): Found | Missing {
	const name = expand(search, needed, requester);
	if (name === undefined) {
		return missing([{place: 'name', path: needed, why: 'unknown token'}]);
	}

	if (isLoaderName(name, search.facts)) {
		const {object, path} = search.facts;
		return {status: 'found', object, path, place: 'loader', passedOver: [], variants: []};
	}

	return name.includes('/')
		? openAsNamed(search, name)
		: searchRemembered(search, name, search.requesters.pathsOf(requester));
}

/** The map of the loader itself answers to its path and its soname before anything is searched. */
function isLoaderName(name: string, {path, object}: GlibcFacts): boolean {
	return name === object.soname || name === path;
}

function openAsNamed(search: GlibcSearch, name: string): Found | Missing {
	const slash = name.lastIndexOf('/');
	const dir = makeSearchDir(name.slice(0, slash + 1), search);
	if (dir.kind === 'unsearched') {
		return missing([{place: 'name', path: name, why: dir.why}]);
	}

	const searched: Searched[] = [];
	const path = sysrootPath(`${dir.path}/${name.slice(slash + 1)}`);
	return answerFrom(search.candidates.tryFile(path, 'name', searched), searched, []);
}

function searchRemembered(
	search: GlibcSearch,
	name: string,
	paths: RequesterPaths,
): Found | Missing {
	const known = search.answers.get(paths) ?? new Map<string, Found | Missing>();
	search.answers.set(paths, known);
	let answer = known.get(name);
	if (answer === undefined) {
		const searched: Searched[] = [];
		const {outcome, variants} = searchForAll(
			search.passes,
			(pass, seen) => searchOnce(search, {name, paths, pass, searched: seen}),
			searched,
		);
		answer = answerFrom(outcome, searched, variants);
		known.set(name, answer);
	}

	return answer;
}

/** One name, looked for as one kind of processor does; what was looked at ends in `searched`. */
interface Attempt {
	readonly name: string;
	readonly paths: RequesterPaths;
	readonly pass: ProcessorPass;
	readonly searched: Searched[];
}

function searchOnce(search: GlibcSearch, attempt: Attempt): Outcome {
	const {name, paths, pass, searched} = attempt;
	const {candidates, facts, trusted} = search;
	for (const list of paths.lists) {
		const outcome = candidates.tryList(list, name, pass.subdirs, searched);
		if (outcome.status !== 'missing') {
			return outcome;
		}
	}

	const cached = searchCache(search, attempt);
	if (cached.status !== 'missing') {
		return cached;
	}

	if (paths.noDefaultLib) {
		searched.push({place: 'default', path: facts.systemDirs.join(':'), why: NODEFLIB});
		return MISSING_OUTCOME;
	}

	return candidates.tryList(trusted, name, pass.subdirs, searched);
}

const NODEFLIB = 'ruled out by DF_1_NODEFLIB';
const MISSING_OUTCOME: Outcome = {status: 'missing'};

function searchCache(
	{cache, candidates, facts}: GlibcSearch,
	{name, paths, pass, searched}: Attempt,
): Outcome {
	const text = cache.lookUp(name, pass.active);
	if (text?.startsWith('/') !== true) {
		const why = cache.problem ?? 'not in it';
		searched.push({place: 'ld-so-cache', path: cache.text, why});
		return MISSING_OUTCOME;
	}

	const path = sysrootPath(text);
	if (paths.noDefaultLib && facts.systemDirs.some(dir => isWithin(path, sysrootPath(dir)))) {
		searched.push({place: 'ld-so-cache', path, why: NODEFLIB});
		return MISSING_OUTCOME;
	}

	return candidates.tryFile(path, 'ld-so-cache', searched);
}

function missing(searched: readonly Searched[]): Missing {
	return Object.freeze({status: 'missing', searched, fatal: undefined});
}

function answerFrom(
	outcome: Outcome,
	searched: readonly Searched[],
	variants: readonly HwcapsVariant[],
): Found | Missing {
	switch (outcome.status) {
		case 'found': {
			const {object, path, place} = outcome;
			const passedOver = searched.filter(({why}) => why !== 'absent' && why !== 'not in it');
			return Object.freeze({status: 'found', object, path, place, passedOver, variants});
		}
		case 'fatal': {
			const {path, reason} = outcome;
			return Object.freeze({status: 'missing', searched, fatal: {path, reason}});
		}
		case 'missing':
			return missing(searched);
	}
}
