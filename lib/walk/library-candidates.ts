/**
 * Every library that somebody may ask for by name, with the names it is to answer to.
 *
 * A library keeps its place below `root/`, and a name it is found by belongs to the directory where it
 * was found: the bundled loader is to search that. What no search leads to by its name (a soname that
 * nobody asks for, an object that `--scan` found) answers in the flat directory that is searched last.
 */
import {posix} from 'node:path';
import type {Edge} from '../closure/closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import {isProgram} from '../elf/is-program.js';
import type {Payload, PayloadFile} from '../inputs/payload.js';
import type {LinkMapEntry} from '../loader/loader-search.js';
import {
	parentOf,
	payloadPath,
	sysrootPath,
	type BundlePath,
	type SysrootPath,
} from '../paths/paths.js';
import {directoryOf, holdsInPlace, isSwitchedOff, runPathOf} from './run-path.js';
import type {WalkedLoader, WalkedPayload, WalkedRoot} from './walked-payload.js';

/** A library, and every name it is to answer to. */
export interface LibraryCandidate {
	readonly object: ElfObject;
	readonly source: SysrootPath;
	/** Who wants it under which name. */
	readonly wanted: readonly Wanted[];
}

export interface Wanted {
	/** With `glibc-hwcaps/LEVEL/` before that of a variant. */
	readonly name: string;
	/** Where the name was found, or `flat`. */
	readonly directory: BundlePath;
	/** The flat directory of its kind of library, `lib` for the main one: searched last. */
	readonly flat: BundlePath;
	/** A program that alone wants it, or `undefined` for what any program may load. */
	readonly program: SysrootPath | undefined;
	readonly by: string;
	/**
	 * `search`: it must be found by that name. `own`: the requester's run path finds it, unless the
	 * program's search has the name already. `beside`: the requester finds it whatever else has the name.
	 * `known`: it should answer to the name if nothing else does.
	 */
	readonly how: 'search' | 'own' | 'beside' | 'known';
}

/** In the order they are first asked for; what the payload's programs find by name comes first. */
export function libraryCandidates(payload: Payload, walked: WalkedPayload): LibraryCandidate[] {
	const candidates = new Map<string, Gathered>();
	addNamed(candidates, namedLibraries(payload, walked));
	for (const {object, path, names, libraryDirectory: flat} of walked.nssModules) {
		const directory = payloadPath(parentOf(foundName(path, walked)));
		for (const name of names) {
			const wanted = {name, directory, flat, program: undefined, by: path, how: 'search'} as const;
			want(candidates, {object, source: path}, wanted);
		}
	}

	const loaderIds = new Set(walked.loaders.map(({facts}) => facts.object.fileId));
	for (const root of walked.roots) {
		addNeeded(candidates, root, walked, loaderIds);
		addVariants(candidates, root, walked);
	}

	return [...candidates.values()];
}

/** What one kind of loader calls by one name, in whatever directory. */
export function groupByName(
	candidates: readonly LibraryCandidate[],
): Map<string, Set<LibraryCandidate>> {
	const groups = new Map<string, Set<LibraryCandidate>>();
	for (const candidate of candidates) {
		for (const {name, flat} of candidate.wanted) {
			const key = posix.join(flat, name);
			groups.set(key, (groups.get(key) ?? new Set()).add(candidate));
		}
	}

	return groups;
}

interface Gathered extends LibraryCandidate {
	readonly wanted: Wanted[];
}

/** The first who wants a file says where it came from. */
function want(
	candidates: Map<string, Gathered>,
	{object, source}: Omit<LibraryCandidate, 'wanted'>,
	...wanted: readonly Wanted[]
): void {
	const known = candidates.get(object.fileId) ?? {object, source, wanted: []};
	known.wanted.push(...wanted);
	candidates.set(object.fileId, known);
}

function foundName(path: SysrootPath, {foundAt}: WalkedPayload): SysrootPath {
	return foundAt.get(path)?.name ?? path;
}

