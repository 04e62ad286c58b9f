/**
 * The payload of several packages → one tree, under the rules of the package managers.
 *
 * Directories merge. The same path from two packages must be the same thing, or it is an error
 * that names both; a Debian package may replace what it says it replaces. A link to a directory
 * takes what others put below that path. Nothing is written here: the answer is data.
 */
import {posix} from 'node:path';
import {DynpkError} from '../../errors/dynpk-error.js';
import {comparePaths, sysrootPath, type SysrootPath} from '../../paths/paths.js';
import {recordId} from '../set/package-record.js';
import {makeDirectoryLinks, refuseClimbingLink, type DirectoryLinks} from './directory-links.js';
import type {ListedEntry, ListedPackage} from './list-payload.js';
import type {MergeFinding} from './merged-sysroot.js';

export interface PlannedEntry {
	readonly entry: Exclude<ListedEntry, {readonly kind: 'special'}>;
	readonly from: ListedPackage;
}

export interface MergePlan {
	/** By where each lies in the end. */
	readonly entries: Map<SysrootPath, PlannedEntry>;
	readonly links: DirectoryLinks;
	/** `/lib -> usr/lib` and its siblings, where no package has them. */
	readonly mergedDirectories: ReadonlyMap<SysrootPath, string>;
	readonly findings: readonly MergeFinding[];
}

/** @throws {DynpkError} PATH_CLASH, PAYLOAD_ESCAPES_ROOT, SYMLINK_LOOP */
export function planMerge(packages: readonly ListedPackage[]): MergePlan {
	const mergedDirectories = mergeIntoUsr(packages);
	const links = placeLinks([...mergedDirectories, ...collectLinks(packages)]);
	const entries = new Map<SysrootPath, PlannedEntry>();
	const findings: MergeFinding[] = [];
	for (const from of packages) {
		for (const entry of from.entries) {
			const path = links.place(entry.path, recordId(from.record));
			if (entry.kind === 'special') {
				findings.push(leftOut(from, entry));
				continue;
			}

			if (entry.kind === 'symlink') {
				refuseClimbingLink(path, entry.target, recordId(from.record));
			}

			if (mergedDirectories.has(path) || isLinkToItself(path, entry, links)) {
				continue;
			}

			const planned = {entry, from};
			const present = entries.get(path);
			entries.set(path, present === undefined ? planned : settle(path, present, planned, links));
		}
	}

	refuseFilesAsDirectories(entries);
	return {entries, links, mergedDirectories, findings};
}

const mergeable = ['bin', 'sbin', 'lib', 'lib32', 'lib64', 'libx32'];

/**
 * Systems in use have these directories in `/usr`, but no package of theirs may bring the links:
 * Debian 12 makes them in a scriptlet, Fedora in a package that nothing else needs. Programs name
 * files in either way, so the links are there for every set that has such files.
 */
function mergeIntoUsr(packages: readonly ListedPackage[]): ReadonlyMap<SysrootPath, string> {
	const entries = packages.flatMap(listed => listed.entries);
	const names = mergeable.filter(name => {
		const isBrought = entries.some(({kind, path}) => path === `/${name}` && kind !== 'directory');
		const isUsed = entries.some(
			({path}) => path.startsWith(`/${name}/`) || path.startsWith(`/usr/${name}/`),
		);
		return isUsed && !isBrought;
	});
	return new Map(names.map(name => [sysrootPath(`/${name}`), `usr/${name}`]));
}

/**
 * All links by their own path, before any is followed. Where packages disagree the first one
 * counts here, and the clash is found when the paths are settled.
 */
function collectLinks(packages: readonly ListedPackage[]): readonly (readonly [string, string])[] {
	return packages.flatMap(({entries}) =>
		entries.flatMap(entry =>
			entry.kind === 'symlink' ? [[entry.path, entry.target] as const] : [],
		),
	);
}

