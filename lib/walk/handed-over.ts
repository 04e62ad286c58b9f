/**
 * Libraries that the user handed over answer to their names, whatever the loader's search says.
 *
 * One that is a target itself comes before the system's of that name: who builds a library of his
 * own and names it with a program means that program to have it. One that `--with`, `--scan`, a trace
 * or a directory brought along answers where nothing else does. What a run path or LD_LIBRARY_PATH
 * leads to stays as it is found.
 */
import {posix} from 'node:path';
import type {Closure} from '../closure/closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import {isProgram} from '../elf/is-program.js';
import {entriesByPath} from '../inputs/entries-by-path.js';
import type {
	Payload,
	PayloadEntry,
	PayloadFile,
	PayloadFinding,
	Reason,
} from '../inputs/payload.js';
import type {Found, LoaderSearch, Missing, Place, Searched} from '../loader/loader-search.js';
import {LINK_LIMIT} from '../paths/link-limit.js';
import {digestFile} from './digest-file.js';
import {parentOf, type SysrootPath} from '../paths/paths.js';

export interface HandedOver {
	/** By every name it answers to; of equal files one. */
	readonly byName: ReadonlyMap<string, readonly HandedLibrary[]>;
}

export interface HandedLibrary {
	readonly object: ElfObject;
	readonly path: SysrootPath;
	readonly place: Place;
	/** A target by itself, not as a member of a directory. */
	readonly isTarget: boolean;
}

/** What a payload has of them, by soname and by every name of a file or of a link to it. */
export function findHandedOver(payload: Payload): HandedOver {
	const {entries, libraries} = payload;
	const byPath = entriesByPath(payload);
	const targets = new Set(libraries);
	const byName = new Map<string, HandedLibrary[]>();
	for (const entry of entries) {
		const file = fileOf(entry, byPath);
		const place = file === undefined ? undefined : placeOf(entry, byPath);
		if (file === undefined || place === undefined) {
			continue;
		}

		const {object, path} = file;
		const library = {object, path, place, isTarget: targets.has(path)};
		for (const name of new Set([object.soname, posix.basename(entry.path)])) {
			if (name !== undefined) {
				byName.set(name, withOther(byName.get(name) ?? [], library));
			}
		}
	}

	return {byName};
}

/** `targets` alone, in the place of the system's, or `all` where nothing else answers. */
export type HandedChoice = 'targets' | 'all';

/** The search of one loader, and what was handed over for its machine. */
export function withHandedOver(
	search: LoaderSearch,
	{byName}: HandedOver,
	{loader, which}: {readonly loader: ElfObject; readonly which: HandedChoice},
): LoaderSearch {
	if (byName.size === 0) {
		return search;
	}

	const answers = new Map<string, readonly HandedLibrary[]>();
	const librariesFor = (name: string): readonly HandedLibrary[] => {
		const known = answers.get(name);
		if (known !== undefined) {
			return known;
		}

		const fitting = (byName.get(name) ?? []).filter(({object}) => isFor(loader, object));
		const named = fitting.filter(({isTarget}) => isTarget);
		const isNamed = named.length > 0 || which === 'targets';
		const distinct = distinctContents(isNamed ? named : fitting);
		answers.set(name, distinct);
		return distinct;
	};
	return {
		...search,
		locate(needed, requester) {
			const found = search.locate(needed, requester);
			const libraries = isSettled(found) ? [] : librariesFor(needed);
			const [library] = libraries;
			if (library === undefined || (found.status === 'found' && !library.isTarget)) {
				return found;
			}

			return libraries.length > 1 ? rivalry(found, libraries) : answerWith(library);
		},
	};
}

