/**
 * What goes along with a library or another file although no package of the payload lists it: locales,
 * certificates, caches that were made while packages were installed, what a program chooses among and
 * the tools that it calls. By two data files, each rule with its reason.
 */
import {posix} from 'node:path';
import picomatch from 'picomatch';
import {pathPattern} from '../paths/path-pattern.js';
import {comparePaths, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import fileCompanions from './data/file-companions.json' with {type: 'json'};
import companions from './data/payload-companions.json' with {type: 'json'};

export interface Companion {
	readonly path: SysrootPath;
	/** The DT_NEEDED string, or the path, that asked for it. */
	readonly of: string;
	/** One of a set of plug-ins with its registry: beside it nothing of the host must be seen. */
	readonly isPlugin: boolean;
	/** What it belongs to travels with it, as it would with a program that was asked for. */
	readonly isWhole: boolean;
}

export interface CompanionFinder {
	/** Files and directories that these DT_NEEDED strings and paths ask for; each once in all calls. */
	find(names: readonly string[]): readonly Companion[];
}

export function makeCompanionFinder(sysroot: Sysroot): CompanionFinder {
	const known = new Set<string>();
	const rules = [
		...companions.map(rule => ({
			isFor: pathPattern(rule.needed),
			patterns: rule.with,
			isPlugin: 'plugins' in rule,
			isWhole: false,
		})),
		...fileCompanions.map(rule => ({
			isFor: pathPattern(rule.paths),
			patterns: rule.with,
			isPlugin: false,
			isWhole: 'whole' in rule,
		})),
	].map(rule => ({...rule, isDone: false}));
	return {
		find(names) {
			const fresh = names.filter(name => !known.has(name));
			const found: Companion[] = [];
			for (const name of fresh) {
				known.add(name);
				for (const rule of rules.filter(({isDone, isFor}) => !isDone && isFor(name))) {
					rule.isDone = true;
					const paths = rule.patterns.flatMap(pattern => expand(pattern, sysroot));
					const {isPlugin, isWhole} = rule;
					found.push(...paths.map(path => ({path, of: name, isPlugin, isWhole})));
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
