/**
 * Walk the closure of every ELF object that travels, each under the loader that will start it.
 *
 * Programs name their loader themselves. An object that programs load at run time is walked under
 * the loader of the programs of its kind, because that is who will answer for it.
 */
import {posix} from 'node:path';
import {objectsOf} from '../closure/objects-of.js';
import {walkClosure} from '../closure/walk-closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import {isProgram} from '../elf/is-program.js';
import type {Exclusions} from '../inputs/exclusions.js';
import type {Payload, PayloadFile, PayloadFinding} from '../inputs/payload.js';
import type {LoaderSearch} from '../loader/loader-search.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {findNssModules, type NssModule} from './find-nss-modules.js';
import {answersFor, foreignFinding, openLoaders} from './open-loaders.js';
import {directoryOf, leadsOut, runPathOf} from './run-path.js';
import type {
	FoundAt,
	NamedObject,
	WalkedLoader,
	WalkedPayload,
	WalkedProgram,
	WalkedRoot,
} from './walked-payload.js';

/** @throws {DynpkError} UNSUPPORTED_LOADER, also for one that is not there. */
export function walkPayload(
	payload: Payload,
	sysroot: Sysroot,
	exclusions: Exclusions,
): WalkedPayload {
	const files = payload.entries.filter(
		(entry): entry is PayloadFile => entry.kind === 'file' && entry.content.kind === 'elf',
	);
	const excluded = new Set<string>();
	const loaders = openLoaders(files, {
		sysroot,
		offered: new Set(payload.programs.map(({file}) => file)),
		limit: search => withoutExcluded(search, exclusions, excluded),
	});
	const programs = new Map<SysrootPath, WalkedProgram>();
	const roots: WalkedRoot[] = [];
	const findings: PayloadFinding[] = [];
	for (const file of files) {
		const root = walkFile(file, loaders);
		if (root === undefined) {
			continue;
		}

		if (root.loader === undefined) {
			findings.push(foreignFinding(file.path, root.object));
			continue;
		}

		const {loader, closure, object} = root;
		const role = isProgram(object) ? 'program' : 'object';
		roots.push({role, path: file.path, closure, libraryDirectory: loader.libraryDirectory});
		if (role === 'program') {
			programs.set(file.path, {object, closure, loader});
		}
	}

	const nssModules = loaders.flatMap(loader => findNssModules(loader, roots));
	roots.push(...nssModules.map(({root}) => root));
	const libraryDirectories = searchedDirectories(roots, loaders, sysroot);
	return {
		roots,
		programs,
		loaders,
		nssModules: nssModules.map(({named}) => named),
		libraryDirectories,
		carried: firstPaths(files),
		foundAt: placesFound(roots, nssModules, sysroot),
		runDirectories: runDirectories(roots, sysroot),
		requesters: new Map([
			...nssModules.map(({named}) => [named.object.fileId, openedForNames(named)] as const),
			...firstRequesters(roots),
		]),
		excluded,
		findings,
		required: new Set(files.filter(({reason}) => isAskedFor(reason.kind)).map(({path}) => path)),
	};
}

function isAskedFor(kind: PayloadFile['reason']['kind']): boolean {
	return kind === 'target' || kind === 'with' || kind === 'scan' || kind === 'link';
}

/** Leave out what the user excluded, as if the search had never known it, and remember the name. */
function withoutExcluded(
	search: LoaderSearch,
	exclusions: Exclusions,
	excluded: Set<string>,
): LoaderSearch {
	const nothing = {status: 'missing' as const, searched: [], fatal: undefined};
	return {
		...search,
		locate(needed, requester) {
			const found = exclusions.excludes(needed) ? undefined : search.locate(needed, requester);
			if (found === undefined || (found.status === 'found' && exclusions.excludes(found.path))) {
				excluded.add(needed);
				return nothing;
			}

			return found;
		},
	};
}