function addNeeded(
	candidates: Map<string, Gathered>,
	root: WalkedRoot,
	walked: WalkedPayload,
	loaderIds: ReadonlySet<string>,
): void {
	const program = programOf(root);
	const flat = root.libraryDirectory;
	const variantIds = new Set(root.closure.variants.map(({entry}) => entry.object.fileId));
	for (const edge of root.closure.edges) {
		const {needed, from, foundBy} = edge;
		const {object, path: source} = edge.to;
		// An empty name is the program itself (`_dl_map_object`, elf/dl-load.c), which nobody finds by it.
		if (needed === '' || loaderIds.has(object.fileId) || variantIds.has(object.fileId)) {
			continue;
		}

		const wants: Wanted[] = [];
		const named = {flat, program, by: from.path};
		const known = {...named, directory: flat, how: 'known'} as const;
		const found = foundName(source, walked);
		const how = howFound(edge, root, walked);
		if (how !== undefined) {
			wants.push({
				...named,
				name: posix.basename(found),
				directory: payloadPath(parentOf(found)),
				how,
			});
		}

		// A file that is mapped already keeps the name it was first found by.
		const others = new Set([needed.includes('/') ? undefined : needed, object.soname]);
		if (how === 'search' || (foundBy === 'name' && !needed.includes('ORIGIN'))) {
			for (const name of others) {
				wants.push(
					...(name === undefined ? [] : [{...known, name, how: howKnown(name, edge, how)}]),
				);
			}
		}

		want(candidates, {object, source}, ...wants);
	}
}

/** What the user brought along may have another name than the one it answers to: no directory has that. */
function howKnown(
	name: string,
	{needed, to}: Edge,
	how: Wanted['how'] | undefined,
): 'search' | 'known' {
	const isAnother = name === needed && name !== posix.basename(to.path);
	return how === 'search' && isAnother ? 'search' : 'known';
}

/** `undefined` for what nothing was looked for. */
function howFound(
	edge: Edge,
	{role}: WalkedRoot,
	walked: WalkedPayload,
): Wanted['how'] | undefined {
	switch (edge.foundBy) {
		case 'name':
			return 'beside';
		case 'link-map':
		case 'loader':
		case 'interpreter':
			return undefined;
		case 'rpath':
		case 'runpath': {
			const holder = originHolder(edge, walked);
			if (holder === undefined) {
				return 'search';
			}

			// DT_RPATH alone comes before the program's search, and for glibc only.
			const isFirst = edge.foundBy === 'rpath' && walked.loaders[0]?.facts.kind === 'glibc';
			return isFirst ? 'beside' : role === 'program' ? 'search' : 'own';
		}

		default:
			return 'search';
	}
}

/** Whose `$ORIGIN` run path leads to what was found, and still does in a bundle. */
function originHolder({from, to}: Edge, walked: WalkedPayload): LinkMapEntry | undefined {
	for (let entry: LinkMapEntry | undefined = from; entry !== undefined; entry = entry.loader) {
		const {object, path} = entry;
		const leads = runPathOf(object)
			.filter(element => holdsInPlace(element, path))
			.some(element => directoryOf(element, path) === posix.dirname(to.path));
		if (leads && !isSwitchedOff(object, path, walked)) {
			return entry;
		}
	}

	return undefined;
}

function addVariants(
	candidates: Map<string, Gathered>,
	root: WalkedRoot,
	walked: WalkedPayload,
): void {
	for (const {level, standsFor, entry} of root.closure.variants) {
		const plain = foundName(standsFor.path, walked);
		want(
			candidates,
			{object: entry.object, source: entry.path},
			{
				name: `glibc-hwcaps/${level}/${posix.basename(plain)}`,
				directory: payloadPath(parentOf(plain)),
				flat: root.libraryDirectory,
				program: programOf(root),
				by: standsFor.path,
				how: 'search',
			},
		);
	}
}

