/**
 * What of an object's run path still holds in a bundle.
 *
 * An element that counts from the object's own place (`$ORIGIN`) does, for the object keeps that place
 * below `root/`. Any other leads out: to a directory of the host, which the launcher forbids, and what
 * the payload has of that directory is then found by the program's own search.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import type {SysrootPath} from '../paths/paths.js';
import type {WalkedPayload} from './walked-payload.js';

/** Element by element; DT_RPATH counts only where there is no DT_RUNPATH. */
export function runPathOf({runpath, rpath}: ElfObject): readonly string[] {
	return (runpath ?? rpath ?? '').split(':').filter(element => element !== '');
}

/** The directory that an element of a run path means for an object at `path`; `undefined` for a relative one. */
export function directoryOf(element: string, path: SysrootPath): string | undefined {
	const [, rest] = fromOrigin.exec(element) ?? [];
	const directory = rest === undefined ? element : posix.join(posix.dirname(path), rest);
	return directory.startsWith('/') ? directory.replace(/(?<=.)\/$/u, '') : undefined;
}

/** Whether an element leads to the same files from below `root/`. */
export function holdsInPlace(element: string, path: SysrootPath): boolean {
	const [, rest] = fromOrigin.exec(element) ?? [];
	// Above `/` there is nothing, and above `root/` there is more.
	return rest !== undefined && !posix.join(posix.dirname(path).slice(1), rest).startsWith('..');
}

/**
 * Whether the launcher switches the run path of an object off: one that leads out, unless what does not
 * would be lost with it. What a plug-in finds beside itself is not in the program's search.
 */
export function isSwitchedOff(
	object: ElfObject,
	path: SysrootPath,
	{carried, libraryDirectories}: Pick<WalkedPayload, 'carried' | 'libraryDirectories'>,
): boolean {
	const home = carried.get(object.fileId);
	const isLibrary = home === undefined || libraryDirectories.has(posix.dirname(home));
	return (
		leadsOut(object, path) &&
		(isLibrary || runPathOf(object).every(element => !element.includes('ORIGIN')))
	);
}

/** Whether any element of its run path leads elsewhere than it did. */
export function leadsOut(object: ElfObject, path: SysrootPath): boolean {
	return runPathOf(object).some(element => !holdsInPlace(element, path));
}

const fromOrigin = /^\$(?:ORIGIN(?![A-Za-z0-9_])|\{ORIGIN\})(.*)$/u;
