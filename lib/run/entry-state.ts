/**
 * Whether an unpacked bundle in the cache is still what was unpacked: noticed at each start, so it looks
 * at little.
 *
 * A name that comes, goes or leads elsewhere changes the time of its directory, which nobody can set
 * back; of programs and libraries size and time of modification are remembered besides. The
 * state lies beside the entry under the inode of its top, so it is there before the entry is published. A
 * directory that has changed may only have more in it than before, as root's Python leaves its byte code:
 * then its names decide.
 */
import {
	closeSync,
	constants,
	fstatSync,
	lstatSync,
	openSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	statSync,
	writeFileSync,
	type Stats,
} from 'node:fs';
import {posix} from 'node:path';
import {removeTree} from '../archive/remove-tree.js';
import {errnoOf} from '../errors/dynpk-error.js';
import {hostPath, parentOf, type HostPath} from '../paths/paths.js';
import {withPassingFile} from './passing-file.js';
import {leaveTimeOfUse} from './time-of-use.js';

interface EntryState {
	readonly version: 1;
	/** Its name in the cache: of two entries of ours, one is not the other. */
	readonly entry: string;
	/** Of the top, whose time changes when it is renamed. */
	readonly names: DirectoryNames;
	readonly directories: readonly DirectoryState[];
	/** Libraries, and what `bin/` leads to. */
	readonly objects: readonly ObjectState[];
}

/** Path below the top by its bytes, inode, time of change in milliseconds and parts of them. */
type DirectoryState = readonly [string, number, number];
/** Path, size, time of modification. */
type ObjectState = readonly [string, number, number];
/** Each name with its inode. */
type DirectoryNames = readonly (readonly [string, number])[];

/** More tells of no more damage, and takes longer than a start. */
const MOST_OBJECTS = 1024;

/** Where the state of the entry that `top` is, or becomes, is written; `place` is its name in the cache. */
function statePath(place: HostPath, top: HostPath): HostPath {
	return hostPath(`${place}.${lstatSync(top).ino}.json`);
}

/** Write down what is in a tree. What is looked at seldom has a file of its own. */
export function writeEntryState(place: HostPath, top: HostPath): void {
	const path = statePath(place, top);
	const {state, names} = readTree(top, posix.basename(place));
	writeWhole(namesPath(path), names);
	writeWhole(path, state);
}

/** Forget what was written down. */
export function removeEntryState(place: HostPath, top: HostPath): void {
	const path = statePath(place, top);
	removeTree(path);
	removeTree(namesPath(path));
}

/** Whether the entry is ours and as it was written down. */
export function isEntrySound(place: HostPath): boolean {
	try {
		const top = lstatSync(place);
		const isSound = isOurs(top) && top.isDirectory() && isAsWritten(place);
		if (isSound) {
			leaveTimeOfUse(statePath(place, place));
		}
		return isSound;
	} catch (error) {
		if (errnoOf(error) === undefined && !(error instanceof SyntaxError)) {
			throw error;
		}

		return false;
	}
}

function namesPath(path: HostPath): HostPath {
	return hostPath(`${path}.names`);
}

function writeWhole(path: HostPath, value: unknown): void {
	withPassingFile(parentOf(path), 0o600, (file, unfinished) => {
		writeFileSync(file, JSON.stringify(value));
		renameSync(unfinished, path);
	});
}

function isAsWritten(top: HostPath): boolean {
	const path = statePath(top, top);
	const state = readOwn(path) as EntryState | undefined;
	if (
		state?.version !== 1 ||
		state.entry !== posix.basename(top) ||
		!state.objects.every(object => isUnchangedFile(top, object)) ||
		!hasNames(top, '', state.names)
	) {
		return false;
	}

	const changed = state.directories.filter(directory => !isUnchangedDirectory(top, directory));
	if (changed.length === 0) {
		return true;
	}

	const all = readOwn(namesPath(path)) as Readonly<Record<string, DirectoryNames>> | undefined;
	return changed.every(([inner]) => hasNames(top, inner, all?.[inner]));
}

