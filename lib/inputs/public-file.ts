/** What any user may read and nobody would call private, of places that hold more than what packages list. */
import type {SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {traceObstacle} from './trace-rules.js';

const READABLE_BY_ALL = 0o004;

/** Whether it is such a file, or a link to one; whatever a trace would not take along is none. */
export function isPublicFile(path: SysrootPath, sysroot: Sysroot): boolean {
	const real = sysroot.realPath(path);
	const status = real === undefined ? undefined : sysroot.status(real);
	return (
		status?.kind === 'file' &&
		(status.mode & READABLE_BY_ALL) !== 0 &&
		traceObstacle(path, undefined, sysroot) === undefined
	);
}
