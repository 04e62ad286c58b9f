/** Which program starts a script, as a path inside the sysroot. */
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Request} from './request.js';
import type {Shebang} from './shebang.js';
import type {Sysroot} from './sysroot.js';
import {findOnPath} from './target.js';

/**
 * The interpreter a first line means, links kept; `undefined` where it is not there or cannot be
 * known before run time.
 */
export function resolveInterpreter(
	shebang: Shebang,
	request: Request,
	sysroot: Sysroot,
): SysrootPath | undefined {
	if (shebang.unsupported !== undefined) {
		return undefined;
	}

	const wanted = shebang.envProgram ?? shebang.interpreter;
	if (!wanted.includes('/')) {
		return findOnPath(wanted, request, sysroot);
	}

	const path = wanted.startsWith('/') ? sysrootPath(wanted) : undefined;
	return path !== undefined && sysroot.realPath(path) !== undefined ? path : undefined;
}
