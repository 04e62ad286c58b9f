/**
 * The search of a bundled loader: nothing but its library path, as the launcher gives it.
 *
 * The loader's own file cannot be asked for its directories any more, because they are overwritten;
 * that there are none is the point.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import type {LoaderSearch} from '../loader/loader-search.js';
import {makeGlibcSearch} from '../loader/make-glibc-search.js';
import {makeMuslSearch} from '../loader/make-musl-search.js';
import type {LoaderRecord} from '../manifest/manifest.js';
import {sysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';

const options = {
	argv0: true,
	libraryPath: true,
	inhibitCache: true,
	inhibitRpath: true,
	preload: true,
	audit: true,
	hwcapsPrepend: true,
	hwcapsMask: true,
	listDiagnostics: true,
};

/** @throws {DynpkError} BUNDLE_DAMAGED when the loader is no ELF file. */
export function bundleSearch(
	sysroot: Sysroot,
	loader: LoaderRecord,
	ldLibraryPath: string,
): LoaderSearch {
	const path = sysrootPath(`/${loader.path}`);
	const answer = sysroot.elf(path);
	if (answer.status !== 'elf') {
		throw new DynpkError('BUNDLE_DAMAGED', `the bundled loader ${loader.path} is no ELF file`);
	}

	const {object} = answer;
	const {version} = loader;
	if (loader.libc === 'musl') {
		const facts = {kind: 'musl' as const, path, object, version, options, systemDirs: []};
		return makeMuslSearch({sysroot, ldLibraryPath, facts: {...facts, architecture: 'none'}});
	}

	const facts = {
		kind: 'glibc' as const,
		path,
		object,
		version,
		options,
		systemDirs: [],
		lib: 'lib',
		platforms: [],
		hwcaps: ['x86-64-v4', 'x86-64-v3', 'x86-64-v2'],
		legacyHwcaps: [],
		cachePath: sysrootPath('/etc/ld.so.cache'),
		preloadPath: undefined,
		isaLevel: 1,
	};
	return makeGlibcSearch({sysroot, facts, ldLibraryPath, inhibitCache: true});
}
