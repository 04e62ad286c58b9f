/**
 * Walk each object of a payload under the names that it can be opened by, and for who loads it.
 *
 * `$ORIGIN` of a library is the directory of the name that it was opened by, so a link in another
 * directory makes another closure. And a library that lacks something by itself may find it by the
 * DT_RPATH of an object that loads it (`_dl_map_object`, elf/dl-load.c): of those that travel, the
 * first that does decides. What an object lacks under every name and for everyone, the user may have
 * brought along; else it is missing.
 */
import {posix} from 'node:path';
import type {Closure, Unresolved} from '../closure/closure.js';
import {walkClosure} from '../closure/walk-closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import {isProgram} from '../elf/is-program.js';
import type {Payload, PayloadFile, PayloadFinding} from '../inputs/payload.js';
import type {Found, LinkMapEntry, LoaderSearch} from '../loader/loader-search.js';
import type {SysrootPath} from '../paths/paths.js';
import {foreignFinding, loaderFor} from './open-loaders.js';
import type {WalkedLoader, WalkedPayload, WalkedRoot} from './walked-payload.js';

export interface WalkedRoots extends Pick<WalkedPayload, 'programs' | 'findings'> {
	readonly roots: readonly WalkedRoot[];
}

export function walkRoots(payload: Payload, loaders: readonly WalkedLoader[]): WalkedRoots {
	const linkedNames = namesElsewhere(payload);
	const walks: Walk[] = [];
	const findings: PayloadFinding[] = [];
	for (const entry of payload.entries) {
		const object = entry.kind === 'file' ? loadable(entry, loaders) : undefined;
		const loader = object && withOwnLoader(object, loaderFor(loaders, object));
		if (object !== undefined && loader === undefined) {
			findings.push(foreignFinding(entry.path, object));
		} else if (object !== undefined && loader !== undefined) {
			const others = usesOrigin(object) ? (linkedNames.get(entry.path) ?? []) : [];
			for (const walk of walkNames(object, [entry.path, ...others], loader)) {
				walks.push(walk);
			}
		}
	}

	const settled = forWhoLoads(walks).map(withFallback);
	return {
		roots: settled.map(({object, path, closure, loader}) => ({
			role: isProgram(object) ? 'program' : 'object',
			path,
			closure,
			libraryDirectory: loader.libraryDirectory,
		})),
		programs: new Map(
			settled.flatMap(({object, path, closure, loader}) =>
				isProgram(object) ? [[path, {object, closure, loader}]] : [],
			),
		),
		findings,
	};
}

interface Walk {
	readonly object: ElfObject;
	/** Of its file. */
	readonly path: SysrootPath;
	readonly loader: WalkedLoader;
	/** What it is opened by. */
	readonly name: SysrootPath;
	readonly loadedBy?: LinkMapEntry | undefined;
	readonly closure: Closure;
}

/** A C library that names another loader as its own is mapped by that of its programs all the same. */
function withOwnLoader(
	{interpreter, soname}: ElfObject,
	loader: WalkedLoader | undefined,
): WalkedLoader | undefined {
	if (
		loader === undefined ||
		interpreter === undefined ||
		soname === undefined ||
		loader.interpreters.has(interpreter)
	) {
		return loader;
	}

	const found: Found = {
		...{status: 'found', object: loader.facts.object, path: loader.path, place: 'name'},
		...{passedOver: [], variants: []},
	};
	const adapt = (search: LoaderSearch): LoaderSearch => ({
		...search,
		locate: (needed, requester) =>
			needed === interpreter ? found : search.locate(needed, requester),
	});
	return {...loader, search: adapt(loader.search), fallback: adapt(loader.fallback)};
}

