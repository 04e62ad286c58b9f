/**
 * Files that the installation of a package made: no package lists them, yet programs read them.
 *
 * What lies in a directory that one package alone lists, and is listed by none, was put there for it.
 * A data file says where that holds, with the reason. Configuration may hold secrets of this
 * machine: what may not be read by every user, and whatever a trace would not take along, stays.
 */
import {posix} from 'node:path';
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import {pathPattern} from '../paths/path-pattern.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import generatedFiles from './data/generated-files.json' with {type: 'json'};
import {isRuledOut} from './payload-rules.js';
import {traceObstacle} from './trace-rules.js';

export interface GeneratedFile {
	readonly path: SysrootPath;
	/** The package whose directory it lies in. */
	readonly of: InstalledPackage;
}

const rules = generatedFiles.map(({pattern, carried}) => ({
	matches: pathPattern(pattern, {dot: true}),
	carried,
}));

/** What was made in the directories of these packages. */
export function findGeneratedFiles(
	packages: readonly InstalledPackage[],
	database: PackageDatabase,
	sysroot: Sysroot,
): GeneratedFile[] {
	const listed = new Set([...database.files(packages).values()].flat());
	const candidates = new Map<SysrootPath, InstalledPackage>();
	for (const [directory, owner] of database.ownDirectories(packages)) {
		for (const path of namesIn(directory, sysroot).filter(name => !listed.has(name))) {
			for (const file of filesAt(path, sysroot)) {
				candidates.set(file, owner);
			}
		}
	}

	const owners = database.owners([...candidates.keys()]);
	return [...candidates]
		.filter(([path]) => !owners.has(path) && isFit(path, sysroot))
		.map(([path, of]) => ({path, of}));
}

function namesIn(directory: SysrootPath, sysroot: Sysroot): SysrootPath[] {
	return (sysroot.list(directory) ?? []).map(name => sysrootPath(posix.join(directory, name)));
}

/** The file or link itself, or all below a directory, as far as the rules let it be carried. */
function filesAt(path: SysrootPath, sysroot: Sysroot): SysrootPath[] {
	// The array is queue and result at once: `for…of` also visits what is appended.
	const pending = [path];
	const found: SysrootPath[] = [];
	for (const current of pending) {
		if (!isCarried(current)) {
			continue;
		}

		if (sysroot.status(current)?.kind === 'directory') {
			pending.push(...namesIn(current, sysroot));
		} else {
			found.push(current);
		}
	}

	return found;
}

function isCarried(path: SysrootPath): boolean {
	return rules.find(({matches}) => matches(path))?.carried === true && !isRuledOut(path, false);
}

const READABLE_BY_ALL = 0o004;

/** A file, or a link to one, that any user may read and nobody would call private. */
function isFit(path: SysrootPath, sysroot: Sysroot): boolean {
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	return (
		status?.kind === 'file' &&
		(status.mode & READABLE_BY_ALL) !== 0 &&
		traceObstacle(path, undefined, sysroot) === undefined
	);
}
