/** Which program starts a script, as a path inside the sysroot. */
import {posix} from 'node:path';
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import {packageDirectories, userDirectories} from '../paths/program-directories.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {LookUpPlace} from './gather-request.js';
import type {PayloadEntry} from './payload.js';
import {followRedirector} from './redirectors.js';
import type {Shebang} from './shebang.js';
import {findOnPath} from './target.js';

/**
 * The interpreter a script's first line means, links kept; `undefined` where it is not there or
 * cannot be known before run time.
 *
 * `env NAME` in the user's own script means the user's PATH, in a package's script the system's, in
 * one of a prefix that one's own programs first.
 */
export function resolveInterpreter(
	script: PayloadEntry,
	shebang: Shebang,
	place: LookUpPlace,
	sysroot: Sysroot,
): SysrootPath | undefined {
	if (shebang.unsupported !== undefined) {
		return undefined;
	}

	const wanted = shebang.envProgram ?? shebang.interpreter;
	if (!wanted.includes('/')) {
		const directories = searchedBy(script);
		const found = findOnPath(wanted, directories ?? place.searchPath, sysroot);
		return found === undefined || directories !== undefined
			? found
			: (followRedirector(found, place, sysroot)?.to ?? found);
	}

	const path = wanted.startsWith('/') ? sysrootPath(wanted) : undefined;
	return path !== undefined && sysroot.realPath(path) !== undefined ? path : undefined;
}

/** Where a script that is not the user's own looks for programs; `undefined` of one that is. */
export function searchedBy(script: PayloadEntry): readonly string[] | undefined {
	if (script.reason.kind === 'prefix') {
		return [posix.join(script.reason.prefix, 'bin'), ...userDirectories];
	}

	return isOfPackage(script) ? userDirectories : undefined;
}

const ofPackages = new Set<string>(packageDirectories);

/**
 * Also one that a package's link led to, as Debian's `pygettext3` does to `pygettext3.11` of another, and `pdb3` to a
 * module.
 */
function isOfPackage({path, reason}: PayloadEntry): boolean {
	return (
		reason.kind === 'package' ||
		reason.kind === 'interpreter' ||
		(reason.kind === 'link' &&
			(ofPackages.has(parentOf(path)) || isLinkedModule(path, reason.from)))
	);
}

/** Where packages alone put files. */
function isLinkedModule(path: SysrootPath, from: SysrootPath): boolean {
	return ofPackages.has(parentOf(from)) && /^\/usr\/(?!local\/)/u.test(path);
}
