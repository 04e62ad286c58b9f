/**
 * What the loader maps without a word, and what goes wrong then: two copies of a library of which a
 * process should have one, and needed versions of a file that nobody loads.
 */
import {posix} from 'node:path';
import type {LinkMapEntry} from '../loader/loader-search.js';
import {pathPattern} from '../paths/path-pattern.js';
import type {Closure} from './closure.js';
import singleLibraries from './data/single-libraries.json' with {type: 'json'};

export interface LoadingFinding {
	readonly code: LoadingCode;
	/** Of the copy that came last, or of the object that names the versions. */
	readonly path: string;
	readonly message: string;
}

const codes = ['LIBRARY_TWICE', 'VERSIONS_OF_UNNEEDED'] as const;
type LoadingCode = (typeof codes)[number];

/** Whether a finding is one of these. */
export function isLoadingFinding({code}: {readonly code: string}): boolean {
	return codes.some(known => known === code);
}

/**
 * Of programs, each in a process of its own, and of modules that any of them may load. A name that is
 * loaded already answers for every file of that soname (`_dl_map_object`, elf/dl-load.c), so copies
 * are those of different sonames.
 */
export function loadingFindings(
	programs: readonly Closure[],
	modules: readonly Closure[],
): LoadingFinding[] {
	const copyOf = recogniser();
	const loaded = copiesIn(modules, copyOf);
	const processes =
		programs.length === 0 ? [loaded] : programs.map(own => [...copiesIn([own], copyOf), ...loaded]);
	const together = new Map<string, readonly Copy[]>();
	for (const copies of processes.flatMap(rivals)) {
		const key = copies
			.map(({soname}) => soname)
			.sort()
			.join('\0');
		together.set(key, together.get(key) ?? copies);
	}

	const versions = [...programs, ...modules].flatMap(unneededVersions);
	return [
		...[...together.values()].map(describeCopies),
		...new Map(versions.map(finding => [`${finding.path}\0${finding.message}`, finding])).values(),
	];
}

interface Copy {
	readonly library: string;
	readonly soname: string;
	readonly path: string;
	/** Who asks for it; `undefined` for one that is loaded for itself. */
	readonly by: string | undefined;
}

const families = singleLibraries.map(({library, names}) => ({
	library,
	matches: pathPattern(names),
}));

type Recogniser = (entry: LinkMapEntry) => Omit<Copy, 'path' | 'by'> | undefined;

/** A library is in many closures: by its file id. */
function recogniser(): Recogniser {
	const known = new Map<string, ReturnType<Recogniser>>();
	return ({object, path}) => {
		const {fileId, needed, soname = posix.basename(path)} = object;
		if (!known.has(fileId)) {
			const family = families.find(({matches}) => matches(soname));
			// One that hands on to another, as Debian's libblas.so.3 does to OpenBLAS, is no copy.
			const isFront = family !== undefined && needed.some(name => family.matches(name));
			known.set(fileId, family && !isFront ? {library: family.library, soname} : undefined);
		}

		return known.get(fileId);
	};
}

function copiesIn(closures: readonly Closure[], recognise: Recogniser): Copy[] {
	return closures.flatMap(({linkMap}) =>
		linkMap.flatMap(entry => {
			const found = recognise(entry);
			return found === undefined ? [] : [{...found, path: entry.path, by: entry.loader?.path}];
		}),
	);
}

/** Of what one process may load, the copies of each library that has more than one. */
function rivals(copies: readonly Copy[]): (readonly Copy[])[] {
	const libraries = new Map<string, Map<string, Copy>>();
	for (const copy of copies) {
		const known = libraries.get(copy.library) ?? new Map<string, Copy>();
		libraries.set(copy.library, known.set(copy.soname, known.get(copy.soname) ?? copy));
	}

	return [...libraries.values()].map(known => [...known.values()]).filter(({length}) => length > 1);
}

function describeCopies(copies: readonly Copy[]): LoadingFinding {
	const [{library, path} = {library: '', path: ''}] = copies.slice(-1);
	const listed = copies.map(copy =>
		copy.by === undefined ? copy.path : `${copy.path} (for ${copy.by})`,
	);
	return {
		code: 'LIBRARY_TWICE',
		path,
		message: `one process may load ${copies.length} copies of ${library}: ${listed.join(', ')}`,
	};
}

/** The loader ends the program where a file that has to define versions is not loaded (`_dl_check_map_versions`). */
function unneededVersions({linkMap, edges}: Closure): LoadingFinding[] {
	const names = new Set([
		...linkMap.flatMap(({object, path}) => [object.soname ?? '', posix.basename(path)]),
		...edges.map(({needed}) => needed),
	]);
	return linkMap.flatMap(({object, path}) =>
		object.versionNeeds
			.filter(({file}) => !object.needed.includes(file) && !names.has(file))
			.map(({file}) => ({
				code: 'VERSIONS_OF_UNNEEDED',
				path,
				message: `wants versions of ${file}, which is not among the libraries that it needs`,
			})),
	);
}
