/**
 * What goes along with a library although no package of the payload lists it: locales, certificates,
 * caches that were made while packages were installed. By a data file, each rule with its reason.
 */
import {posix} from 'node:path';
import picomatch from 'picomatch';
import {pathPattern} from '../paths/path-pattern.js';
import {comparePaths, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import companions from './data/payload-companions.json' with {type: 'json'};

export interface Companion {
	readonly path: SysrootPath;
	/** The DT_NEEDED string that asked for it. */
	readonly of: string;
	/** One of a set of plug-ins with its registry: beside it nothing of the host must be seen. */
	readonly isPlugin: boolean;
}

export interface CompanionFinder {
	/** Files and directories that these DT_NEEDED strings ask for; each once in all calls. */
	find(needed: readonly string[]): readonly Companion[];
}

export function makeCompanionFinder(sysroot: Sysroot): CompanionFinder {
	const known = new Set<string>();
	const rules = companions.map(rule => ({
		isFor: pathPattern(rule.needed),
		patterns: rule.with,
		isPlugin: 'plugins' in rule,
		isDone: false,
	}));
	return {
		find(needed) {
			const fresh = needed.filter(name => !known.has(name));
			const found: Companion[] = [];
			for (const name of fresh) {
				known.add(name);
				for (const rule of rules.filter(({isDone, isFor}) => !isDone && isFor(name))) {
					rule.isDone = true;
					const paths = rule.patterns.flatMap(pattern => expand(pattern, sysroot));
					found.push(...paths.map(path => ({path, of: name, isPlugin: rule.isPlugin})));
				}
			}

			return found;
		},
	};
}

/** Name by name; links are taken as they are. */
function expand(pattern: string, sysroot: Sysroot): SysrootPath[] {
	let found = [sysrootPath('/')];
	for (const segment of pattern.split('/').slice(1)) {
		const matches = picomatch(segment, {dot: true});
		found = found.flatMap(directory =>
			(isLiteral(segment)
				? [segment]
				: (sysroot.list(directory) ?? []).filter(name => matches(name))
			)
				.map(name => sysrootPath(posix.join(directory, name)))
				.filter(path => sysroot.realPath(path) !== undefined),
		);
	}

	return found.sort(comparePaths);
}

function isLiteral(segment: string): boolean {
	return !/[*?!{[(]/u.test(segment);
}
