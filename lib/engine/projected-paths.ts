/**
 * From what a bundle holds to what its programs see where.
 *
 * Everything below `root/` is projected to its own path, but for what only launching needs. A
 * directory that packages share is merged with the host's; one that belongs to packages which
 * are here as a whole hides the host's, so that no other version's files mix with them. What the
 * host has of its own (host-owned.ts) is never hidden.
 */
import {posix} from 'node:path';
import {hostOwnership} from '../audit/host-owned.js';
import {pathPattern} from '../paths/path-pattern.js';
import {
	comparePaths,
	parentOf,
	sysrootPath,
	type BundlePath,
	type SysrootPath,
} from '../paths/paths.js';
import type {BundledFile, BundledLaunch} from './bundled-file.js';
import sharedDirectories from './data/shared-directories.json' with {type: 'json'};
import {climbsOut, makeLeadsToLibrary} from './leaves-root.js';
import type {ProjectedPath} from './projected-path.js';

/** In the order of their paths; every directory above a path is among them. */
export function projectedPaths(
	files: readonly BundledFile[],
	launches: readonly BundledLaunch[],
): ProjectedPath[] {
	const programs = new Map(launches.map(launch => [launch.launcher, launch.program]));
	const selfReading = new Set(
		launches.filter(({strategy}) => strategy === 'self').map(({launcher}) => launcher),
	);
	const hidden = new Set<string>(
		launches.filter(({program, launcher}) => program !== launcher).map(({program}) => program),
	);
	const twins = new Set(
		launches
			.filter(({kind}) => kind === 'script' || kind === 'static')
			.map(({program}) => posix.dirname(program)),
	);
	const records = new Map<string, BundledFile>(files.map(file => [file.path, file]));
	const leadsToLibrary = makeLeadsToLibrary(records);
	const seen = files.filter(
		file =>
			file.path.startsWith('root/') &&
			!hidden.has(file.path) &&
			!liesIn(file.path, twins) &&
			(file.reason === '--with' ||
				(hostOwnership(sysrootOf(file.path)) !== 'never' &&
					!(file.yields === 'always' && leadsToLibrary(file)))),
	);
	const whole = findWholeDirectories(seen, programs, records);
	const untidy = findUntidyDirectories(files, seen, launches);
	const projected = new Map<SysrootPath, ProjectedPath>();
	const wished = withDirectories(seen.filter(({reason}) => reason === '--with'));
	const fallback = (path: SysrootPath, yields = false): {readonly isFallback?: true} =>
		!wished.has(path) && (yields || hostOwnership(path) === 'otherwise') ? {isFallback: true} : {};
	const addDirectories = (path: SysrootPath): void => {
		for (let current = path; !projected.has(current); current = parentOf(current)) {
			const extent = liesIn(current, whole) ? 'whole' : 'merged';
			const holds = untidy.has(current) ? {holdsUnseen: true} : {};
			projected.set(current, {
				kind: 'directory',
				path: current,
				extent,
				...holds,
				...fallback(current),
			});
		}
	};
	addDirectories(sysrootPath('/'));
	for (const file of seen) {
		const path = sysrootOf(file.path);
		addDirectories(file.kind === 'directory' ? path : parentOf(path));
		if (file.kind !== 'directory') {
			const isLibrary = !whole.has(parentOf(path)) && leadsToLibrary(file);
			const yields = isLibrary ? file.yields : undefined;
			projected.set(path, {
				...projectFile(file, path, isLibrary, programs),
				...(selfReading.has(file.path) ? {readsItself: true} : {}),
				...fallback(path, yields === 'to-hosts'),
			});
		}
	}

	return [...projected.values()].sort((a, b) => comparePaths(a.path, b.path));
}

function projectFile(
	file: BundledFile,
	path: SysrootPath,
	isLibrary: boolean,
	programs: ReadonlyMap<BundlePath, BundlePath>,
): ProjectedPath {
	const isInside = file.target !== undefined && !climbsOut(file.path, file.target);
	if (file.kind === 'symlink' && file.target !== undefined && isInside) {
		return {kind: 'link', path, target: file.target, isLibrary};
	}

	const behind = programs.get(file.path);
	const outside = file.kind === 'symlink' ? {liesOutside: true} : {};
	return {
		kind: 'file',
		path,
		behind: behind === file.path ? undefined : behind,
		isLibrary,
		...outside,
	};
}

const isShared = pathPattern(sharedDirectories.flatMap(({paths}) => paths));

/**
 * Directories no other file of which is missing here: nothing lies below them but what came with
 * a whole package, or all plug-ins of a library.
 */
function findWholeDirectories(
	files: readonly BundledFile[],
	programs: ReadonlyMap<BundlePath, BundlePath>,
	records: ReadonlyMap<string, BundledFile>,
): Set<SysrootPath> {
	const partial = new Set<SysrootPath>();
	const all = new Set<SysrootPath>();
	for (const file of files) {
		if (file.kind === 'directory') {
			continue;
		}

		const own = records.get(programs.get(file.path) ?? file.path) ?? file;
		const isOfWhole = /^(?:package|plug-in) /u.test(own.reason);
		// Where a directory has been marked, those above it have been, too.
		const marked = isOfWhole ? all : partial;
		for (let at = parentOf(sysrootOf(file.path)); !marked.has(at); at = parentOf(at)) {
			all.add(at);
			if (!isOfWhole) {
				partial.add(at);
			}
		}
	}

	// Nothing below a whole directory can be merged: above a shared one there is none. What gives
	// way to the host's needs the host's directory to be seen.
	const fallback = [...all, ...files.map(({path}) => sysrootOf(path))]
		.filter(path => hostOwnership(path) !== undefined)
		.map(path => parentOf(path));
	for (const shared of [...[...all].filter(path => isShared(path)), ...fallback]) {
		for (let current = shared; !partial.has(current); current = parentOf(current)) {
			partial.add(current);
		}
	}

	return new Set([...all].filter(path => !partial.has(path)));
}

/** Directories in which, or in unseen directories below which, something lies that is not seen. */
function findUntidyDirectories(
	files: readonly BundledFile[],
	seen: readonly BundledFile[],
	launches: readonly BundledLaunch[],
): Set<SysrootPath> {
	const beside = launches
		.filter(({launcher, program}) => posix.dirname(launcher) === posix.dirname(program))
		.map(({program}) => program);
	const tidy = new Set([...seen.map(({path}) => path), ...beside]);
	const known = withDirectories(seen);
	const untidy = new Set<SysrootPath>();
	for (const {path} of files) {
		if (path.startsWith('root/') && !tidy.has(path)) {
			let current = parentOf(sysrootOf(path));
			while (current !== '/' && !known.has(current)) {
				current = parentOf(current);
			}

			untidy.add(current);
		}
	}

	return untidy;
}

/** The paths of files and of all directories that hold them. */
function withDirectories(files: readonly BundledFile[]): Set<SysrootPath> {
	const all = new Set<SysrootPath>();
	for (const {path} of files) {
		for (let current = sysrootOf(path); !all.has(current); current = parentOf(current)) {
			all.add(current);
			if (current === '/') {
				break;
			}
		}
	}

	return all;
}

function liesIn(path: string, directories: ReadonlySet<string>): boolean {
	if (directories.size === 0) {
		return false;
	}

	for (let current = path; current !== '.' && current !== '/'; current = posix.dirname(current)) {
		if (directories.has(current)) {
			return true;
		}
	}

	return false;
}

function sysrootOf(path: BundlePath): SysrootPath {
	return sysrootPath(path.slice('root'.length));
}
