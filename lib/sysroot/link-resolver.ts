/**
 * Following links inside a root, as path_resolution(7) says, without ever leaving it.
 *
 * An absolute target starts again at the root and `..` stops there. What a path leads to is
 * remembered together with the number of links it took, so that the limit of forty holds for
 * remembered parts as well.
 */
import {LINK_LIMIT} from '../paths/link-limit.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {DirectoryIndex} from './directory-index.js';

export interface Resolved {
	readonly status: 'found';
	readonly path: SysrootPath;
	readonly isDirectory: boolean;
	/** How many links were followed. */
	readonly links: number;
}

export type Resolution =
	| Resolved
	| {readonly status: 'absent'}
	/** More than forty links: ELOOP. */
	| {readonly status: 'loop'};

/** Where a path's last component lies: its directory without links, and its name there. */
export interface Location {
	readonly directory: SysrootPath;
	readonly name: string;
}

export interface LinkResolver {
	/** Follow every link of a path. */
	resolve(path: SysrootPath): Resolution;
	/** Follow every link but the last component; `undefined` for `/` and where there is nothing. */
	locate(path: SysrootPath): Location | undefined;
}

const ROOT: Resolved = {status: 'found', path: sysrootPath('/'), isDirectory: true, links: 0};
const ABSENT: Resolution = {status: 'absent'};
const LOOP: Resolution = {status: 'loop'};

interface Resolver {
	readonly index: DirectoryIndex;
	/** What paths of directories and links lead to. */
	readonly known: Map<string, Resolution>;
	/** Links on the way to the one that is followed now. */
	readonly beingFollowed: Set<string>;
}

export function makeLinkResolver(index: DirectoryIndex): LinkResolver {
	const resolver: Resolver = {index, known: new Map([['/', ROOT]]), beingFollowed: new Set()};
	return {
		resolve: path => resolve(resolver, path),
		locate(path) {
			const parent = path === '/' ? ABSENT : resolveParent(resolver, path);
			return parent.status === 'found' && parent.isDirectory
				? {directory: parent.path, name: path.slice(path.lastIndexOf('/') + 1)}
				: undefined;
		},
	};
}

/** PATH_MAX, with the NUL behind a path: the kernel opens nothing by a longer one. */
const LONGEST_PATH = 4096;

function resolve(resolver: Resolver, path: SysrootPath): Resolution {
	if (path.length >= LONGEST_PATH) {
		return ABSENT;
	}

	const remembered = resolver.known.get(path);
	if (remembered !== undefined) {
		return remembered;
	}

	const name = path.slice(path.lastIndexOf('/') + 1);
	const resolution = step(resolver, resolveParent(resolver, path), name);
	// A miss or a file in a known directory is cheap to find again, and there is no end of them.
	if (resolution.status === 'loop' || (resolution.status === 'found' && resolution.isDirectory)) {
		resolver.known.set(path, resolution);
	}

	return resolution;
}

function resolveParent(resolver: Resolver, path: SysrootPath): Resolution {
	const slash = path.lastIndexOf('/');
	return slash === 0 ? ROOT : resolve(resolver, path.slice(0, slash) as SysrootPath);
}

/** Go from a directory to one of its entries, following it if it is a link. */
function step(resolver: Resolver, from: Resolution, name: string): Resolution {
	if (from.status !== 'found') {
		return from;
	}

	if (!from.isDirectory) {
		return ABSENT;
	}

	if (name === '' || name === '.') {
		return from;
	}

	return name === '..' ? {...from, path: parentOfReal(from.path)} : enter(resolver, from, name);
}

function enter(resolver: Resolver, from: Resolved, name: string): Resolution {
	const kind = resolver.index.entry(from.path, name)?.kind;
	if (kind === undefined) {
		return ABSENT;
	}

	if (kind !== 'symlink') {
		const path = join(from.path, name);
		return {status: 'found', path, isDirectory: kind === 'directory', links: from.links};
	}

	const target = follow(resolver, from.path, name);
	if (target.status !== 'found') {
		return target;
	}

	const links = from.links + target.links;
	return links > LINK_LIMIT ? LOOP : {...target, links};
}

/**
 * Nesting is refused before the stack could notice, and as late that each look into a chain without
 * end settles the next forty links of it.
 */
const DEEPEST = 2 * LINK_LIMIT;

/** Where one link leads, counted from the link itself. */
function follow(resolver: Resolver, directory: SysrootPath, name: string): Resolution {
	const {index, known, beingFollowed} = resolver;
	const path = join(directory, name);
	const remembered = known.get(path);
	if (remembered !== undefined) {
		return remembered;
	}

	const depth = beingFollowed.size;
	if (beingFollowed.has(path) || depth > DEEPEST) {
		return LOOP;
	}

	beingFollowed.add(path);
	const target = index.linkTarget(directory, name) ?? '';
	const resolution = followTarget(resolver, directory, target);
	beingFollowed.delete(path);
	// Whichever end it was met at, behind this link there are more of them than may be followed.
	if (resolution.status === 'found' || (resolution.status === 'loop' && depth <= LINK_LIMIT)) {
		known.set(path, resolution);
	}

	return resolution;
}

function followTarget(resolver: Resolver, directory: SysrootPath, target: string): Resolution {
	const path = target.startsWith('/') ? ROOT.path : directory;
	let at: Resolution = target === '' ? ABSENT : {...ROOT, path, links: 1};
	for (const component of target.split('/')) {
		at = step(resolver, at, component);
	}

	return at;
}

// Real paths are joined and shortened here only, by rules that keep them normal.
function join(directory: SysrootPath, name: string): SysrootPath {
	return (directory === '/' ? `/${name}` : `${directory}/${name}`) as SysrootPath;
}

function parentOfReal(path: SysrootPath): SysrootPath {
	return (path.slice(0, Math.max(path.lastIndexOf('/'), 1)) || '/') as SysrootPath;
}
