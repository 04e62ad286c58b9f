/**
 * What a launcher that makes mounts wants to know of each path of a table, without asking the bundle's
 * files or looking at everything below a directory: told by flags of its nodes.
 */
import {posix} from 'node:path';
import type {SysrootPath} from '../paths/paths.js';
import type {ProjectedPath} from './projected-path.js';

const flags = {
	launched: 1,
	library: 2,
	fallback: 4,
	shimOnly: 8,
	certain: 16,
	plain: 32,
	exact: 64,
} as const;

/** A path, the flags of what lies in it, and whether the table makes it an alias. */
export interface FlaggedPath {
	readonly projected: ProjectedPath;
	readonly isAlias: boolean;
	readonly children: readonly number[];
}

export function flagsOf({projected, isAlias, children}: FlaggedPath): number {
	const fallback = projected.isFallback === true ? flags.fallback : 0;
	switch (projected.kind) {
		case 'directory': {
			const shimOnly = isForShimAlone(projected.path) ? flags.shimOnly : 0;
			const exact = projected.holdsUnseen === true ? 0 : flags.exact;
			const isCertain = children.length === 0 || children.some(child => child & flags.certain);
			const isPlain =
				projected.extent === 'whole' ||
				(exact !== 0 && children.every(child => child & flags.plain));
			const shown = (isCertain ? flags.certain : 0) | (isPlain ? flags.plain : 0);
			return fallback | shimOnly | exact | (fallback === 0 && shimOnly === 0 ? shown : 0);
		}

		case 'file': {
			const launched = projected.behind === undefined ? 0 : flags.launched;
			const isPlain = launched === 0 && projected.liesOutside !== true;
			return launched | fallback | whereShown(projected.isLibrary, fallback, isPlain);
		}

		case 'link':
			return fallback | whereShown(projected.isLibrary, fallback, !isAlias);
	}
}

function whereShown(isLibrary: boolean, fallback: number, isPlain: boolean): number {
	if (isLibrary) {
		return flags.library;
	}

	return fallback === 0 ? flags.certain | (isPlain ? flags.plain : 0) : 0;
}

/** The machine's own: no bundle has a say there. */
const machineDirectories: readonly string[] = ['/dev', '/proc', '/run', '/sys'];

/**
 * The C library's modules and locales fit one version of it. Host programs share the view of a
 * namespace and need their own; the bundle's programs are told of theirs by variables.
 */
function isForShimAlone(path: SysrootPath): boolean {
	const above = posix.dirname(path).split('/');
	switch (posix.basename(path)) {
		case 'locale':
			return above.at(-1)?.startsWith('lib') === true;
		case 'gconv':
			return above.some(name => name.startsWith('lib'));
		default:
			return machineDirectories.includes(path);
	}
}
