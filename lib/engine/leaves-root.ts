/** Links of a bundle, followed as its programs would follow them. */
import {posix} from 'node:path';
import {LINK_LIMIT} from '../paths/link-limit.js';
import type {BundledFile} from './bundled-file.js';

/** Whether a file is for the loader, or a link or a chain of links leads to one that is, or out of `root/`. */
export type LeadsToLibrary = (file: BundledFile) => boolean;

/** What is found is remembered: the files of a bundle may be one chain of links. */
export function makeLeadsToLibrary(records: ReadonlyMap<string, BundledFile>): LeadsToLibrary {
	const known = new Map<BundledFile, boolean>();
	const directories = new Map<string, string>();
	const realDirectory = (path: string): string => {
		const real = directories.get(path) ?? throughLinks(path, records);
		directories.set(path, real);
		return real;
	};
	const next = ({path, target = ''}: BundledFile): BundledFile | undefined => {
		const name = target.startsWith('/')
			? `root${target}`
			: posix.join(realDirectory(posix.dirname(path)), target);
		return records.get(posix.join(realDirectory(posix.dirname(name)), posix.basename(target)));
	};
	return file => {
		const passed: BundledFile[] = [];
		let answer: boolean | undefined;
		for (let current = file; answer === undefined;) {
			answer = known.get(current) ?? (passed.length === LINK_LIMIT ? false : atOnce(current));
			passed.push(current);
			if (answer === undefined) {
				const found = next(current);
				answer = found === undefined ? false : undefined;
				current = found ?? current;
			}
		}

		for (const link of passed) {
			known.set(link, answer);
		}

		return answer;
	};
}

/** What a file says itself; `undefined` where that is up to what it leads to. */
function atOnce({isLibrary = false, kind, path, target}: BundledFile): boolean | undefined {
	if (isLibrary || target === undefined) {
		return isLibrary;
	}

	if (kind === 'hardlink') {
		return !target.startsWith('root/');
	}

	return climbsOut(path, target) ? true : undefined;
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
