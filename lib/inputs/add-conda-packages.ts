/** The files of a package of conda, and of those that it needs, out of an environment that has more. */
import {posix} from 'node:path';
import type {CondaTarget} from './conda-packages.js';
import type {Gathering} from './gathering.js';
import {directoryPrograms} from './list-programs.js';
import type {NamedProgram} from './payload.js';
import {asPrefix} from './prefixes.js';

/** Returns the programs of the package itself. */
export function addCondaPackages(
	{collector, prefixes, sysroot}: Gathering,
	{prefix, own, files, unmet}: CondaTarget,
): NamedProgram[] {
	// Interpreters of its scripts would bring the whole environment.
	prefixes.add(prefix);
	const rule = asPrefix(prefix, sysroot);
	let absent = 0;
	for (const path of files) {
		if (sysroot.status(path) === undefined) {
			absent++;
		} else if (rule?.leaves(posix.relative(prefix, path)) !== true) {
			collector.add(path, {kind: 'prefix', prefix, of: 'conda'});
		}
	}

	if (absent > 0) {
		const message = `${absent} of the files that conda lists are not there`;
		collector.report({code: 'PACKAGE_FILES_ABSENT', path: prefix, message});
	}

	for (const {by, needed} of unmet) {
		const message = `needs ${needed}, of which ${prefix}/conda-meta has no record: what it would bring stays behind`;
		collector.report({code: 'UNRESOLVED_REQUIRES', path: `conda:${by}`, message});
	}

	const ownPaths = new Set<string>(own);
	return directoryPrograms(prefix, sysroot, collector.entries).filter(({path}) =>
		ownPaths.has(path),
	);
}
