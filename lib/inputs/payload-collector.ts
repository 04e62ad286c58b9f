/**
 * Take files out of a sysroot one by one, each under its own path and with its reason.
 *
 * The path of an entry has no link in its directories; the links on the way to it become entries of
 * their own, so that `/bin/sh`, `/usr/bin/sh` and whatever `/etc/alternatives` says all lead to the
 * same file in a bundle as they do here.
 */
import {posix} from 'node:path';
import picomatch from 'picomatch';
import type {InstalledPackage} from '../installed/package-database.js';
import {LINK_LIMIT} from '../paths/link-limit.js';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import {packageDirectories} from '../paths/program-directories.js';
import type {ElfAnswer, FileStatus, Sysroot} from '../sysroot/sysroot.js';
import scriptRules from './data/script-rules.json' with {type: 'json'};
import type {Exclusions} from './exclusions.js';
import {isOfRunningHost} from './host-directories.js';
import type {FileContent, PayloadEntry, PayloadFinding, Reason} from './payload.js';
import {readShebang} from './shebang.js';

export interface Collector {
	/** By path; grows while the payload is gathered. */
	readonly entries: ReadonlyMap<SysrootPath, PayloadEntry>;
	readonly findings: readonly PayloadFinding[];
	/** Add one path and every link on the way; returns the entry it ends at. */
	add(path: SysrootPath, reason: Reason, owner?: InstalledPackage): PayloadEntry | undefined;
	/** The same for what is to be started, which a script is then wherever it lies. */
	addProgram(path: SysrootPath, reason: Reason): PayloadEntry | undefined;
	/** Add everything below a directory. */
	addTree(directory: SysrootPath, reason: Reason): void;
	report(finding: PayloadFinding): void;
	/** Say that what lies at a path stays behind, because this user may not look at it. */
	reportUnreadable(path: SysrootPath): void;
}

/** How a path was come to: by how many links, and whether to be started. */
interface Trail {
	readonly depth: number;
	readonly started: boolean;
}

/**
 * A script that one of these leads to is started, though it may lie among data. A module that can also
 * be started (`pdb3` leads to Python's pdb.py) stays one.
 */
const startingDirectories = new Set<string>(packageDirectories);

