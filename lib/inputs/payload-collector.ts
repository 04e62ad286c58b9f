/**
 * Take files out of a sysroot one by one, each under its own path and with its reason.
 *
 * The path of an entry has no link in its directories; the links on the way to it become entries of
 * their own, so that `/bin/sh`, `/usr/bin/sh` and whatever `/etc/alternatives` says all lead to the
 * same file in a bundle as they do here.
 */
import {posix} from 'node:path';
import type {InstalledPackage} from '../installed/package-database.js';
import {LINK_LIMIT} from '../paths/link-limit.js';
import {inDirectory, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import {packageDirectories} from '../paths/program-directories.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {asProgram, describeEntry, unreadable} from './describe-entry.js';
import type {Exclusions} from './exclusions.js';
import {isOfRunningHost} from './host-directories.js';
import type {PayloadEntry, PayloadFinding, Reason} from './payload.js';
import {privateInTree} from './private-files.js';
import {isMember, isNamed} from './spare-members.js';

export interface Collector {
	/** By path; grows while the payload is gathered. */
	readonly entries: ReadonlyMap<SysrootPath, PayloadEntry>;
	readonly findings: readonly PayloadFinding[];
	/** Add one path and every link on the way; returns the entry it ends at. */
	add(path: SysrootPath, reason: Reason, owner?: InstalledPackage): PayloadEntry | undefined;
	/** The same for what is to be started, which a script is then wherever it lies. */
	addProgram(path: SysrootPath, reason: Reason): PayloadEntry | undefined;
	/** Whether the user excluded what lies at a path. */
	excludes(path: SysrootPath): boolean;
	/**
	 * Add everything below a directory, but for what its name tells to be private, and what `leaves` says
	 * of its path from there on.
	 */
	addTree(directory: SysrootPath, reason: Reason, leaves?: (path: string) => boolean): void;
	report(finding: PayloadFinding): void;
	/** Say that what lies at a path stays behind, because this user may not look at it. */
	reportUnreadable(path: SysrootPath): void;
}

/** How a path was come to: by how many links, and whether to be started. */
interface Trail {
	readonly depth: number;
	readonly started: boolean;
}

/** A script that a link in one of these leads to is started, though it may lie among data (`npm`, `pdb3`). */
const startingDirectories = new Set<string>(packageDirectories);
const startingNames = new Set(['bin', 'sbin', '.bin']);

/** What has been taken so far. */
interface Collecting {
	readonly sysroot: Sysroot;
	readonly exclusions: Exclusions;
	readonly isVerbatim: (path: SysrootPath) => boolean;
	readonly entries: Map<SysrootPath, PayloadEntry>;
	readonly findings: PayloadFinding[];
	/** Directories without links, by what led there. */
	readonly directories: Map<SysrootPath, SysrootPath>;
}

/** A path to be taken, and why. */
interface Taken {
	readonly path: SysrootPath;
	readonly reason: Reason;
	readonly owner?: InstalledPackage | undefined;
}

const untrodden: Trail = {depth: 0, started: false};

export function makeCollector(
	sysroot: Sysroot,
	exclusions: Exclusions,
	isVerbatim: (path: SysrootPath) => boolean = () => false,
): Collector {
	const entries = new Map<SysrootPath, PayloadEntry>();
	const findings: PayloadFinding[] = [];
	const collecting = {
		sysroot,
		exclusions,
		isVerbatim,
		entries,
		findings,
		directories: new Map(),
	};
	return {
		entries,
		findings,
		add: (path, reason, owner) => add(collecting, {path, reason, owner}, untrodden),
		addProgram: (path, reason) => add(collecting, {path, reason}, {depth: 0, started: true}),
		excludes: path => exclusions.excludes(path),
		addTree: (directory, reason, leaves = () => false) =>
			addTree(collecting, {
				directory,
				reason,
				leaves: path => leaves(path.slice(directory.length + 1)),
			}),
		report(finding) {
			findings.push(finding);
		},
		reportUnreadable(path) {
			findings.push(unreadable(path, sysroot));
		},
	};
}

function add(collecting: Collecting, taken: Taken, trail: Trail): PayloadEntry | undefined {
	const {sysroot, exclusions, isVerbatim, entries, findings} = collecting;
	const {reason, owner} = taken;
	const path = canonicalPath(collecting, taken.path);
	const known = entries.get(path);
	if (known !== undefined && known.kind !== 'symlink') {
		return keep(collecting, asNamed(known, reason), trail);
	}

	const status = sysroot.status(path);
	if (exclusions.excludes(path)) {
		return undefined;
	}

	if (status === undefined) {
		if (sysroot.isHidden(path)) {
			findings.push(unreadable(path, sysroot));
		}

		return undefined;
	}

	if (status.kind === 'symlink') {
		return follow(collecting, {path, reason, owner}, trail);
	}

	const described = describeEntry(
		{path, status, reason, owner, isVerbatim: isVerbatim(path)},
		sysroot,
	);
	if ('code' in described) {
		findings.push(described);
		return undefined;
	}

	return keep(collecting, described, trail);
}

/** What is named is more than the member of a directory that it was before. */
function asNamed<T extends PayloadEntry>(known: T, reason: Reason): T {
	return isNamed(reason) && isMember(known.reason) ? {...known, reason} : known;
}

function keep({entries, sysroot}: Collecting, entry: PayloadEntry, {started}: Trail): PayloadEntry {
	const kept = started ? asProgram(entry, sysroot) : entry;
	entries.set(kept.path, kept);
	return kept;
}

function follow(
	collecting: Collecting,
	link: Taken,
	{depth, started}: Trail,
): PayloadEntry | undefined {
	const {sysroot, entries, findings} = collecting;
	const {path} = link;
	const text = addLink(collecting, link);
	const target = sysrootPath(posix.resolve(parentOf(path), text));
	if (depth >= LINK_LIMIT || isOfRunningHost(target)) {
		return entries.get(path);
	}

	const real = sysroot.realPath(target);
	if (real === undefined) {
		findings.push({code: 'DANGLING_LINK', path, message: `leads to ${text}, which is not there`});
		return entries.get(path);
	}

	if (sysroot.status(real)?.kind === 'directory') {
		canonicalDirectory(collecting, target, depth + 1);
		return entries.get(path);
	}

	return add(
		collecting,
		{path: target, reason: reasonBehind(link, real)},
		{
			depth: depth + 1,
			started: started || isForPrograms(parentOf(path)),
		},
	);
}

function isForPrograms(directory: SysrootPath): boolean {
	return startingDirectories.has(directory) || startingNames.has(posix.basename(directory));
}

/** What lies in the same prefix as a link to it is there for that. */
function reasonBehind({path, reason}: Taken, real: SysrootPath): Reason {
	return reason.kind === 'prefix' && real.startsWith(`${reason.prefix}/`)
		? reason
		: {kind: 'link', from: path};
}

function canonicalPath(collecting: Collecting, path: SysrootPath): SysrootPath {
	const parent = parentOf(path);
	const directory = canonicalDirectory(collecting, parent, 0);
	return directory === parent ? path : inDirectory(directory, posix.basename(path));
}

/** The same directory without links; each link passed becomes an entry. */
function canonicalDirectory(
	collecting: Collecting,
	directory: SysrootPath,
	depth: number,
): SysrootPath {
	const {sysroot, directories} = collecting;
	const known = directories.get(directory);
	if (known !== undefined || directory === '/') {
		return known ?? directory;
	}

	const parent = canonicalDirectory(collecting, parentOf(directory), depth);
	let canonical = inDirectory(parent, posix.basename(directory));
	if (sysroot.status(canonical)?.kind === 'symlink' && depth < LINK_LIMIT) {
		const reason = {kind: 'link', from: directory} as const;
		const target = addLink(collecting, {path: canonical, reason});
		const path = sysrootPath(posix.resolve(parent, target));
		canonical = canonicalDirectory(collecting, path, depth + 1);
	}

	directories.set(directory, canonical);
	return canonical;
}

function addLink({sysroot, entries}: Collecting, {path, reason, owner}: Taken): string {
	const target = sysroot.linkTarget(path) ?? '';
	const known = entries.get(path);
	if (known === undefined) {
		const leadsTo = sysroot.realPath(path);
		entries.set(path, {kind: 'symlink', path, target, leadsTo, reason, package: owner});
	} else {
		entries.set(path, asNamed(known, reason));
	}

	return target;
}

interface Tree {
	readonly directory: SysrootPath;
	readonly reason: Reason;
	/** Whether what lies at a path stays behind. */
	readonly leaves: (path: SysrootPath) => boolean;
}

/** As deep as paths can be long: a tree without links has no loops. */
function addTree(collecting: Collecting, tree: Tree): void {
	const {directory, reason, leaves} = tree;
	const {sysroot, exclusions, findings} = collecting;
	const names = sysroot.list(directory, path => exclusions.excludes(path));
	if (names === undefined) {
		findings.push(unreadable(directory, sysroot));
		return;
	}

	if (names.length === 0) {
		add(collecting, {path: directory, reason}, untrodden);
	}

	for (const name of names) {
		const path = inDirectory(directory, name);
		const kind = leaves(path) ? 'left' : sysroot.status(path)?.kind;
		if (kind === 'directory') {
			addTree(collecting, {...tree, directory: path});
		} else if (kind === 'left') {
			continue;
		} else if (kind === undefined) {
			findings.push(unreadable(path, sysroot));
		} else {
			addUnlessPrivate(collecting, {path, reason});
		}
	}
}

/** What the user excludes anyway needs no word. */
function addUnlessPrivate(collecting: Collecting, taken: Taken): void {
	const {sysroot, exclusions, findings} = collecting;
	const finding = privateInTree(taken.path, sysroot);
	if (finding === undefined) {
		add(collecting, taken, untrodden);
	} else if (!exclusions.excludes(taken.path)) {
		findings.push(finding);
	}
}
