/**
 * `/etc/ld.so.conf` → the directories ldconfig would search, in order.
 *
 * `parse_conf` of elf/ldconfig.c: one directory a line, comments from `#`, `include` with a shell
 * pattern that counts from the directory of the file it stands in, `hwcap` lines without meaning.
 * A libc5-style `DIR=TYPE` keeps its directory.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {comparePaths, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {nameGlob} from './name-glob.js';

/** A configuration file is a few lines; ldconfig itself has no limits. */
const LARGEST_FILE = 1 << 20;
const MOST_FILES = 1000;
const MOST_DIRECTORIES = 10_000;
const MOST_PATTERNS = 10_000;
/** Names that patterns are held against: all of /etc, a thousand times. */
const MOST_NAMES = 1_000_000;

/**
 * Read a configuration with all it includes; empty where there is none.
 *
 * @throws {DynpkError} LD_SO_CACHE_INVALID for more includes than can be followed
 */
export function readLdSoConf(sysroot: Sysroot, path: SysrootPath): readonly SysrootPath[] {
	const directories = new Set<SysrootPath>();
	const visited = new Set<SysrootPath>();
	const budget = {patterns: MOST_PATTERNS, names: MOST_NAMES};

	function readFile(file: SysrootPath): void {
		// A file that includes itself would be read for ever.
		if (visited.has(file) || visited.size >= MOST_FILES) {
			return;
		}

		visited.add(file);
		const text = sysroot.read(file, LARGEST_FILE)?.toString('utf8') ?? '';
		for (const line of text.split('\n')) {
			// To the library that reads it, a line ends at a NUL.
			readLine(line.replace(/[#\0].*/u, '').trim(), parentOf(file));
		}
	}

	function readLine(line: string, directory: SysrootPath): void {
		const [keyword, ...patterns] = line.split(/\s+/u);
		if (keyword === 'include') {
			for (const pattern of patterns) {
				budget.patterns--;
				const absolute = pattern.startsWith('/') ? pattern : `${directory}/${pattern}`;
				const files = expandPattern(sysroot, absolute, budget);
				if (budget.patterns < 0 || budget.names < 0) {
					throw new DynpkError(
						'LD_SO_CACHE_INVALID',
						`${path} includes files by more patterns than can be followed`,
					);
				}

				files.forEach(readFile);
			}
		} else if (line.startsWith('/') && directories.size < MOST_DIRECTORIES) {
			directories.add(sysrootPath(line.replace(/=[^/=]*$/u, '')));
		}
	}

	readFile(path);
	return [...directories];
}

/** PATH_MAX, with the NUL behind a path. */
const LONGEST_PATTERN = 4096;

/** glob(3) by components, links followed; what it looks at is taken off the budget of names. */
function expandPattern(
	sysroot: Sysroot,
	pattern: string,
	budget: {names: number},
): readonly SysrootPath[] {
	if (pattern.length >= LONGEST_PATTERN) {
		return [];
	}

	let paths: readonly SysrootPath[] = [sysrootPath('/')];
	for (const component of pattern.split('/').filter(part => part !== '')) {
		const found: SysrootPath[] = [];
		const isPlain = !/[*?[\\]/u.test(component);
		const matches = nameGlob(component);
		for (const path of paths) {
			if (found.length >= MOST_FILES || budget.names < 0) {
				break;
			}

			const names = isPlain ? [component] : (sysroot.list(path, () => true) ?? []);
			budget.names -= names.length;
			const inside = (name: string): SysrootPath => sysrootPath(posix.join(path, name));
			found.push(
				...(isPlain
					? names.map(inside).filter(name => sysroot.realPath(name) !== undefined)
					: names.filter(matches).map(inside)),
			);
		}

		paths = found.slice(0, MOST_FILES);
	}

	return [...paths].sort(comparePaths);
}