function programOf({role, path}: WalkedRoot): SysrootPath | undefined {
	return role === 'program' ? path : undefined;
}

/** A library of the payload that is found by name, whoever needs it. */
interface Named {
	readonly entry: PayloadFile;
	readonly object: ElfObject;
	readonly loader: WalkedLoader;
	/** In a directory that the loader searches by itself: links to it there. */
	readonly links: readonly SysrootPath[] | undefined;
}

/** What the loader would find by a bare name, and what `--scan` found. */
function namedLibraries(payload: Payload, walked: WalkedPayload): Named[] {
	const links = linksInLibraryDirectories(payload, walked);
	return payload.entries.flatMap((entry): Named[] => {
		if (entry.kind !== 'file' || entry.content.kind !== 'elf') {
			return [];
		}

		const {object} = entry.content;
		const isLoader = walked.loaders.some(({facts}) => facts.object.fileId === object.fileId);
		const loader = walked.loaders.find(
			({facts}) => facts.object.machine === object.machine && facts.object.class === object.class,
		);
		if (isLoader || loader === undefined || object.type !== 'shared' || isProgram(object)) {
			return [];
		}

		if (walked.libraryDirectories.has(posix.dirname(entry.path))) {
			return [{entry, object, loader, links: links.get(entry.path) ?? []}];
		}

		const isScanned = entry.reason.kind === 'scan' && object.soname !== undefined;
		return isScanned ? [{entry, object, loader, links: undefined}] : [];
	});
}

/** By the file they lead to directly. */
function linksInLibraryDirectories(
	payload: Payload,
	walked: WalkedPayload,
): Map<SysrootPath, SysrootPath[]> {
	const links = new Map<SysrootPath, SysrootPath[]>();
	for (const {path, ...entry} of payload.entries) {
		const directory = posix.dirname(path);
		if (entry.kind === 'symlink' && walked.libraryDirectories.has(directory)) {
			const target = sysrootPath(posix.resolve(directory, entry.target));
			const known = links.get(target) ?? [];
			known.push(path);
			links.set(target, known);
		}
	}

	return links;
}

/** A name that several directories have is answered as the loader would for any program here. */
function addNamed(candidates: Map<string, Gathered>, named: readonly Named[]): void {
	const holders = new Map<string, Set<string>>();
	const keyOf = ({loader}: Named, name: string): string => `${loader.home}\0${name}`;
	const pathsOf = ({entry, links}: Named): SysrootPath[] =>
		links === undefined ? [] : [entry.path, ...links];
	for (const library of named) {
		for (const path of pathsOf(library)) {
			const key = keyOf(library, posix.basename(path));
			holders.set(key, (holders.get(key) ?? new Set()).add(library.object.fileId));
		}
	}

	for (const library of named) {
		const {entry, object, loader, links} = library;
		const base = {flat: loader.libraryDirectory, program: undefined, by: entry.path};
		const wanted = pathsOf(library).map((path): Wanted => {
			const name = posix.basename(path);
			const isContested = (holders.get(keyOf(library, name))?.size ?? 0) > 1;
			const how = isContested && isFoundByName(name, library) ? 'search' : 'known';
			return {...base, name, directory: payloadPath(parentOf(path)), how};
		});
		const soname = object.soname ?? posix.basename(entry.path);
		const how = links === undefined ? 'search' : 'known';
		wanted.push({...base, name: soname, directory: base.flat, how});
		want(candidates, {object, source: entry.path}, ...wanted);
	}
}

/** By one that has no run path. */
function isFoundByName(name: string, {object, entry, loader}: Named): boolean {
	const plain = {...object, runpath: undefined, rpath: undefined};
	const requester = {object: plain, path: entry.path, loader: undefined, program: undefined};
	const found = loader.search.locate(name, requester);
	return found.status === 'found' && found.object.fileId === object.fileId;
}
