/**
 * Files that one run on this machine need not have shown, though any run elsewhere may need them: by
 * a data file, each rule with its reason.
 */
import {posix} from 'node:path';
import {pathPattern} from '../paths/path-pattern.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import traceCompanions from './data/trace-companions.json' with {type: 'json'};

const rules = traceCompanions.map(rule => ({
	isFor: pathPattern(rule.pattern, {dot: true}),
	wanted: rule.with.map(pattern => ({
		directory: posix.dirname(pattern),
		matches: pathPattern(posix.basename(pattern)),
	})),
}));

/** What goes with a traced path, from its own directory and those below it. */
export function traceCompanionsOf(path: SysrootPath, sysroot: Sysroot): SysrootPath[] {
	return rules
		.filter(({isFor}) => isFor(path))
		.flatMap(({wanted}) =>
			wanted.flatMap(({directory, matches}) => {
				const place = sysrootPath(posix.join(posix.dirname(path), directory));
				return (sysroot.list(place) ?? [])
					.filter(name => matches(name))
					.map(name => sysrootPath(posix.join(place, name)));
			}),
		);
}
