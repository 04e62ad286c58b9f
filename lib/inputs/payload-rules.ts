/** Files of packages that no program needs at run time, by a data file that says why. */
import picomatch from 'picomatch';
import {belowUsr} from '../paths/merged-usr.js';
import type {SysrootPath} from '../paths/paths.js';
import payloadRules from './data/payload-rules.json' with {type: 'json'};

const rules = payloadRules.map(rule => ({
	matches: picomatch(rule.pattern, {dot: true}),
	unlessNamed: 'unlessNamed' in rule,
}));

/** Whether a path of a package stays behind; a package the user named keeps more of its files. */
export function isRuledOut(path: SysrootPath, packageIsNamed: boolean): boolean {
	const merged = belowUsr(path);
	return rules.some(
		rule => !(rule.unlessNamed && packageIsNamed) && (rule.matches(path) || rule.matches(merged)),
	);
}
