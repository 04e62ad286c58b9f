/**
 * The rules that every entry of an archive obeys, whether we write it or somebody hands it to us.
 *
 * One top-level directory; the parent of each entry is a directory that came before it, so nothing
 * is ever written through a link; no name twice; hard links lead back to files of the archive,
 * symbolic links stay inside, followed the way the kernel follows them; no set-id. Counts and
 * sizes are bounded. Nothing is touched here: entries pass through or a fault is thrown.
 */
import {posix} from 'node:path';
import {DynpkError, type FaultCode} from '../errors/dynpk-error.js';
import {checkSymlinks, type TreeNode} from './checked-symlinks.js';

export interface EntryLimits {
	readonly entries: number;
	/** Bytes of all files together, and so of each of them. */
	readonly bytes: number;
}

export interface EntryRules {
	/** Thrown on the first entry that breaks a rule. */
	readonly code: FaultCode;
	/** What a message calls the whole: the archive's path, say. */
	readonly subject: string;
	readonly limits?: EntryLimits | undefined;
	readonly signal?: AbortSignal | undefined;
}

/** What the rules look at; the contents are nobody's business here. */
export interface EntryShape {
	readonly path: string;
	readonly kind: 'directory' | 'file' | 'symlink' | 'hardlink';
	readonly mode?: number | undefined;
	readonly size?: number | undefined;
	readonly target?: string | undefined;
}

const defaultLimits: EntryLimits = {entries: 1 << 20, bytes: 256 * 2 ** 30};
/** PATH_MAX with its final NUL, and NAME_MAX. */
const LONGEST_PATH = 4095;
const LONGEST_NAME = 255;
/** Has an empty name, `.` or `..` somewhere. */
const ODD_NAME = /(?:^|\/)\.{0,2}(?:\/|$)/u;
/** Half of a pair, which UTF-8 cannot carry. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/** Looks at entries in their order. */
export interface EntryCheck {
	/** @throws {DynpkError} with the code of the rules */
	check(entry: EntryShape): void;
	/**
	 * To be called when the last entry has gone by, and before anything is published: links may lead
	 * forward, so where they lead is looked at now.
	 *
	 * @throws {DynpkError} with the code of the rules; INTERRUPTED
	 */
	finish(): Promise<void>;
}

/** Pass entries on, each once it is known to be harmless. @throws {DynpkError} as an EntryCheck does */
export async function* checkedEntries<T extends EntryShape>(
	entries: AsyncIterable<T> | Iterable<T>,
	rules: EntryRules,
): AsyncGenerator<T, void, undefined> {
	const rule = makeEntryCheck(rules);
	for await (const entry of entries) {
		rule.check(entry);
		yield entry;
	}

	await rule.finish();
}

export function makeEntryCheck(rules: EntryRules): EntryCheck {
	const seen = new Map<string, TreeNode>();
	const limits = rules.limits ?? defaultLimits;
	let bytes = 0;
	return {
		check(entry) {
			const refuse = (reason: string): never => {
				throw new DynpkError(rules.code, `${rules.subject}: ${entry.path}: ${reason}`);
			};
			checkName(entry.path, refuse);
			checkPlace(entry, seen, refuse);
			checkMode(entry, refuse);
			checkTarget(entry, seen, refuse);
			bytes += entry.size ?? 0;
			if (bytes > limits.bytes) {
				refuse(`more than ${limits.bytes} bytes in all`);
			}
			if (seen.size >= limits.entries) {
				refuse(`more than ${limits.entries} entries`);
			}
			seen.set(entry.path, nodeOf(entry));
		},
		async finish() {
			if (seen.size === 0) {
				throw new DynpkError(rules.code, `${rules.subject}: has no entries`);
			}
			await checkSymlinks(seen, rules);
		},
	};
}

const FILE: TreeNode = {kind: 'file', target: undefined};
const DIRECTORY: TreeNode = {kind: 'directory', target: undefined};

/** Nearly all have nothing of their own. */
function nodeOf({kind, target}: EntryShape): TreeNode {
	switch (kind) {
		case 'file':
			return FILE;
		case 'directory':
			return DIRECTORY;
		case 'symlink':
		case 'hardlink':
			return {kind, target};
	}
}

type Refuse = (reason: string) => never;

function checkName(path: string, refuse: Refuse): void {
	if (path.includes('\0')) {
		refuse('a NUL in the name');
	}
	if (LONE_SURROGATE.test(path)) {
		refuse('the name is not valid text');
	}
	const length = Buffer.byteLength(path);
	if (length > LONGEST_PATH) {
		refuse('the path is too long');
	}
	if (length > LONGEST_NAME || ODD_NAME.test(path)) {
		checkNames(path, refuse);
	}
}

function checkNames(path: string, refuse: Refuse): void {
	for (const name of path.split('/')) {
		if (name === '') {
			refuse('not a relative path in its plain form');
		}
		if (name === '.' || name === '..') {
			refuse(`"${name}" in the path`);
		}
		if (Buffer.byteLength(name) > LONGEST_NAME) {
			refuse('a name in the path is too long');
		}
	}
}

function checkPlace(entry: EntryShape, seen: Map<string, TreeNode>, refuse: Refuse): void {
	if (seen.has(entry.path)) {
		refuse('the name is there twice');
	}
	const parent = posix.dirname(entry.path);
	if (parent === '.') {
		if (seen.size > 0) {
			refuse('a second entry at the top');
		}
		if (entry.kind !== 'directory') {
			refuse('the top-level entry is not a directory');
		}
		return;
	}

	const kind = seen.get(parent)?.kind;
	if (kind === undefined) {
		refuse('no entry for its directory came before it');
	}
	if (kind !== 'directory') {
		refuse(`lies below a ${kind}`);
	}
}

function checkMode(entry: EntryShape, refuse: Refuse): void {
	if (entry.mode !== undefined && (entry.mode & ~0o777) !== 0) {
		refuse(`mode ${entry.mode.toString(8)}: only permission bits are allowed`);
	}
}

function checkTarget(entry: EntryShape, seen: Map<string, TreeNode>, refuse: Refuse): void {
	if (entry.kind !== 'symlink' && entry.kind !== 'hardlink') {
		return;
	}
	const target = entry.target ?? '';
	if (target === '') {
		refuse('a link to nothing');
	}
	if (entry.kind === 'hardlink') {
		if (seen.get(target)?.kind !== 'file') {
			refuse(`a hard link to ${target}, which is no file before it`);
		}

		return;
	}

	if (target.includes('\0')) {
		refuse('a NUL in the link');
	}
	if (LONE_SURROGATE.test(target)) {
		refuse('the link is not valid text');
	}
	if (Buffer.byteLength(target) > LONGEST_PATH) {
		refuse('the link is too long');
	}
	if (target.startsWith('/')) {
		refuse(`an absolute link, to ${target}`);
	}
}