/** A link may itself lie behind a link, so they are placed until no place changes any more. */
function placeLinks(raw: readonly (readonly [string, string])[]): DirectoryLinks {
	let placed = new Map(raw.toReversed());
	for (let round = 0; round < MAX_ROUNDS; round++) {
		const links = makeDirectoryLinks(placed);
		const next = new Map(
			raw.toReversed().map(([path, target]) => [links.place(path, 'the set'), target]),
		);
		const isStable = next.size === placed.size && [...next.keys()].every(path => placed.has(path));
		placed = next;
		if (isStable) {
			break;
		}
	}

	return makeDirectoryLinks(placed);
}

/** Links behind links behind links: no distribution has more than two in a row. */
const MAX_ROUNDS = 8;

/** `/bin/which -> /usr/bin/which` of a package made before the directories were one. */
function isLinkToItself(path: SysrootPath, entry: ListedEntry, links: DirectoryLinks): boolean {
	if (entry.kind !== 'symlink' || entry.path === path) {
		return false;
	}

	const target = posix.resolve(posix.dirname(entry.path), entry.target);
	return links.place(target, 'the set') === path;
}

function settle(
	path: SysrootPath,
	present: PlannedEntry,
	added: PlannedEntry,
	links: DirectoryLinks,
): PlannedEntry {
	const [a, b] = [present.entry, added.entry];
	if (a.kind === 'directory' && b.kind === 'directory') {
		return present;
	}

	// A directory that another package has as a link lies where the link leads.
	if (a.kind === 'symlink' && b.kind === 'directory' && links.resolve(path) !== undefined) {
		return present;
	}

	if (a.kind === 'directory' && b.kind === 'symlink' && links.resolve(path) !== undefined) {
		return added;
	}

	if (isSame(a, b)) {
		return present;
	}

	if (a.kind !== 'directory' && b.kind !== 'directory') {
		if (replaces(added, present)) {
			return added;
		}

		if (replaces(present, added)) {
			return present;
		}
	}

	throw clash(path, present, added);
}

function isSame(a: ListedEntry, b: ListedEntry): boolean {
	if (a.kind === 'symlink' && b.kind === 'symlink') {
		return a.target === b.target;
	}

	return a.kind === 'file' && b.kind === 'file' && a.content === b.content && a.size === b.size;
}

/** `Replaces` (Policy 7.6.1): its files take the place of the other package's. */
function replaces(a: PlannedEntry, b: PlannedEntry): boolean {
	return (
		a.from.manager === 'deb' &&
		a.from.package.dependencies.replaces.flat().some(({name}) => name === b.from.record.name)
	);
}

function clash(path: SysrootPath, a: PlannedEntry, b: PlannedEntry): DynpkError {
	return new DynpkError('PATH_CLASH', `two packages have ${path}, and not the same`, {
		details: [a, b].map(({entry, from}) => `${recordId(from.record)} has ${describe(entry)}`),
		hint: 'pack one of the two, or versions that agree',
	});
}

function describe(entry: PlannedEntry['entry']): string {
	switch (entry.kind) {
		case 'file':
			return `a file of ${entry.size} bytes (${entry.content.replace(/^\d+:/u, '').slice(0, 12)})`;
		case 'symlink':
			return `a link to ${entry.target}`;
		case 'directory':
			return 'a directory';
	}
}

/** A file where another package's path needs a directory. */
function refuseFilesAsDirectories(entries: ReadonlyMap<SysrootPath, PlannedEntry>): void {
	for (const [path, planned] of [...entries].sort(([a], [b]) => comparePaths(a, b))) {
		for (let end = path.lastIndexOf('/'); end > 0; end = path.lastIndexOf('/', end - 1)) {
			const parent = path.slice(0, end) as SysrootPath;
			const above = entries.get(parent);
			if (above !== undefined && above.entry.kind !== 'directory') {
				throw clash(parent, above, {
					entry: {kind: 'directory', path: parent, mode: 0},
					from: planned.from,
				});
			}
		}
	}
}

function leftOut(
	from: ListedPackage,
	entry: Extract<ListedEntry, {readonly kind: 'special'}>,
): MergeFinding {
	return {
		code: 'DEVICE_LEFT_OUT',
		package: from.record,
		subject: entry.path,
		message: `has the ${entry.what.replace('-', ' ')} ${entry.path}, which is not made`,
	};
}
