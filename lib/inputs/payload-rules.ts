/** Files of packages that no program needs at run time, by a data file that says why. */
import picomatch from 'picomatch';
import {belowUsr} from '../paths/merged-usr.js';
import type {SysrootPath} from '../paths/paths.js';
import payloadRules from './data/payload-rules.json' with {type: 'json'};

/** How a package came to travel: the user named it, it was recommended (or needed by such), or neither. */
export type Standing = 'ordinary' | 'recommended' | 'named';

const rules = payloadRules.map(rule => ({
	matches: picomatch(rule.pattern, {dot: true}),
	exempt: exemptFrom(rule),
}));

/** Whether a path of a package stays behind; who names a package keeps more of its files. */
export function isRuledOut(path: SysrootPath, standing: Standing): boolean {
	const merged = belowUsr(path);
	return rules.some(
		rule => !rule.exempt.includes(standing) && (rule.matches(path) || rule.matches(merged)),
	);
}

function exemptFrom(rule: (typeof payloadRules)[number]): readonly Standing[] {
	if ('unlessRecommended' in rule) {
		return ['recommended', 'named'];
	}

	return 'unlessNamed' in rule ? ['named'] : [];
}
