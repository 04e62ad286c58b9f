/** The search of whichever loader a program names: glibc's or musl's. */
import type {Sysroot} from '../sysroot/sysroot.js';
import {libraryPathElements, type UserLibraryPath} from './library-path.js';
import type {LoaderFacts} from './loader-facts.js';
import type {LoaderSearch} from './loader-search.js';
import {makeGlibcSearch} from './make-glibc-search.js';
import {makeMuslSearch} from './make-musl-search.js';
import {readLoaderFacts} from './read-loader-facts.js';

export interface Loader {
	readonly facts: LoaderFacts;
	readonly search: LoaderSearch;
}

export interface LoaderSearchOptions {
	readonly sysroot: Sysroot;
	readonly libraryPath?: UserLibraryPath | undefined;
}

/**
 * Open the loaders of a sysroot: each PT_INTERP is read once and searched by one value, so that
 * what one program has found answers for all.
 */
export function makeLoaderSearch(options: LoaderSearchOptions): (interpreter: string) => Loader {
	const loaders = new Map<string, Loader>();
	return interpreter => {
		const known = loaders.get(interpreter) ?? openLoader(interpreter, options);
		loaders.set(interpreter, known);
		return known;
	};
}

function openLoader(interpreter: string, {sysroot, libraryPath}: LoaderSearchOptions): Loader {
	const facts = readLoaderFacts(sysroot, interpreter);
	const options = {
		sysroot,
		...(libraryPath && {
			ldLibraryPath: libraryPathElements(libraryPath, facts.kind).join(':'),
			honoursLibraryPath: libraryPath.honouredBy,
		}),
	};
	const search =
		facts.kind === 'glibc'
			? makeGlibcSearch({...options, facts})
			: makeMuslSearch({...options, facts});
	return Object.freeze({facts, search});
}
