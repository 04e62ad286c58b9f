/** Who asks for which library by which name, from all closures of a payload. */
import {posix} from 'node:path';
import type {Edge} from '../closure/closure.js';
import type {Payload} from '../inputs/payload.js';
import type {LinkMapEntry} from '../loader/loader-search.js';
import {parentOf, payloadPath, type SysrootPath} from '../paths/paths.js';
import {letGiveWay} from './give-way.js';
import type {LibraryCandidate, Wanted} from './library-candidates.js';
import {namedLibraries} from './named-libraries.js';
import {directoryOf, holdsInPlace, isSwitchedOff, runPathOf} from './run-path.js';
import type {WalkedPayload, WalkedRoot} from './walked-payload.js';

/** In the order they are first asked for; what the payload's programs find by name comes first. */
export function gatherCandidates(payload: Payload, walked: WalkedPayload): LibraryCandidate[] {
	const candidates = new Map<string, Gathered>();
	for (const {wanted, ...library} of namedLibraries(payload, walked)) {
		want(candidates, library, ...wanted);
	}

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

	return letGiveWay([...candidates.values()], walked);
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
