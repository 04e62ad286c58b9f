/**
 * What of a home directory a traced run used as software, and what is the user's own.
 *
 * Software is what lies where tools install it, by a data file whose root is the home; what the run started or loaded; and what
 * belongs to the same prefix as that (`~/solver/share` beside `~/solver/bin/solve`).
 */
import {posix} from 'node:path';
import {pathPattern} from '../paths/path-pattern.js';
import {isWithin, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {TraceEvidence} from '../trace/trace-evidence.js';
import homeSoftware from './data/home-software.json' with {type: 'json'};

const isInstalled = pathPattern(
	homeSoftware.map(({pattern}) => pattern),
	{dot: true},
);

/** Whether a path lies in a home directory and is no software there. */
export function makePrivacy(
	evidence: Pick<TraceEvidence, 'home' | 'programs' | 'objects'>,
): (path: SysrootPath) => boolean {
	const home = evidence.home === '/' ? undefined : evidence.home;
	const used = new Set([...evidence.programs, ...evidence.objects].map(({path}) => path));
	const own = new Set<SysrootPath>();
	for (const path of used) {
		const top = homeOf(path, home);
		for (const place of top === undefined ? [] : placesBeside(path, top)) {
			own.add(place);
		}
	}

	return path => {
		const top = homeOf(path, home);
		return (
			top !== undefined &&
			!used.has(path) &&
			!isInstalled(path.slice(top.length)) &&
			!liesBelow(path, own)
		);
	};
}

function homeOf(path: SysrootPath, home: SysrootPath | undefined): SysrootPath | undefined {
	if (home !== undefined && isWithin(path, home)) {
		return home;
	}

	const usual = /^\/(?:root|home\/[^/]+)(?=\/|$)/u.exec(path)?.[0];
	return usual === undefined ? undefined : sysrootPath(usual);
}

/** Parts of a prefix that hold no work of the user's. */
const parts = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libexec', 'share', 'etc', 'conf', 'ssl'];
const PROGRAMS = /^s?bin$/u;
const LIBRARIES = /^lib(?:32|64|exec)?$/u;

/** Directories, and the file that makes a virtual environment, of the prefix that a path is in. */
function placesBeside(path: SysrootPath, home: SysrootPath): SysrootPath[] {
	const prefix = prefixOf(path, home);
	if (prefix === undefined) {
		return [];
	}

	// Everybody's data lies in these two, and only that of the program's name is its own.
	const isShared = prefix === home || posix.relative(home, prefix) === '.local';
	const names = isShared ? [`share/${posix.basename(path)}`] : [...parts, 'pyvenv.cfg'];
	return names.map(name => sysrootPath(posix.join(prefix, name)));
}

function prefixOf(path: SysrootPath, home: SysrootPath): SysrootPath | undefined {
	let directory = parentOf(path);
	if (PROGRAMS.test(posix.basename(directory))) {
		return isWithin(directory, home) && directory !== home ? parentOf(directory) : undefined;
	}

	while (directory !== home && directory !== '/') {
		if (LIBRARIES.test(posix.basename(directory))) {
			return parentOf(directory);
		}

		directory = parentOf(directory);
	}

	return undefined;
}

function liesBelow(path: SysrootPath, places: ReadonlySet<SysrootPath>): boolean {
	for (let at = path; at !== '/'; at = parentOf(at)) {
		if (places.has(at)) {
			return true;
		}
	}

	return false;
}
