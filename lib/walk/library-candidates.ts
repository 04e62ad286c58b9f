/**
 * Every library that somebody may ask for by name, with the names it is to answer to.
 *
 * A library found by the search (or lying in a directory the loader searches) answers in the flat
 * directory that the bundled loader searches. One that an `$ORIGIN` run path leads to, from an object
 * that keeps its own place, stays where it lies: there the run path works as it did.
 */
import {posix} from 'node:path';
import type {Edge} from '../closure/closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import {isProgram} from '../elf/is-program.js';
import type {Payload} from '../inputs/payload.js';
import type {LinkMapEntry} from '../loader/loader-search.js';
import {bundlePath, sysrootPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {NamedObject, WalkedPayload, WalkedRoot} from './walked-payload.js';

/** A library, and every name it is to answer to. */
export interface LibraryCandidate {
	readonly object: ElfObject;
	readonly source: SysrootPath;
	readonly staysInPlace: boolean;
	/** Who wants it under which name. */
	readonly wanted: readonly Wanted[];
}

export interface Wanted {
	readonly name: string;
	readonly directory: BundlePath;
	/** A program that alone wants it, or `undefined` for what any program may load. */
	readonly program: SysrootPath | undefined;
	readonly by: string;
}

/** In the order they are first asked for; what the payload's programs find by name comes first. */
export function libraryCandidates(payload: Payload, walked: WalkedPayload): LibraryCandidate[] {
	const candidates = new Map<string, Gathered>();
	for (const named of [...nameLibraries(payload, walked), ...walked.nssModules]) {
		addNamed(candidates, named);
	}

	const names = new Set(payload.entries.map(({path}) => path));
	const loaderIds = new Set(walked.loaders.map(({facts}) => facts.object.fileId));
	for (const root of walked.roots) {
		addNeeded(candidates, root, {loaderIds, names, inPlace: walked.inPlace});
		addVariants(candidates, root);
	}

	return [...candidates.values()];
}

/** Candidates by the path they would take in a directory the loader searches. */
export function groupByPath(
	candidates: readonly LibraryCandidate[],
): Map<BundlePath, Set<LibraryCandidate>> {
	const groups = new Map<BundlePath, Set<LibraryCandidate>>();
	for (const candidate of candidates) {
		for (const {name, directory} of candidate.wanted) {
			const path = bundlePath(posix.join(directory, name));
			groups.set(path, (groups.get(path) ?? new Set()).add(candidate));
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
	{object, source, staysInPlace}: Omit<LibraryCandidate, 'wanted'>,
	wanted: Wanted,
): void {
	const known = candidates.get(object.fileId);
	if (known === undefined) {
		candidates.set(object.fileId, {object, source, staysInPlace, wanted: [wanted]});
	} else {
		known.wanted.push(wanted);
	}
}

function addNamed(
	candidates: Map<string, Gathered>,
	{object, path, names, libraryDirectory, staysInPlace}: NamedObject,
): void {
	for (const name of names) {
		const wanted = {name, directory: libraryDirectory, program: undefined, by: path};
		want(candidates, {object, source: path, staysInPlace}, wanted);
	}
}

interface Apart {
	/** Loaders: they are started, never found. */
	readonly loaderIds: ReadonlySet<string>;
	/** Every path of the payload. */
	readonly names: ReadonlySet<SysrootPath>;
	readonly inPlace: WalkedPayload['inPlace'];
}

function addNeeded(
	candidates: Map<string, Gathered>,
	root: WalkedRoot,
	{loaderIds, names, inPlace}: Apart,
): void {
	const program = programOf(root);
	const variantIds = new Set(root.closure.variants.map(({entry}) => entry.object.fileId));
	for (const edge of root.closure.edges) {
		const {needed, from} = edge;
		const {object, path: source} = edge.to;
		// An empty name is the program itself (`_dl_map_object`, elf/dl-load.c), which nobody finds by it.
		const isApart = needed === '' || loaderIds.has(object.fileId) || variantIds.has(object.fileId);
		if (isApart || (names.has(source) && isKeptInPlace(edge, inPlace))) {
			continue;
		}

		const staysInPlace = inPlace.has(object.fileId);
		const asked = needed.includes('/') ? [] : [needed];
		for (const name of new Set([...asked, object.soname ?? posix.basename(source)])) {
			const wanted = {name, directory: root.libraryDirectory, program, by: from.path};
			want(candidates, {object, source, staysInPlace}, wanted);
		}
	}
}

function addVariants(candidates: Map<string, Gathered>, root: WalkedRoot): void {
	const program = programOf(root);
	for (const {level, standsFor, entry} of root.closure.variants) {
		const directory = bundlePath(`${root.libraryDirectory}/glibc-hwcaps/${level}`);
		const name = standsFor.object.soname ?? posix.basename(standsFor.path);
		const wanted = {name, directory, program, by: standsFor.path};
		want(candidates, {object: entry.object, source: entry.path, staysInPlace: false}, wanted);
	}
}

function programOf({role, path}: WalkedRoot): SysrootPath | undefined {
	return role === 'program' ? path : undefined;
}

/**
 * A library that lies where the loader searches answers to its soname and to every name it has there;
 * one that `--scan` found answers to its soname and stays where it lies.
 */
function nameLibraries(payload: Payload, walked: WalkedPayload): NamedObject[] {
	const aliases = linkedNames(payload, walked);
	return payload.entries.flatMap(entry => {
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

		const searched = walked.libraryDirectories.has(posix.dirname(entry.path));
		const scanned = entry.reason.kind === 'scan' && object.soname !== undefined;
		if (!searched && !scanned) {
			return [];
		}

		const own = object.soname ?? posix.basename(entry.path);
		const names = searched
			? [own, posix.basename(entry.path), ...(aliases.get(entry.path) ?? [])]
			: [own];
		return [
			{
				object,
				path: entry.path,
				names: [...new Set(names)],
				libraryDirectory: loader.libraryDirectory,
				staysInPlace: !searched,
			},
		];
	});
}

/** Names of links in searched directories, by the file they lead to directly. */
function linkedNames(payload: Payload, walked: WalkedPayload): Map<SysrootPath, string[]> {
	const names = new Map<SysrootPath, string[]>();
	for (const entry of payload.entries) {
		const directory = posix.dirname(entry.path);
		if (entry.kind === 'symlink' && walked.libraryDirectories.has(directory)) {
			const target = sysrootPath(posix.resolve(directory, entry.target));
			const known = names.get(target) ?? [];
			known.push(posix.basename(entry.path));
			names.set(target, known);
		}
	}

	return names;
}

/** An `$ORIGIN` run path between two objects that both stay where they are, by a name that travels. */
function isKeptInPlace(edge: Edge, inPlace: WalkedPayload['inPlace']): boolean {
	if (!inPlace.has(edge.from.object.fileId) || !inPlace.has(edge.to.object.fileId)) {
		return false;
	}

	if (edge.foundBy === 'name') {
		return edge.needed.includes('ORIGIN') || edge.needed.startsWith('/');
	}

	return (edge.foundBy === 'rpath' || edge.foundBy === 'runpath') && foundThroughOrigin(edge);
}

function foundThroughOrigin({from, to}: Edge): boolean {
	for (let entry: LinkMapEntry | undefined = from; entry !== undefined; entry = entry.loader) {
		const origin = posix.dirname(entry.path);
		const list = entry.object.runpath ?? entry.object.rpath ?? '';
		for (const element of list.split(':').filter(part => /^\$\{?ORIGIN\b/u.test(part))) {
			const directory = posix.normalize(element.replace(/^\$(?:\{ORIGIN\}|ORIGIN)/u, origin));
			if (directory.replace(/\/$/u, '') === posix.dirname(to.path)) {
				return true;
			}
		}
	}

	return false;
}
