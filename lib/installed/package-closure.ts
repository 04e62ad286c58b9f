/**
 * The packages a package cannot do without, transitively, and those it should usually have beside it.
 *
 * Hard dependencies, and the Recommends of those packages for which they are asked. Packages that
 * exist for the life of a whole system, and never for one program (the package manager, its
 * configuration tools), are left out by the same rules as from a set of package files; naming one
 * as a target overrules them.
 */
import {makeBaseSystemRules} from '../packages/solve/base-system.js';
import type {InstalledPackage, PackageDatabase} from './package-database.js';

export interface PackageInClosure {
	readonly package: InstalledPackage;
	/** The package that needs or recommends it; `undefined` for one that was asked for. */
	readonly neededBy: InstalledPackage | undefined;
	/** Nothing needs it. */
	readonly isRecommended: boolean;
}

export interface PackageClosure {
	/** In the order of a breadth-first walk from what was asked for; what is needed comes first. */
	readonly packages: readonly PackageInClosure[];
	/** Whatever a followed recommendation names, be it needed as well. */
	readonly recommended: ReadonlySet<InstalledPackage>;
	/** Left out by a rule. */
	readonly excluded: readonly {readonly name: string; readonly reason: string}[];
	/** Left out by the limits, each with the first that asked for it. */
	readonly leftOut: ReadonlyMap<InstalledPackage, InstalledPackage>;
}

export interface WalkLimits {
	/** Whose Recommends are followed. Default: nobody's. */
	readonly recommendsOf?: (owner: InstalledPackage) => boolean;
	/** Packages whose needs are not followed. Default: none. */
	readonly endsAt?: ReadonlySet<InstalledPackage>;
	/** What `by` asks for in vain; another may get it. Default: nothing. */
	readonly leavesOut?: (asked: InstalledPackage, by: InstalledPackage) => boolean;
}

const findBaseSystemRule = makeBaseSystemRules();

export function walkPackages(
	database: PackageDatabase,
	roots: readonly InstalledPackage[],
	{recommendsOf = () => false, endsAt = new Set(), leavesOut = () => false}: WalkLimits = {},
): PackageClosure {
	const reached = new Map<InstalledPackage, PackageInClosure>();
	const recommended = new Set<InstalledPackage>();
	const excluded = new Map<string, string>();
	const leftOut = new Map<InstalledPackage, InstalledPackage>();
	const isFit = (asked: InstalledPackage, by: InstalledPackage): boolean => {
		const reason = findBaseSystemRule(asked.manager, asked.name)?.reason;
		if (reason !== undefined) {
			excluded.set(asked.name, reason);
		} else if (leavesOut(asked, by)) {
			leftOut.set(asked, leftOut.get(asked) ?? by);
			return false;
		}

		return reason === undefined;
	};
	for (const root of roots) {
		reached.set(root, {package: root, neededBy: undefined, isRecommended: false});
	}

	const wishes: PackageInClosure[] = [];
	const visit = (owner: InstalledPackage): void => {
		for (const needed of endsAt.has(owner) ? [] : firstsInstalled(database, owner.depends)) {
			if (!reached.has(needed) && isFit(needed, owner)) {
				reached.set(needed, {package: needed, neededBy: owner, isRecommended: false});
			}
		}

		for (const wish of recommendsOf(owner) ? firstsInstalled(database, owner.recommends) : []) {
			if (isFit(wish, owner)) {
				recommended.add(wish);
				wishes.push({package: wish, neededBy: owner, isRecommended: true});
			}
		}
	};

	const visited = new Set<InstalledPackage>();
	const visitAll = (): void => {
		// A Map visits what is added while it is walked.
		for (const owner of reached.keys()) {
			if (!visited.has(owner)) {
				visited.add(owner);
				visit(owner);
			}
		}
	};

	visitAll();
	// What is needed is known by now; each wish that is granted brings needs, and perhaps wishes.
	for (const wish of wishes) {
		if (!reached.has(wish.package)) {
			reached.set(wish.package, wish);
			visitAll();
		}
	}

	const byName = [...excluded].sort(([a], [b]) => (a < b ? -1 : 1));
	return {
		packages: [...reached.values()],
		recommended,
		leftOut: new Map([...leftOut].filter(([asked]) => !reached.has(asked))),
		excluded: byName.map(([name, reason]) => ({name, reason})),
	};
}

/** The first that is installed of each group of alternatives. */
function firstsInstalled(
	database: PackageDatabase,
	groups: readonly (readonly string[])[],
): InstalledPackage[] {
	return groups.flatMap(group => {
		for (const name of group) {
			const found = database.find(name);
			if (found !== undefined) {
				return [found];
			}
		}

		return [];
	});
}
