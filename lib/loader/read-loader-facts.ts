/**
 * A loader's file → what it has compiled in. The loader is never run.
 *
 * Everything is told by its strings, each taken whole from NUL to NUL: the trusted directories are
 * one table of them (`system_dirs` in elf/dl-load.c), an option exists where its name does
 * (elf/rtld.c), the version stands in the banner of `--version`.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {DynpkError} from '../errors/dynpk-error.js';
import {baseName, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {GlibcFacts, LoaderCommandLine, LoaderFacts, MuslFacts} from './loader-facts.js';
import {legacyHwcapsOf, platformsOf} from './processor-names.js';

/** A loader is about 200 KiB, musl's with its libc and symbols some MiB. */
const LARGEST_LOADER = 32 << 20;

/**
 * Read the facts of the loader that a PT_INTERP names.
 *
 * @throws {DynpkError} UNRESOLVED_NEEDED where no such file is; UNSUPPORTED_LOADER where it is
 * neither glibc's nor musl's.
 */
export function readLoaderFacts(sysroot: Sysroot, interpreter: string): LoaderFacts {
	if (!interpreter.startsWith('/')) {
		throw unsupported(interpreter, 'it is not an absolute path');
	}

	const path = sysrootPath(interpreter);
	const object = requireLoader(sysroot, path);
	const text = sysroot.read(path, LARGEST_LOADER)?.toString('latin1') ?? '';
	if (text.length >= LARGEST_LOADER) {
		throw unsupported(interpreter, 'it is larger than any loader');
	}

	const facts = {path, object, options: commandLineOf(text)};
	if (text.includes('\0musl libc (')) {
		return muslFacts(facts, text);
	}

	if (text.includes('\0--inhibit-rpath\0')) {
		return glibcFacts(facts, text, sysroot.realPath(path) ?? path);
	}

	throw unsupported(interpreter, 'it is neither the loader of glibc nor that of musl');
}

type Facts = Pick<LoaderFacts, 'path' | 'object' | 'options'>;

function unsupported(interpreter: string, reason: string): DynpkError {
	return new DynpkError('UNSUPPORTED_LOADER', `cannot use the loader ${interpreter}: ${reason}`);
}

function requireLoader(sysroot: Sysroot, path: SysrootPath): ElfObject {
	const answer = sysroot.elf(path);
	switch (answer.status) {
		case 'elf':
			return answer.object;
		case 'absent':
			throw new DynpkError('UNRESOLVED_NEEDED', `cannot find the loader ${path}`, {
				hint: 'install the C library of that architecture, or give --sysroot',
			});
		case 'unreadable':
		case 'not-elf':
			throw unsupported(path, answer.reason);
	}
}

function muslFacts(facts: Facts, text: string): MuslFacts {
	const systemDirs = firstString(text, /\0((?:\/[\x21-\x39\x3b-\x7e]*:)+\/[\x21-\x7e]*lib)\0/u);
	const architecture = firstString(text, /\/etc\/ld-musl-([\w.-]+)\.path\0/u);
	if (systemDirs === undefined || architecture === undefined) {
		throw unsupported(facts.path, 'its directories are not where musl keeps them');
	}

	return Object.freeze({
		...facts,
		kind: 'musl',
		version: firstString(text, /\0(1\.\d{1,3}\.\d{1,3}(?:-git-[\w-]+)?)\0/u),
		architecture,
		systemDirs: Object.freeze(systemDirs.split(':')),
	});
}