/** `undefined` for what no loader maps: a static program, an object file, a loader itself. */
function loadable({content}: PayloadFile, loaders: readonly WalkedLoader[]): ElfObject | undefined {
	if (content.kind !== 'elf') {
		return undefined;
	}

	const {object} = content;
	const isLoader = loaders.some(({facts}) => facts.object.fileId === object.fileId);
	const isLoadable = object.type === 'shared' || object.type === 'executable';
	const isStatic = isProgram(object) && object.interpreter === undefined;
	return isLoader || !isLoadable || !object.isDynamic || isStatic ? undefined : object;
}

/** Links to a file from other directories, by the file's path. */
function namesElsewhere({entries}: Payload): ReadonlyMap<SysrootPath, readonly SysrootPath[]> {
	const names = new Map<SysrootPath, SysrootPath[]>();
	for (const entry of entries) {
		if (entry.kind === 'symlink' && entry.leadsTo !== undefined) {
			const known = names.get(entry.leadsTo) ?? [];
			const taken = new Set([entry.leadsTo, ...known].map(path => posix.dirname(path)));
			if (!taken.has(posix.dirname(entry.path))) {
				names.set(entry.leadsTo, [...known, entry.path]);
			}
		}
	}

	return names;
}

/** The place of a program is asked of the kernel, whatever link it is started by. */
function usesOrigin(object: ElfObject): boolean {
	const {rpath = '', runpath = '', needed, filter, auxiliary} = object;
	return (
		!isProgram(object) &&
		[rpath, runpath, ...needed, ...filter, ...auxiliary].some(text => text.includes('ORIGIN'))
	);
}

/** Nobody needs a name under which an object lacks more than under another. */
function walkNames(
	object: ElfObject,
	[path, ...others]: readonly [SysrootPath, ...SysrootPath[]],
	loader: WalkedLoader,
): Walk[] {
	const walks = [path, ...others].map(name => ({
		object,
		path,
		loader,
		name,
		closure: walkClosure(object, name, loader.search, {habits: true}),
	}));
	const least = walks.reduce(
		(count, {closure}) => Math.min(count, errorsOf(closure).length),
		Infinity,
	);
	const best = walks.filter(({closure}) => errorsOf(closure).length === least);
	return least === 0 ? best : best.slice(0, 1);
}

function errorsOf({unresolved}: Closure): readonly Unresolved[] {
	return unresolved.filter(({severity}) => severity === 'error');
}

/** Walk again what lacks something, as loaded by each object that brings it along. */
function forWhoLoads(walks: readonly Walk[]): readonly Walk[] {
	const lacking = walks.filter(
		({object, closure}) => !isProgram(object) && errorsOf(closure).length > 0,
	);
	if (lacking.length === 0) {
		return walks;
	}

	const loaded = new Map<string, LinkMapEntry[]>(
		lacking.map(({object}) => [object.fileId, []] as const),
	);
	for (const {closure} of walks) {
		for (const entry of [...closure.linkMap, ...closure.further]) {
			if (entry.loader !== undefined) {
				loaded.get(entry.object.fileId)?.push(entry);
			}
		}
	}

	return walks.map(walk =>
		lacking.includes(walk) ? asLoaded(walk, loaded.get(walk.object.fileId) ?? []) : walk,
	);
}

function asLoaded(walk: Walk, entries: readonly LinkMapEntry[]): Walk {
	let best = walk;
	for (const {path: name, loader: loadedBy} of entries) {
		if (errorsOf(best.closure).length === 0) {
			break;
		}

		const closure = walkClosure(walk.object, name, walk.loader.search, {
			loadedBy,
			habits: true,
		});
		if (errorsOf(closure).length < errorsOf(best.closure).length) {
			best = {...walk, name, loadedBy, closure};
		}
	}

	return best;
}

/** What is still lacking may be what the user brought along. */
function withFallback(walk: Walk): Walk {
	const {object, name, loader, loadedBy, closure} = walk;
	return errorsOf(closure).length === 0
		? walk
		: {...walk, closure: walkClosure(object, name, loader.fallback, {loadedBy, habits: true})};
}
