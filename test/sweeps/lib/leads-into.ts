/** Whether a path leads to the same file in a bundle as it does here: every link on the way is in it too. */
import {posix} from 'node:path';
import {sysrootPath, type SysrootPath} from '../../../lib/paths/paths.js';
import type {Sysroot} from '../../../lib/sysroot/sysroot.js';

/** The first that is missing on the way, be it a link or the file at the end. */
export function missingOnTheWay(
	path: string,
	carried: ReadonlySet<SysrootPath>,
	sysroot: Sysroot,
): SysrootPath | undefined {
	const pending = path.split('/');
	let at = '/';
	for (let hops = 0; pending.length > 0 && hops < 4096; hops++) {
		const name = pending.shift() ?? '';
		if (name === '' || name === '.') {
			continue;
		}

		const next = sysrootPath(posix.join(at, name));
		const target = name === '..' ? undefined : sysroot.linkTarget(next);
		if (target === undefined) {
			at = next;
			continue;
		}

		if (!carried.has(next)) {
			return next;
		}

		pending.unshift(...target.split('/'));
		at = target.startsWith('/') ? '/' : at;
	}

	const end = sysrootPath(at);
	return carried.has(end) ? undefined : end;
}