function glibcFacts(facts: Facts, text: string, realPath: SysrootPath): GlibcFacts {
	const systemDirs = systemDirsOf(text);
	const first = systemDirs[0];
	const cachePath = firstString(text, /\0(\/[\x21-\x7e]{0,4000}ld\.so\.cache)\0/u);
	if (first === undefined || cachePath === undefined) {
		throw unsupported(facts.path, 'its directories are not where glibc keeps them');
	}

	const {machine} = facts.object;
	const preloadPath = firstString(text, /\0(\/[\x21-\x7e]{0,4000}ld\.so\.preload)\0/u);
	return Object.freeze({
		...facts,
		kind: 'glibc',
		version: glibcVersionOf(text, realPath),
		systemDirs,
		lib: libTokenOf(text, first),
		platforms: platformsOf(machine, text),
		hwcaps: Object.freeze(hwcapsOf(text)),
		// The last release that had them always searched `tls`; its successors dropped the word.
		legacyHwcaps: text.includes('\0tls\0') ? legacyHwcapsOf(machine) : [],
		cachePath: sysrootPath(cachePath),
		preloadPath: preloadPath === undefined ? undefined : sysrootPath(preloadPath),
		isaLevel: isaLevelOf(facts.object),
	});
}

function firstString(text: string, pattern: RegExp): string | undefined {
	return pattern.exec(text)?.[1];
}

/** SYSTEM_DIRS: strings that follow one another, each absolute and with a final slash. */
function systemDirsOf(text: string): readonly string[] {
	const tables = text.match(/(?<=\0)(?:\/[\x21-\x7e]{0,4000}\/\0)+/gu) ?? [];
	const longest = tables
		.map(table => table.split('\0').slice(0, -1))
		.filter(dirs => dirs.every(dir => /\/lib[^/]*\//u.test(dir)))
		.reduce<readonly string[]>((best, dirs) => (dirs.length > best.length ? dirs : best), []);
	return Object.freeze(longest.map(dir => dir.replace(/\/+$/u, '')));
}

/**
 * DL_DST_LIB, which is `slibdir` without its first slash on multiarch systems and its last
 * component elsewhere; `slibdir` leads the table of trusted directories.
 */
function libTokenOf(text: string, firstSystemDir: string): string {
	const whole = firstSystemDir.slice(1);
	return text.includes(`${whole}\0`) && /^lib[^/]*\/[^/]+$/u.test(whole)
		? whole
		: firstSystemDir.slice(firstSystemDir.lastIndexOf('/') + 1);
}

/** From the banner since 2.33; before, the file was named after its version. */
function glibcVersionOf(text: string, realPath: SysrootPath): string | undefined {
	return (
		firstString(text, /\0ld\.so [^\0]*release version (\d+\.\d+(?:\.\d+)?)/u) ??
		/^ld-(\d+\.\d+(?:\.\d+)?)\.so$/u.exec(baseName(realPath))?.[1]
	);
}

/** `_dl_hwcaps_subdirs`, sysdeps/…/dl-hwcaps-subdirs.c: one string, or none. */
function hwcapsOf(text: string): readonly string[] {
	const names = '(?:x86-64-v\\d+|z\\d+|power\\d+)';
	const table = new RegExp(`(?<=\\0)${names}(?::${names})*(?=\\0)`, 'u').exec(text)?.[0];
	return text.includes('\0--glibc-hwcaps-prepend\0') ? (table?.split(':') ?? []) : [];
}

function isaLevelOf({isaNeeded}: ElfObject): number {
	return Math.max(1, 32 - Math.clz32(isaNeeded));
}

function commandLineOf(text: string): LoaderCommandLine {
	// musl keeps its option names without the dashes.
	const has = (option: string) =>
		text.includes(`\0--${option}\0`) ||
		(text.includes('\0musl libc (') && text.includes(`\0${option}\0`));
	return Object.freeze({
		argv0: has('argv0'),
		libraryPath: has('library-path'),
		inhibitCache: has('inhibit-cache'),
		inhibitRpath: has('inhibit-rpath'),
		preload: has('preload'),
		audit: has('audit'),
		hwcapsPrepend: has('glibc-hwcaps-prepend'),
		hwcapsMask: has('glibc-hwcaps-mask'),
		listDiagnostics: has('list-diagnostics'),
	});
}
