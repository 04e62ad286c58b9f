/**
 * Where a path that is compiled into an object tells what the object reads: its own prefix, by any name
 * that leads there, and the directories of `share` that hold one for each program.
 */
import {posix} from 'node:path';
import {isWithin, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Gathering} from './gathering.js';
import {isShared, isSystem} from './install-trees.js';

export interface CompiledInPlace {
	readonly path: SysrootPath;
	/** `share`: all below is somebody's; `shared`: what lies in a directory of its own; `own`: all. */
	readonly kind: 'share' | 'shared' | 'own';
}

const shares: readonly CompiledInPlace[] = ['/usr/share', '/usr/local/share'].map(path => ({
	path: sysrootPath(path),
	kind: 'share',
}));

/** Where sites keep what no package has. Packages' programs ask there for what others may add. */
const sites: readonly CompiledInPlace[] = ['/opt', '/srv'].map(path => ({
	path: sysrootPath(path),
	kind: 'share',
}));

const PARTS = /^(?:s?bin|lib(?:32|64|exec)?)$/u;
/** What everybody installs into: what lies below tells more. */
const COMMON = /^(?:s?bin|lib(?:32|64|exec)?|share|etc|include|var|src|man)$/u;
/** `P/lib/x/y/z.so` */
const DEPTH = 5;

/** Of an object, by its path. */
export function makeCompiledInPlaces({
	request,
	collector,
}: Pick<Gathering, 'request' | 'collector'>): (object: SysrootPath) => readonly CompiledInPlace[] {
	const links = [...collector.entries.values()].filter(entry => entry.kind === 'symlink');
	const namesOf = (prefix: SysrootPath): SysrootPath[] =>
		links.flatMap(({path, leadsTo}) =>
			leadsTo !== undefined && isWithin(prefix, leadsTo)
				? sysrootPath(path + prefix.slice(leadsTo.length))
				: [],
		);
	const known = new Map<SysrootPath, readonly CompiledInPlace[]>();
	return object => {
		const prefix = prefixAbove(object);
		if (prefix === undefined) {
			return [...shares, ...sites];
		}
		if (isSystem(prefix)) {
			return shares;
		}

		const kind = isShared(prefix, request.environment.HOME) ? 'shared' : 'own';
		const places = known.get(prefix) ?? [
			...shares,
			...sites,
			...[prefix, ...namesOf(prefix)].map(path => ({path, kind}) as const),
		];
		known.set(prefix, places);
		return places;
	};
}

/** Whether a path is one that few programs can mean. */
export function isSpecific(path: SysrootPath, places: readonly CompiledInPlace[]): boolean {
	return places.some(place => {
		if (path === place.path || !isWithin(path, place.path)) {
			return false;
		}

		const [first = '', ...others] = posix.relative(place.path, path).split('/');
		const isCommon = COMMON.test(first);
		switch (place.kind) {
			case 'share':
				return true;
			case 'shared':
				return isCommon && others.length > 0;
			case 'own':
				return !isCommon || others.length > 0;
		}
	});
}

/** The innermost. */
function prefixAbove(object: SysrootPath): SysrootPath | undefined {
	let directory = parentOf(object);
	for (let depth = 0; depth < DEPTH && directory !== '/'; depth++) {
		if (PARTS.test(posix.basename(directory))) {
			return parentOf(directory);
		}

		directory = parentOf(directory);
	}

	return undefined;
}
