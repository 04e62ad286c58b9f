/** Which program starts a script, as a path inside the sysroot. */
import {parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import {packageDirectories, userDirectories} from '../paths/program-directories.js';
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
		return findOnPath(wanted, isOfPackage(script) ? userDirectories : searchPath, sysroot);
	}

	const path = wanted.startsWith('/') ? sysrootPath(wanted) : undefined;
	return path !== undefined && sysroot.realPath(path) !== undefined ? path : undefined;
}

const ofPackages = new Set<string>(packageDirectories);

/** Also one that a package's link led to, as Debian's `pygettext3` does to `pygettext3.11` of another. */
function isOfPackage({path, reason: {kind}}: PayloadEntry): boolean {
	return (
		kind === 'package' ||
		kind === 'interpreter' ||
		(kind === 'link' && ofPackages.has(parentOf(path)))
	);
}