/** Targets that somebody asks for by name, and gets another file instead, by a run path of its own. */
export function findUnusedTargets(
	{byName}: HandedOver,
	closures: readonly Closure[],
): PayloadFinding[] {
	const findings = new Map<SysrootPath, PayloadFinding>();
	for (const {from, to, needed, foundBy} of closures.flatMap(({edges}) => edges)) {
		const named = (byName.get(needed) ?? []).filter(({isTarget}) => isTarget);
		const isUsed = named.some(({object}) => object.fileId === to.object.fileId);
		for (const {path} of isUsed || foundBy === 'link-map' ? [] : named) {
			const message = `${from.path} loads ${to.path} in its place (${foundBy}); --library-path ${parentOf(path)} comes before a DT_RUNPATH`;
			findings.set(path, findings.get(path) ?? {code: 'TARGET_NOT_LOADED', path, message});
		}
	}

	return [...findings.values()];
}

/** The system's own answer is the one that a target replaces. */
const ofSystem: ReadonlySet<Place> = new Set(['ld-so-cache', 'default', 'musl-path']);

/** A file that stops ld.so is no answer, but none that another file could change. */
function isSettled(found: Found | Missing): boolean {
	return found.status === 'found' ? !ofSystem.has(found.place) : found.fatal !== undefined;
}

function answerWith({object, path, place}: HandedLibrary): Found {
	return {status: 'found', object, path, place, passedOver: [], variants: []};
}

/** Which of two is meant, only the user can say. */
function rivalry(found: Found | Missing, libraries: readonly HandedLibrary[]): Missing {
	const searched = found.status === 'missing' ? found.searched : found.passedOver;
	const rivals = libraries.map(({path, place}): Searched => ({
		place,
		path,
		why: `one of ${libraries.length} of this name`,
	}));
	return {status: 'missing', searched: [...searched, ...rivals], fatal: undefined};
}

function fileOf(
	entry: PayloadEntry,
	byPath: ReadonlyMap<SysrootPath, PayloadEntry>,
): {readonly object: ElfObject; readonly path: SysrootPath} | undefined {
	const end = entry.kind === 'symlink' ? byPath.get(entry.leadsTo ?? entry.path) : entry;
	return end?.kind === 'file' && isLibrary(end)
		? {object: end.content.object, path: end.path}
		: undefined;
}

function isLibrary(
	file: PayloadFile,
): file is PayloadFile & {readonly content: {readonly kind: 'elf'}} {
	const {content} = file;
	return (
		content.kind === 'elf' &&
		content.object.type === 'shared' &&
		content.object.isDynamic &&
		!isProgram(content.object)
	);
}

/** How the user handed it over; a link does as what brought the link. */
function placeOf(
	entry: PayloadEntry,
	byPath: ReadonlyMap<SysrootPath, PayloadEntry>,
): Place | undefined {
	let reason: Reason | undefined = entry.reason;
	for (let hops = 0; reason?.kind === 'link' && hops < LINK_LIMIT; hops++) {
		reason = byPath.get(reason.from)?.reason;
	}

	switch (reason?.kind) {
		case 'target':
		case 'with':
		case 'scan':
		case 'trace':
			return reason.kind;
		case 'prefix':
		case 'distribution':
			return 'target';
		default:
			return undefined;
	}
}

function withOther(known: readonly HandedLibrary[], other: HandedLibrary): HandedLibrary[] {
	const isKnown = known.some(({object}) => object.fileId === other.object.fileId);
	return isKnown ? [...known] : [...known, other];
}

function isFor(loader: ElfObject, object: ElfObject): boolean {
	return (
		object.machine === loader.machine &&
		object.class === loader.class &&
		object.byteOrder === loader.byteOrder
	);
}

/** Copies of one file are one answer. */
function distinctContents(libraries: readonly HandedLibrary[]): readonly HandedLibrary[] {
	if (libraries.length < 2) {
		return libraries;
	}

	const byDigest = new Map<string, HandedLibrary>();
	for (const library of libraries) {
		const digest = digestFile(library.object);
		byDigest.set(digest, byDigest.get(digest) ?? library);
	}

	return [...byDigest.values()];
}
