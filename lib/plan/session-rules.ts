/**
 * What of the caller's session a packed interpreter does not get: what names another installation of
 * its language, as modules that a site has loaded do. What names the user's own modules stays.
 *
 * The rules are data, each with its reason, those of variables that stay among them. Launchers carry
 * them out: whether a directory is an installation's shows on the target.
 */
import type {SessionRule} from '../launcher/launch-spec.js';
import {pathPattern} from '../paths/path-pattern.js';
import sessionRules from './data/session-rules.json' with {type: 'json'};

/** The rules for a program of this name. */
export function sessionRulesFor(name: string): readonly SessionRule[] {
	return compiledRules.filter(({isFor}) => isFor(name)).map(({rule}) => rule);
}

const compiledRules = sessionRules.flatMap(({variable, action, programs, marks}) =>
	action === 'aside' || action === 'sift'
		? [{isFor: pathPattern(programs), rule: {variable, action, marks} as const}]
		: [],
);
