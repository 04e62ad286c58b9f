/** Which program starts a script, as a path inside the sysroot. */
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import {userDirectories} from '../paths/program-directories.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {PayloadEntry} from './payload.js';
import type {Shebang} from './shebang.js';
import {findOnPath} from './target.js';

/**
 * The interpreter a script's first line means, links kept; `undefined` where it is not there or
 * cannot be known before run time.
 *
 * `env NAME` in the user's own script means the user's PATH, in a package's script the system's.
 */
export function resolveInterpreter(
	script: PayloadEntry,
	shebang: Shebang,
	searchPath: readonly string[],
	sysroot: Sysroot,
): SysrootPath | undefined {
	if (shebang.unsupported !== undefined) {
		return undefined;
	}

	const wanted = shebang.envProgram ?? shebang.interpreter;
	if (!wanted.includes('/')) {
		const ofPackage = script.reason.kind === 'package' || script.reason.kind === 'interpreter';
		return findOnPath(wanted, ofPackage ? userDirectories : searchPath, sysroot);
	}

	const path = wanted.startsWith('/') ? sysrootPath(wanted) : undefined;
	return path !== undefined && sysroot.realPath(path) !== undefined ? path : undefined;
}
