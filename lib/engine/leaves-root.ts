/** Links of a bundle, followed as its programs would follow them. */
import {posix} from 'node:path';
import {LINK_LIMIT} from '../paths/link-limit.js';
import type {BundledFile} from './bundled-file.js';

/** Whether a file is for the loader, or a link or a chain of links leads to one that is, or out of `root/`. */
export function leadsToLibrary(
	file: BundledFile,
	records: ReadonlyMap<string, BundledFile>,
): boolean {
	let current: BundledFile | undefined = file;
	for (let hops = 0; current?.target !== undefined && hops < LINK_LIMIT; hops++) {
		if (current.isLibrary === true) {
			return true;
		}

		if (current.kind === 'hardlink') {
			return !current.target.startsWith('root/');
		}

		if (climbsOut(current.path, current.target)) {
			return true;
		}

		const directory = throughLinks(posix.dirname(current.path), records);
		const name = throughLinks(posix.dirname(posix.join(directory, current.target)), records);
		current = records.get(posix.join(name, posix.basename(current.target)));
	}

	return current?.isLibrary === true;
}

/** Where a directory of the bundle really lies: `root/lib` is `root/usr/lib` on a merged system. */
function throughLinks(directory: string, records: ReadonlyMap<string, BundledFile>): string {
	let real = '';
	let rest = directory.split('/');
	for (let hops = 0; rest.length > 0;) {
		const [name = '', ...others] = rest;
		const here = posix.join(real, name);
		const link = records.get(here);
		const target = link?.kind === 'symlink' ? link.target : undefined;
		if (target === undefined || climbsOut(here, target) || ++hops > LINK_LIMIT) {
			real = here;
			rest = others;
			continue;
		}

		const absolute = target.startsWith('/') ? `root${target}` : posix.join(real, target);
		real = '';
		rest = [...absolute.split('/'), ...others];
	}

	return real;
}

/** Whether a link leads out of `root/`; an absolute one starts there. */
export function climbsOut(path: string, target: string): boolean {
	return (
		!target.startsWith('/') && !`${posix.join(posix.dirname(path), target)}/`.startsWith('root/')
	);
}
