/** Files of packages that no program needs at run time, by a data file that says why. */
import {belowUsr} from '../paths/merged-usr.js';
import {pathPattern, type PathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import payloadRules from './data/payload-rules.json' with {type: 'json'};

const isOfNobody = patternOf(rule => !('unlessNamed' in rule));
const isOfTheNamed = patternOf(rule => 'unlessNamed' in rule);

/** Whether a path of a package stays behind; a package the user named keeps more of its files. */
export function isRuledOut(path: SysrootPath, packageIsNamed: boolean): boolean {
	const names = new Set([path, belowUsr(path)]);
	return [...names].some(name => isOfNobody(name) || (!packageIsNamed && isOfTheNamed(name)));
}

function patternOf(isMeant: (rule: (typeof payloadRules)[number]) => boolean): PathPattern {
	return pathPattern(
		payloadRules.filter(isMeant).map(({pattern}) => pattern),
		{dot: true},
	);
}
