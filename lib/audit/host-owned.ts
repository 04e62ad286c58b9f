/**
 * What stays the host's although the bundle has a file there too, by a data file that says why.
 *
 * Some of it is never the bundle's to show, the rest is shown where the host has nothing of that
 * name. A file that the user took along by name is the user's wish, and no rule stands against it.
 */
import {pathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import hostOwned from './data/host-owned.json' with {type: 'json'};

/** `otherwise`: the bundle's is seen where the host has none. */
export type Ownership = 'never' | 'otherwise';

const rules = hostOwned.map(({paths, seen}) => ({
	matches: pathPattern(paths, {dot: true}),
	seen: seen === 'never' ? ('never' as const) : ('otherwise' as const),
}));

/** Of all that is the host's, shown or not. */
export const hostOwnedPatterns: readonly string[] = hostOwned.flatMap(({paths}) => paths);

/** `undefined` for a path that is the bundle's to show. */
export function hostOwnership(path: SysrootPath): Ownership | undefined {
	return rules.find(({matches}) => matches(path))?.seen;
}
