/**
 * Whether a directory may hold unpacked programs: one that nobody else can have filled or can change,
 * and that programs can run from.
 *
 * Looked at from the root down, each component once: what belongs to root or to us, is no link and
 * lies in a directory that only these can change (or in a sticky one), nobody else can put
 * something in the place of. So nothing can come between looking at a component and using it. A `noexec` mount is
 * told by access(2), which answers EACCES for a file that has its execute bit; nothing is run to
 * find out.
 */
import {accessSync, constants, lstatSync, mkdirSync, realpathSync, type Stats} from 'node:fs';
import {posix} from 'node:path';
import {errnoOf} from '../errors/dynpk-error.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {withPassingFile} from './passing-file.js';

/** Why a directory is of no use, as a clause that begins with its name; `undefined` when it is fine. */
export type Objection = string | undefined;

/** The directory by its name without links, or what is wrong with it. */
export type PrivateDirectory =
	| {readonly directory: HostPath; readonly objection: undefined}
	| {readonly directory: undefined; readonly objection: string};

const STICKY = 0o1000;
const SEARCH_BY_OTHERS = 0o011;
const WRITE_BY_OTHERS = 0o022;

/** Make the directory if it is not there, and say what is wrong with it. */
export function preparePrivateDirectory(directory: HostPath): PrivateDirectory {
	try {
		const own = lstatSync(directory, {throwIfNoEntry: false});
		const objection = own === undefined ? undefined : objectionToOwn(directory, own);
		if (objection !== undefined) {
			return {directory: undefined, objection};
		}

		return makePrivate(directory);
	} catch (error) {
		const reason = `${directory} cannot be made (${errnoOf(error) ?? String(error)})`;
		return {directory: undefined, objection: reason};
	}
}

/** The same of a directory as it lies: nothing is made. `undefined` where nothing is there. */
export function findPrivateDirectory(directory: HostPath): PrivateDirectory | undefined {
	try {
		const own = lstatSync(directory, {throwIfNoEntry: false});
		if (own === undefined) {
			return undefined;
		}

		const objection = objectionToOwn(directory, own);
		const real = realpathSync(directory);
		const wrong = objection ?? objectionToWay(real, false);
		return wrong === undefined
			? {directory: hostPath(real), objection: undefined}
			: {directory: undefined, objection: wrong};
	} catch (error) {
		const reason = `${directory} cannot be looked at (${errnoOf(error) ?? String(error)})`;
		return {directory: undefined, objection: reason};
	}
}

/** The same of one in a directory that has been prepared. */
export function preparePrivateChild(parent: HostPath, name: string): PrivateDirectory {
	const directory = hostPath(`${parent}/${name}`);
	try {
		const objection = objectionToOwn(directory, existing(directory));
		return objection === undefined ? {directory, objection} : {directory: undefined, objection};
	} catch (error) {
		const reason = `${directory} cannot be made (${errnoOf(error) ?? String(error)})`;
		return {directory: undefined, objection: reason};
	}
}

/** Where links further up lead is where it is: the way there is looked at without them. */
function makePrivate(directory: HostPath): PrivateDirectory {
	const missing: string[] = [];
	let there = directory as string;
	while (lstatSync(there, {throwIfNoEntry: false}) === undefined) {
		missing.unshift(posix.basename(there));
		there = posix.dirname(there);
	}

	let path = realpathSync(there);
	const objection = objectionToWay(path, missing.length > 0);
	if (objection !== undefined) {
		return {directory: undefined, objection};
	}

	for (const name of missing) {
		path = posix.join(path, name);
		const wrong = objectionToOwn(path, existing(path));
		if (wrong !== undefined) {
			return {directory: undefined, objection: wrong};
		}
	}

	return {directory: hostPath(path), objection: undefined};
}

/** Somebody may make it at the same moment: then it is looked at all the same. */
function existing(path: string): Stats {
	const found = lstatSync(path, {throwIfNoEntry: false});
	if (found !== undefined) {
		return found;
	}

	try {
		mkdirSync(path, 0o700);
	} catch (error) {
		if (errnoOf(error) !== 'EEXIST') {
			throw error;
		}
	}

	return lstatSync(path);
}

/** Of a directory that exists: who can change what lies above it, or what is made in it. */
function objectionToWay(real: string, isMadeIn: boolean): Objection {
	const root = lstatSync('/');
	let path = '/';
	let above = root;
	let isOutOfReach = false;
	const canBeChanged = (): boolean =>
		(above.mode & WRITE_BY_OTHERS) !== 0 && (above.mode & STICKY) === 0 && !isOutOfReach;
	for (const name of real.split('/').filter(part => part !== '')) {
		if (canBeChanged()) {
			return `${path} can be written to by others`;
		}

		path = posix.join(path, name);
		const status = lstatSync(path);
		// In a namespace that does not know root, whoever has the root directory stands for it.
		const isTrusted = isOurs(status) || status.uid === 0 || status.uid === root.uid;
		if (!status.isDirectory() || !isTrusted) {
			return `${path} ${status.isDirectory() ? 'belongs to another user' : 'is not a directory'}`;
		}

		isOutOfReach ||= isOurs(status) && (status.mode & SEARCH_BY_OTHERS) === 0;
		above = status;
	}

	return isMadeIn && canBeChanged() ? `${path} can be written to by others` : undefined;
}

function objectionToOwn(path: string, status: Stats): Objection {
	if (status.isSymbolicLink()) {
		return `${path} is a symbolic link`;
	}
	if (!status.isDirectory()) {
		return `${path} is not a directory`;
	}
	if (!isOurs(status)) {
		return `${path} belongs to another user`;
	}
	if ((status.mode & WRITE_BY_OTHERS) !== 0) {
		return `${path} can be written to by others, who may have put programs there: remove it`;
	}
	return undefined;
}

function isOurs({uid}: Stats): boolean {
	return uid === process.geteuid?.();
}

/** Create a file in it, and see whether it could be run. */
export function objectionToPrograms(directory: HostPath): Objection {
	try {
		return withPassingFile(directory, 0o700, (_, probe) => canBeRun(probe))
			? undefined
			: `${directory} is mounted noexec`;
	} catch (error) {
		return `${directory} cannot be written to (${errnoOf(error) ?? String(error)})`;
	}
}

function canBeRun(probe: HostPath): boolean {
	try {
		accessSync(probe, constants.X_OK);
		return true;
	} catch {
		return false;
	}
}
