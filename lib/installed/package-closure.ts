/**
 * The packages a package cannot do without, transitively.
 *
 * Hard dependencies only. Packages that exist for the life of a whole system, and never for one
 * program (the package manager, its configuration tools), are left out by the same rules as from a
 * set of package files; naming one as a target overrules them.
 */
import {makeBaseSystemRules} from '../packages/solve/base-system.js';
import type {InstalledPackage, PackageDatabase} from './package-database.js';

export interface PackageInClosure {
	readonly package: InstalledPackage;
	/** The package that needs it; `undefined` for one that was asked for. */
	readonly neededBy: InstalledPackage | undefined;
}

export interface PackageClosure {
	/** In the order of a breadth-first walk from what was asked for. */
	readonly packages: readonly PackageInClosure[];
	/** Left out by a rule. */
	readonly excluded: readonly {readonly name: string; readonly reason: string}[];
}

const findBaseSystemRule = makeBaseSystemRules();

export function walkPackages(
	database: PackageDatabase,
	roots: readonly InstalledPackage[],
): PackageClosure {
	const reached = new Map<InstalledPackage, PackageInClosure>();
	const excluded = new Map<string, string>();
	for (const root of roots) {
		reached.set(root, {package: root, neededBy: undefined});
	}

	// A Map visits what is added while it is walked.
	for (const {package: owner} of reached.values()) {
		for (const group of owner.depends) {
			const needed = firstInstalled(database, group);
			if (needed === undefined || reached.has(needed)) {
				continue;
			}

			const reason = findBaseSystemRule(needed.manager, needed.name)?.reason;
			if (reason === undefined) {
				reached.set(needed, {package: needed, neededBy: owner});
			} else {
				excluded.set(needed.name, reason);
			}
		}
	}

	const byName = [...excluded].sort(([a], [b]) => (a < b ? -1 : 1));
	return {
		packages: [...reached.values()],
		excluded: byName.map(([name, reason]) => ({name, reason})),
	};
}

function firstInstalled(
	database: PackageDatabase,
	group: readonly string[],
): InstalledPackage | undefined {
	for (const name of group) {
		const found = database.find(name);
		if (found !== undefined) {
			return found;
		}
	}

	return undefined;
}