/** `undefined` for what no loader maps: a static program, an object file, a loader itself. */
function walkFile(
	file: PayloadFile,
	loaders: readonly WalkedLoader[],
): WalkedProgram | {readonly object: ElfObject; readonly loader: undefined} | undefined {
	if (file.content.kind !== 'elf') {
		return undefined;
	}

	const {object} = file.content;
	const isLoader = loaders.some(({facts}) => facts.object.fileId === object.fileId);
	const isLoadable = object.type === 'shared' || object.type === 'executable';
	if (isLoader || !isLoadable || !object.isDynamic) {
		return undefined;
	}

	if (isProgram(object) && object.interpreter === undefined) {
		return undefined;
	}

	const loader = loaders.find(candidate => answersFor(candidate, object));
	return loader === undefined
		? {object, loader}
		: {object, loader, closure: walkClosure(object, file.path, loader.search)};
}

function searchedDirectories(
	roots: readonly WalkedRoot[],
	loaders: readonly WalkedLoader[],
	sysroot: Sysroot,
): Set<string> {
	const directories = new Set(
		loaders.flatMap(({facts}) =>
			facts.systemDirs.flatMap(directory => sysroot.realPath(sysrootPath(directory)) ?? []),
		),
	);
	for (const {closure} of roots) {
		for (const {foundBy, to} of closure.edges) {
			if (foundBy === 'default' || foundBy === 'ld-so-cache' || foundBy === 'musl-path') {
				const real = sysroot.realPath(to.path);
				directories.add(sysrootPath(posix.dirname(real ?? to.path)));
			}
		}
	}

	return directories;
}

function firstPaths(files: readonly PayloadFile[]): Map<string, SysrootPath> {
	return new Map([...files].reverse().map(({fileId, path}) => [fileId, path]));
}

function placesFound(
	roots: readonly WalkedRoot[],
	nssModules: readonly NssModule[],
	sysroot: Sysroot,
): Map<SysrootPath, FoundAt> {
	const found = new Map<SysrootPath, FoundAt>();
	const note = (path: SysrootPath): void => {
		if (!found.has(path)) {
			const directory = sysroot.realPath(parentOf(path)) ?? parentOf(path);
			const name = sysrootPath(posix.join(directory, posix.basename(path)));
			found.set(path, {name, file: sysroot.realPath(path) ?? name});
		}
	};
	nssModules.forEach(({named}) => {
		note(named.path);
	});
	for (const {closure} of roots) {
		closure.edges.forEach(({to}) => {
			note(to.path);
		});
		closure.variants.forEach(({entry}) => {
			note(entry.path);
		});
	}

	return found;
}

function runDirectories(
	roots: readonly WalkedRoot[],
	sysroot: Sysroot,
): Map<string, readonly SysrootPath[]> {
	const byObject = new Map<string, readonly SysrootPath[]>();
	for (const {object, path} of roots.flatMap(({closure}) => objectsOf(closure))) {
		const elements = byObject.has(object.fileId) ? [] : runPathOf(object);
		const directories = elements
			.filter(() => leadsOut(object, path))
			.flatMap(element => directoryOf(element, path) ?? [])
			.flatMap(directory => sysroot.realPath(sysrootPath(directory)) ?? []);
		if (directories.length > 0) {
			byObject.set(object.fileId, directories);
		}
	}

	return byObject;
}

function openedForNames({names}: NamedObject): string {
	return `${names.join(', ')}, opened by libc.so.6 to look up users and hosts`;
}

function firstRequesters(roots: readonly WalkedRoot[]): Map<string, string> {
	const requesters = new Map<string, string>();
	for (const {closure} of roots) {
		for (const {to, from, needed, place} of closure.edges) {
			if (!requesters.has(to.object.fileId)) {
				requesters.set(to.object.fileId, `${needed}, needed by ${from.path} (${place})`);
			}
		}
	}

	return requesters;
}
