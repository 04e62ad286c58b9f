/**
 * Files that the installation of a package made: no package lists them, yet programs read them.
 *
 * What lies in a directory that one package alone lists, and is listed by none, was put there for it.
 * A data file says where that holds, with the reason, and in which directories of many packages it was
 * put there for each of them. Configuration and state may hold secrets of this machine: only what is
 * public travels.
 */
import {posix} from 'node:path';
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import {pathPattern} from '../paths/path-pattern.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import generatedFiles from './data/generated-files.json' with {type: 'json'};
import {isRuledOut} from './payload-rules.js';
import {isPublicFile} from './public-file.js';

export interface GeneratedFile {
	readonly path: SysrootPath;
	/** The package whose directory it lies in. */
	readonly of: InstalledPackage;
}

const rules = generatedFiles.map(({pattern, carried}) => ({
	matches: pathPattern(pattern, {dot: true}),
	carried,
}));
const isShared = pathPattern(generatedFiles.flatMap(({sharedBy}) => sharedBy ?? []));

/** What was made in the directories of these packages. */
export function findGeneratedFiles(
	packages: readonly InstalledPackage[],
	database: PackageDatabase,
	sysroot: Sysroot,
): GeneratedFile[] {
	const lists = database.files(packages);
	const listed = new Set([...lists.values()].flat());
	const candidates = new Map<SysrootPath, InstalledPackage>();
	for (const [directory, owner] of [
		...sharedDirectories(lists),
		...database.ownDirectories(packages),
	]) {
		for (const path of namesIn(directory, sysroot).filter(name => !listed.has(name))) {
			for (const file of filesAt(path, sysroot)) {
				candidates.set(file, owner);
			}
		}
	}

	const owners = database.owners([...candidates.keys()]);
	return [...candidates]
		.filter(([path]) => !owners.has(path) && isPublicFile(path, sysroot))
		.map(([path, of]) => ({path, of}));
}

function sharedDirectories(
	lists: ReadonlyMap<InstalledPackage, readonly SysrootPath[]>,
): (readonly [SysrootPath, InstalledPackage])[] {
	return [...lists].flatMap(([owner, paths]) =>
		paths.filter(path => isShared(path)).map(path => [path, owner] as const),
	);
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
			for (const name of namesIn(current, sysroot)) {
				pending.push(name);
			}
		} else {
			found.push(current);
		}
	}

	return found;
}

function isCarried(path: SysrootPath): boolean {
	return (
		rules.find(({matches}) => matches(path))?.carried === true && !isRuledOut(path, 'ordinary')
	);
}
