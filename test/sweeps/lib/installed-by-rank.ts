/** Installed packages, those that most packages need first. */
import type {InstalledPackage, PackageDatabase} from '../../../lib/installed/package-database.js';
import {comparePaths} from '../../../lib/paths/paths.js';

export function installedByRank(
	database: PackageDatabase,
	counts: ReadonlyMap<string, number>,
): InstalledPackage[] {
	return [...counts]
		.sort(([a, one], [b, other]) => other - one || comparePaths(a, b))
		.flatMap(([name]) => {
			const found = database.find(name);
			return found?.name === name ? [found] : [];
		});
}
