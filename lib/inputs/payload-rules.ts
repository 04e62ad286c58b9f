/**
 * Files of packages that no program needs at run time, by a data file that says why, and those among
 * them that a program opens all the same, by another.
 */
import {belowUsr} from '../paths/merged-usr.js';
import {pathPattern, type PathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import payloadExceptions from './data/payload-exceptions.json' with {type: 'json'};
import payloadRules from './data/payload-rules.json' with {type: 'json'};

/** How a package came to travel: the user named it, it was recommended (or needed by such), or neither. */
export type Standing = 'ordinary' | 'recommended' | 'named';

/** Patterns that hold for packages of each standing. */
const ruledOut: Readonly<Record<Standing, PathPattern>> = {
	named: patternOf(rule => !('unlessNamed' in rule) && !('unlessRecommended' in rule)),
	recommended: patternOf(rule => !('unlessRecommended' in rule)),
	ordinary: patternOf(() => true),
};

const excepted = pathPattern(
	payloadExceptions.map(({pattern}) => pattern),
	{dot: true},
);

/** Whether a path of a package stays behind; who names a package keeps more of its files. */
export function isRuledOut(path: SysrootPath, standing: Standing): boolean {
	const names = new Set([path, belowUsr(path)]);
	return [...names].some(name => ruledOut[standing](name) && !excepted(name));
}

function patternOf(isMeant: (rule: (typeof payloadRules)[number]) => boolean): PathPattern {
	return pathPattern(
		payloadRules.filter(isMeant).map(({pattern}) => pattern),
		{dot: true},
	);
}