export function makeCollector(sysroot: Sysroot, exclusions: Exclusions): Collector {
	const entries = new Map<SysrootPath, PayloadEntry>();
	const findings: PayloadFinding[] = [];
	const directories = new Map<SysrootPath, SysrootPath>();
	const isLibraryCode = picomatch(
		scriptRules.map(rule => rule.pattern),
		{dot: true},
	);
	const isModule = picomatch(
		scriptRules.filter(rule => rule.unlessLinked !== true).map(rule => rule.pattern),
		{dot: true},
	);

	/** The same directory without links; each link passed becomes an entry. */
	function canonicalDirectory(directory: SysrootPath, depth: number): SysrootPath {
		const known = directories.get(directory);
		if (known !== undefined || directory === '/') {
			return known ?? directory;
		}

		const parent = canonicalDirectory(parentOf(directory), depth);
		let canonical = sysrootPath(posix.join(parent, posix.basename(directory)));
		if (sysroot.status(canonical)?.kind === 'symlink' && depth < LINK_LIMIT) {
			const target = addLink(canonical, {kind: 'link', from: directory}, undefined);
			canonical = canonicalDirectory(sysrootPath(posix.resolve(parent, target)), depth + 1);
		}

		directories.set(directory, canonical);
		return canonical;
	}

	function addLink(path: SysrootPath, reason: Reason, owner: InstalledPackage | undefined): string {
		const target = sysroot.linkTarget(path) ?? '';
		if (!entries.has(path)) {
			const leadsTo = sysroot.realPath(path);
			entries.set(path, {kind: 'symlink', path, target, leadsTo, reason, package: owner});
		}

		return target;
	}

	function add(
		asked: SysrootPath,
		reason: Reason,
		owner?: InstalledPackage,
		{depth, started}: Trail = {depth: 0, started: false},
	): PayloadEntry | undefined {
		const directory = canonicalDirectory(parentOf(asked), 0);
		const path = asked === '/' ? asked : sysrootPath(posix.join(directory, posix.basename(asked)));
		const known = entries.get(path);
		if (known !== undefined && known.kind !== 'symlink') {
			return started ? asProgram(known) : known;
		}

		const status = sysroot.status(path);
		if (status === undefined || exclusions.excludes(path)) {
			return undefined;
		}

		if (status.kind === 'symlink') {
			return follow(path, reason, owner, {depth, started});
		}

		const entry = describe(path, status, reason, owner);
		if (entry !== undefined) {
			entries.set(path, entry);
		}

		return entry !== undefined && started ? asProgram(entry) : entry;
	}

	function follow(
		path: SysrootPath,
		reason: Reason,
		owner: InstalledPackage | undefined,
		{depth, started}: Trail,
	): PayloadEntry | undefined {
		const text = addLink(path, reason, owner);
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
			canonicalDirectory(target, depth + 1);
			return entries.get(path);
		}

		return add(target, {kind: 'link', from: path}, undefined, {
			depth: depth + 1,
			started: started || (startingDirectories.has(parentOf(path)) && !isModule(real)),
		});
	}

	/** Where a script lies says nothing of one that is started. */
	function asProgram(entry: PayloadEntry): PayloadEntry {
		const script =
			entry.kind === 'file' && entry.content.kind === 'data' && (entry.mode & 0o111) !== 0
				? readScript(sysroot.elf(entry.path))
				: undefined;
		if (entry.kind !== 'file' || script === undefined) {
			return entry;
		}

		const program = {...entry, content: script};
		entries.set(entry.path, program);
		return program;
	}

	function describe(
		path: SysrootPath,
		status: FileStatus,
		reason: Reason,
		owner: InstalledPackage | undefined,
	): PayloadEntry | undefined {
		if (status.kind === 'directory') {
			return {kind: 'directory', path, mode: status.mode & 0o777, reason, package: owner};
		}

		const hostPath = sysroot.hostPath(path);
		if (status.kind !== 'file' || hostPath === undefined) {
			const message = 'neither a file, a directory nor a link';
			findings.push({code: 'SPECIAL_FILE_LEFT_OUT', path, message});
			return undefined;
		}

		if ((status.mode & 0o6000) !== 0 && (status.mode & 0o111) !== 0) {
			const message = 'a set-id program gains nothing in a bundle; use the one of the host';
			findings.push({code: 'SET_ID_LEFT_OUT', path, message});
			return undefined;
		}

		const content = readContent(path, status);
		if (content === undefined) {
			reportUnreadable(path);
			return undefined;
		}

		const {size, fileId} = status;
		const mode = status.mode & 0o777;
		return {kind: 'file', path, hostPath, mode, size, fileId, content, reason, package: owner};
	}

	function readContent(path: SysrootPath, status: FileStatus): FileContent | undefined {
		const answer = sysroot.elf(path);
		if (answer.status === 'elf') {
			return {kind: 'elf', object: answer.object};
		}

		if (answer.status === 'unreadable') {
			return undefined;
		}

		const isStarted = (status.mode & 0o111) !== 0 && !isLibraryCode(path);
		return (isStarted ? readScript(answer) : undefined) ?? {kind: 'data'};
	}

	function reportUnreadable(path: SysrootPath): void {
		findings.push({code: 'UNREADABLE_LEFT_OUT', path, message: 'not readable by this user'});
	}

	/** As deep as paths can be long: a tree without links has no loops. */
	function addTree(directory: SysrootPath, reason: Reason): void {
		const names = sysroot.list(directory);
		if (names === undefined) {
			reportUnreadable(directory);
			return;
		}

		if (names.length === 0) {
			add(directory, reason);
		}

		for (const name of names) {
			const path = sysrootPath(posix.join(directory, name));
			const kind = sysroot.status(path)?.kind;
			if (kind === 'directory') {
				addTree(path, reason);
			} else if (kind === undefined) {
				reportUnreadable(path);
			} else {
				add(path, reason);
			}
		}
	}

	return {
		entries,
		findings,
		add: (path, reason, owner) => add(path, reason, owner),
		addProgram: (path, reason) => add(path, reason, undefined, {depth: 0, started: true}),
		addTree,
		report(finding) {
			findings.push(finding);
		},
		reportUnreadable,
	};
}

function readScript(answer: ElfAnswer): FileContent | undefined {
	const head = answer.status === 'not-elf' ? answer.script : undefined;
	const shebang = head === undefined ? undefined : readShebang(head);
	return shebang === undefined ? undefined : {kind: 'script', shebang};
}
