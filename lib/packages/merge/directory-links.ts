/**
 * Where a path of a package lies once the links among the directories are followed.
 *
 * A package may bring `/lib64 -> usr/lib64` and another `/lib64/libz.so.1`: the file belongs to
 * `/usr/lib64`, wherever the link comes from. Links are followed inside the root only; one that
 * climbs above it is refused, for no program could mean it.
 */
import {posix} from 'node:path';
import {DynpkError} from '../../errors/dynpk-error.js';
import {LINK_LIMIT} from '../../paths/link-limit.js';
import {sysrootPath, type SysrootPath} from '../../paths/paths.js';

export interface DirectoryLinks {
	/** The same path without links among its directories; its last component is kept. */
	place(path: string, origin: string): SysrootPath;
	/** Where the link at `path` leads, links of its target followed; `undefined` for a loop. */
	resolve(path: SysrootPath): SysrootPath | undefined;
}

interface Followed {
	/** Symlinks by the path their package gave them. */
	readonly links: ReadonlyMap<string, string>;
	readonly remembered: Map<string, string | undefined>;
}

/** `links` holds symlinks by the path their package gave them. */
export function makeDirectoryLinks(links: ReadonlyMap<string, string>): DirectoryLinks {
	const followed: Followed = {links, remembered: new Map()};
	return {
		place: (path, origin) => place(followed, path, origin),
		resolve(path) {
			const found = follow(followed, path, 0);
			return found === undefined ? undefined : sysrootPath(found);
		},
	};
}

function place(followed: Followed, path: string, origin: string): SysrootPath {
	if (!path.startsWith('/') || path.includes('\0') || path.split('/').includes('..')) {
		throw new DynpkError('PAYLOAD_ESCAPES_ROOT', `${origin}: ${path} leads out of the root`);
	}

	const clean = sysrootPath(path);
	const parent = follow(followed, posix.dirname(clean), 0);
	if (parent === undefined) {
		throw new DynpkError(
			'SYMLINK_LOOP',
			`${origin}: ${path} lies behind links that run in a circle`,
		);
	}

	return sysrootPath(posix.join(parent, posix.basename(clean)));
}

/** Follow every link of `path`, the last one included. */
function follow(followed: Followed, path: string, depth: number): string | undefined {
	const {links, remembered} = followed;
	if (path === '/') {
		return path;
	}

	if (depth > LINK_LIMIT) {
		return undefined;
	}

	if (remembered.has(path)) {
		return remembered.get(path);
	}

	const parent = follow(followed, posix.dirname(path), depth);
	const here = parent === undefined ? undefined : posix.join(parent, posix.basename(path));
	const target = here === undefined ? undefined : links.get(here);
	const answer =
		here === undefined || target === undefined
			? here
			: followText(followed, {directory: posix.dirname(here), text: target}, depth + 1);
	remembered.set(path, answer);
	return answer;
}

/** Component by component: `..` counts from where the links before it have led. */
function followText(
	followed: Followed,
	{directory, text}: {readonly directory: string; readonly text: string},
	depth: number,
): string | undefined {
	let at: string | undefined = text.startsWith('/') ? '/' : directory;
	for (const part of text.split('/')) {
		if (at === undefined || depth > LINK_LIMIT) {
			return undefined;
		}

		if (part === '..') {
			at = posix.dirname(at);
		} else if (part !== '' && part !== '.') {
			at = follow(followed, posix.join(at, part), depth);
		}
	}

	return at;
}

/** Refuse a link whose text climbs above the root from where it lies. */
export function refuseClimbingLink(path: SysrootPath, target: string, origin: string): void {
	let depth = target.startsWith('/') ? 0 : path.split('/').length - 2;
	for (const part of target.split('/')) {
		depth += part === '..' ? -1 : part === '' || part === '.' ? 0 : 1;
		if (depth < 0) {
			throw new DynpkError('PAYLOAD_ESCAPES_ROOT', `${origin}: ${path} links out of the root`, {
				details: [`to ${target}`],
			});
		}
	}
}