function isOurs(status: Stats): boolean {
	return status.uid === process.geteuid?.() && (status.mode & 0o022) === 0;
}

/** What we have written ourselves, as it was; `undefined` for a file that others could have written. */
function readOwn(path: HostPath): unknown {
	const file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
	try {
		const status = fstatSync(file);
		return isOurs(status) && status.isFile()
			? JSON.parse(readFileSync(file).toString())
			: undefined;
	} finally {
		closeSync(file);
	}
}

/** Whole numbers of this type take half the time of large ones, and tell a microsecond. */
function statusBelow(top: HostPath, path: string): Stats {
	return lstatSync(placeBelow(top, path));
}

function placeBelow(top: HostPath, path: string): Buffer | string {
	return /^[\x20-\x7e]*$/u.test(path)
		? `${top}/${path}`
		: Buffer.concat([Buffer.from(top), Buffer.from(`/${path}`, 'latin1')]);
}

function isUnchangedFile(top: HostPath, [path, size, modified]: ObjectState): boolean {
	const status = statusBelow(top, path);
	return status.size === size && status.mtimeMs === modified;
}

function isUnchangedDirectory(top: HostPath, [path, inode, changed]: DirectoryState): boolean {
	const status = statusBelow(top, path);
	return status.ino === inode && status.ctimeMs === changed;
}

/** The same files by the same names, and perhaps others. */
function hasNames(top: HostPath, path: string, names: DirectoryNames | undefined): boolean {
	return (
		names?.every(([name, inode]) => statusBelow(top, `${path}/${name}`).ino === inode) ?? false
	);
}

function readTree(
	top: HostPath,
	entry: string,
): {
	readonly state: EntryState;
	readonly names: Readonly<Record<string, DirectoryNames>>;
} {
	const directories: DirectoryState[] = [];
	const objects: ObjectState[] = programsOf(top);
	const all: Record<string, DirectoryNames> = {};
	const read = (path: string): void => {
		const {ino, ctimeMs} = statusBelow(top, path);
		const names: [string, number][] = [];
		let hasOnlyDirectories = true;
		for (const name of readdirSync(placeBelow(top, path), 'latin1').sort()) {
			const inner = path === '' ? name : `${path}/${name}`;
			const status = statusBelow(top, inner);
			names.push([name, status.ino]);
			hasOnlyDirectories &&= status.isDirectory();
			if (status.isDirectory()) {
				read(inner);
			} else if (status.isFile() && isLibrary(name) && objects.length < MOST_OBJECTS) {
				objects.push([inner, status.size, status.mtimeMs]);
			}
		}

		all[path] = names;
		// What is in it is looked at itself.
		if (path !== '' && !(hasOnlyDirectories && names.length > 0)) {
			directories.push([path, ino, ctimeMs]);
		}
	};
	read('');
	return {state: {version: 1, entry, names: all[''] ?? [], directories, objects}, names: all};
}

function isLibrary(name: string): boolean {
	return /\.so(?:\.|$)/u.test(name);
}

/** What the names in `bin/` lead to, and the file that lies aside for a launcher. */
function programsOf(top: HostPath): ObjectState[] {
	const names = readdirSync(`${top}/bin`);
	const launchers = names.map(name => realpathSync(`${top}/bin/${name}`));
	const aside = launchers.map(path => path.replace(/[^/]*$/u, name => `.${name}.dynpk`));
	return [...new Set([...launchers, ...aside])].flatMap((path): ObjectState[] => {
		const status = statSync(path, {throwIfNoEntry: false});
		const inner = posix.relative(realpathSync(top), path);
		return status === undefined || inner.startsWith('..')
			? []
			: [[Buffer.from(inner).toString('latin1'), status.size, status.mtimeMs]];
	});
}
