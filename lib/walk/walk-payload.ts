/**
 * Walk the closure of every ELF object that travels, and tell what follows from all of them together.
 *
 * Programs name their loader themselves. An object that programs load at run time is walked under
 * the loader of the programs of its kind, because that is who will answer for it (`walk-roots.ts`).
 */
import {posix} from 'node:path';
import {loadingFindings, type LoadingFinding} from '../closure/loading-findings.js';
import {objectsOf} from '../closure/objects-of.js';
import type {Exclusions} from '../inputs/exclusions.js';
import type {Payload, PayloadFile} from '../inputs/payload.js';
import {isSpare} from '../inputs/spare-members.js';
import {libraryPathElements, type UserLibraryPath} from '../loader/library-path.js';
import type {LoaderSearch} from '../loader/loader-search.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {
	findHandedOver,
	findUnusedTargets,
	withHandedOver,
	type HandedChoice,
} from './handed-over.js';
import {findNssModules, type NssModule} from './find-nss-modules.js';
import {findNeededPaths} from './needed-paths.js';
import {openLoaders} from './open-loaders.js';
import {directoryOf, leadsOut, runPathOf} from './run-path.js';
import {walkRoots} from './walk-roots.js';
import type {
	FoundAt,
	NamedObject,
	WalkedLoader,
	WalkedPayload,
	WalkedRoot,
} from './walked-payload.js';

export interface WalkRequest {
	readonly sysroot: Sysroot;
	readonly exclusions: Exclusions;
	/** The user's LD_LIBRARY_PATH; programs that a package owns do not have it. */
	readonly libraryPath: Omit<UserLibraryPath, 'honouredBy'> | undefined;
}

/** @throws {DynpkError} UNSUPPORTED_LOADER, also for one that is not there. */
export function walkPayload(payload: Payload, request: WalkRequest): WalkedPayload {
	const {sysroot, exclusions, libraryPath} = request;
	const files = payload.entries.filter(
		(entry): entry is PayloadFile => entry.kind === 'file' && entry.content.kind === 'elf',
	);
	const excluded = new Set<string>();
	const entries = new Map(payload.entries.map(entry => [entry.path, entry]));
	const spare = new Set(files.filter(file => isSpare(file, entries)).map(({path}) => path));
	const owned = new Set(files.flatMap(file => (file.package === undefined ? [] : [file.fileId])));
	const handedOver = findHandedOver(payload);
	const loaders = openLoaders(files, {
		sysroot,
		offered: new Set(payload.programs.map(({file}) => file)),
		libraryPath: libraryPath && {
			...libraryPath,
			honouredBy: program => !owned.has(program.object.fileId),
		},
		adapt({facts, search}) {
			const limit = (which: HandedChoice): LoaderSearch =>
				withoutExcluded(
					withHandedOver(search, handedOver, {loader: facts.object, which}),
					exclusions,
					excluded,
				);
			return {search: limit('targets'), fallback: limit('all')};
		},
	});
	const {programs, findings, roots: walked} = walkRoots(payload, loaders);
	const roots = [...walked];
	const nssModules = loaders.flatMap(loader => findNssModules(loader, roots));
	roots.push(...nssModules.map(({root}) => root));
	const byPath = findNeededPaths(roots);
	const libraryDirectories = searchedDirectories(roots, loaders, sysroot);
	return {
		roots,
		programs,
		loaders,
		nssModules: nssModules.map(({named}) => named),
		libraryDirectories,
		byPath: byPath.programs,
		libraryPath: usedLibraryPath(libraryPath, roots, loaders),
		carried: firstPaths(files),
		foundAt: placesFound(roots, nssModules, sysroot),
		runDirectories: runDirectories(roots, sysroot),
		requesters: new Map([
			...nssModules.map(({named}) => [named.object.fileId, openedForNames(named)] as const),
			...firstRequesters(roots),
		]),
		converting: convertingObjects(roots),
		excluded,
		findings: [
			...findings,
			...byPath.findings,
			...findUnusedTargets(
				handedOver,
				roots.map(({closure}) => closure),
			),
			...findBadCompany(walked),
		],
		spare,
		required: new Set(
			files.flatMap(({path, reason}) =>
				!spare.has(path) && isAskedFor(reason.kind) ? [path] : [],
			),
		),
	};
}

/** Objects that no other needs, by this file or another of its name, are modules, which any program may load. */
function findBadCompany(roots: readonly WalkedRoot[]): LoadingFinding[] {
	const needed = new Set(
		roots.flatMap(({closure}) =>
			closure.linkMap.slice(1).flatMap(({object}) => [object.fileId, object.soname]),
		),
	);
	const isModule = ({role, closure: {linkMap}}: WalkedRoot): boolean =>
		role === 'object' &&
		linkMap
			.slice(0, 1)
			.every(
				({object: {fileId, soname}}) =>
					!needed.has(fileId) && !(soname !== undefined && needed.has(soname)),
			);
	const closuresOf = (kept: readonly WalkedRoot[]) => kept.map(({closure}) => closure);
	return loadingFindings(
		closuresOf(roots.filter(({role}) => role === 'program')),
		closuresOf(roots.filter(isModule)),
	);
}

function isAskedFor(kind: PayloadFile['reason']['kind']): boolean {
	return kind === 'target' || kind === 'with' || kind === 'link';
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

/** What answered nothing changes nothing, and is not told. */
function usedLibraryPath(
	libraryPath: WalkRequest['libraryPath'],
	roots: readonly WalkedRoot[],
	[main]: readonly WalkedLoader[],
): readonly string[] {
	const isUsed = roots.some(({closure}) =>
		closure.edges.some(({foundBy}) => foundBy === 'ld-library-path'),
	);
	return isUsed && libraryPath !== undefined && main !== undefined
		? libraryPathElements(libraryPath, main.facts.kind)
		: [];
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

function convertingObjects(roots: readonly WalkedRoot[]): Set<string> {
	const objects = new Map(
		roots.flatMap(({closure}) => closure.linkMap.map(({object}) => [object.fileId, object])),
	);
	return new Set(
		[...objects.values()]
			.filter(object => object.imports.includes('iconv_open'))
			.map(({fileId}) => fileId),
	);
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
