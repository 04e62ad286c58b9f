/**
 * What one path of a sysroot is as an entry of the payload, or the finding why it is none.
 *
 * Whether a text with a first line for the kernel is a script or a module that happens to have one,
 * is a matter of where it lies (data/script-rules.json) and of whether it is started.
 */
import type {InstalledPackage} from '../installed/package-database.js';
import {pathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import type {ElfAnswer, FileStatus, Sysroot} from '../sysroot/sysroot.js';
import scriptRules from './data/script-rules.json' with {type: 'json'};
import type {FileContent, PayloadEntry, PayloadFinding, Reason} from './payload.js';
import {readShebang} from './shebang.js';

export interface Described {
	readonly path: SysrootPath;
	readonly status: FileStatus;
	readonly reason: Reason;
	readonly owner: InstalledPackage | undefined;
	/** Whether it is data, whatever is in it. */
	readonly isVerbatim: boolean;
}

/** A directory or a file, links apart. */
export function describeEntry(
	{path, status, reason, owner, isVerbatim}: Described,
	sysroot: Sysroot,
): PayloadEntry | PayloadFinding {
	if (status.kind === 'directory') {
		return {kind: 'directory', path, mode: status.mode & 0o777, reason, package: owner};
	}

	const hostPath = sysroot.hostPath(path);
	if (status.kind !== 'file' || hostPath === undefined) {
		const message = 'neither a file, a directory nor a link';
		return {code: 'SPECIAL_FILE_LEFT_OUT', path, message};
	}

	if ((status.mode & 0o6000) !== 0 && (status.mode & 0o111) !== 0) {
		const message = 'a set-id program gains nothing in a bundle; use the one of the host';
		return {code: 'SET_ID_LEFT_OUT', path, message};
	}

	const content = isVerbatim ? ({kind: 'data'} as const) : readContent(path, status, sysroot);
	if (content === undefined) {
		return unreadable(path, sysroot);
	}

	const {size, fileId} = status;
	const mode = status.mode & 0o777;
	return {kind: 'file', path, hostPath, mode, size, fileId, content, reason, package: owner};
}

/** Where a script lies says nothing of one that is started, but that modules keep their text; anything else stays what it is. */
export function asProgram(entry: PayloadEntry, sysroot: Sysroot): PayloadEntry {
	if (entry.kind !== 'file' || entry.content.kind !== 'data' || (entry.mode & 0o111) === 0) {
		return entry;
	}

	const script = readScript(sysroot.elf(entry.path));
	if (script === undefined) {
		return entry;
	}

	const {shebang} = script;
	return {...entry, content: isModule(entry.path) ? {kind: 'data', shebang} : script};
}

/** PATH_MAX, with the NUL behind a path. */
const LONGEST_PATH = 4096;

export function unreadable(path: SysrootPath, {root}: Sysroot): PayloadFinding {
	const isTooLong = Buffer.byteLength(path) + (root === '/' ? 0 : root.length) >= LONGEST_PATH;
	const message = isTooLong ? 'its path is too long for the system' : 'not readable by this user';
	return {code: 'UNREADABLE_LEFT_OUT', path, message};
}

const isLibraryCode = pathPattern(
	scriptRules.map(rule => rule.pattern),
	{dot: true},
);

/** Whether what lies there stays a module, though it is started. */
const isModule = pathPattern(
	scriptRules.filter(rule => rule.unlessLinked !== true).map(rule => rule.pattern),
	{dot: true},
);

function readContent(
	path: SysrootPath,
	status: FileStatus,
	sysroot: Sysroot,
): FileContent | undefined {
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

function readScript(answer: ElfAnswer): Extract<FileContent, {kind: 'script'}> | undefined {
	const head = answer.status === 'not-elf' ? answer.script : undefined;
	const shebang = head === undefined ? undefined : readShebang(head);
	return shebang === undefined ? undefined : {kind: 'script', shebang};
}
