/**
 * `/etc/ld.so.conf` → the directories ldconfig would search, in order.
 *
 * `parse_conf` of elf/ldconfig.c: one directory a line, comments from `#`, `include` with a shell
 * pattern that counts from the directory of the file it stands in, `hwcap` lines without meaning.
 * A libc5-style `DIR=TYPE` keeps its directory.
 */
import picomatch from 'picomatch';
import {comparePaths, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';

/** A configuration file is a few lines; ldconfig itself has no limits. */
const LARGEST_FILE = 1 << 20;
const MOST_FILES = 1000;
const MOST_DIRECTORIES = 10_000;

/** Read a configuration with all it includes; empty where there is none. */
export function readLdSoConf(sysroot: Sysroot, path: SysrootPath): readonly SysrootPath[] {
	const directories = new Set<SysrootPath>();
	const visited = new Set<SysrootPath>();

	function readFile(file: SysrootPath): void {
		// A file that includes itself would be read for ever.
		if (visited.has(file) || visited.size >= MOST_FILES) {
			return;
		}

		visited.add(file);
		const text = sysroot.read(file, LARGEST_FILE)?.toString('utf8') ?? '';
		for (const line of text.split('\n')) {
			readLine(line.replace(/#.*/u, '').trim(), parentOf(file));
		}
	}

	function readLine(line: string, directory: SysrootPath): void {
		const [keyword, ...patterns] = line.split(/\s+/u);
		if (keyword === 'include') {
			patterns.flatMap(pattern => expandPattern(sysroot, pattern, directory)).forEach(readFile);
		} else if (line.startsWith('/') && directories.size < MOST_DIRECTORIES) {
			directories.add(sysrootPath(line.replace(/=[^/=]*$/u, '')));
		}
	}

	readFile(path);
	return [...directories];
}

/** glob(3) by components, links followed; names that begin with a dot match only when asked for. */
function expandPattern(
	sysroot: Sysroot,
	pattern: string,
	directory: SysrootPath,
): readonly SysrootPath[] {
	const absolute = pattern.startsWith('/') ? pattern : `${directory}/${pattern}`;
	let paths: readonly SysrootPath[] = [sysrootPath('/')];
	for (const component of absolute.split('/').filter(part => part !== '')) {
		paths = paths.flatMap(path => matchIn(sysroot, path, component)).slice(0, MOST_FILES);
	}

	return [...paths].sort(comparePaths);
}

const globOptions = {nobrace: true, noextglob: true, noglobstar: true, nonegate: true};

function matchIn(sysroot: Sysroot, path: SysrootPath, component: string): readonly SysrootPath[] {
	const inside = (name: string) => sysrootPath(`${path}/${name}`);
	if (!/[*?[\\]/u.test(component)) {
		return sysroot.realPath(inside(component)) === undefined ? [] : [inside(component)];
	}

	const matches = picomatch(component, globOptions);
	return (sysroot.list(path) ?? []).filter(name => matches(name)).map(inside);
}
