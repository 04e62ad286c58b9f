/** What dpkg has on record, whoever is asked for it: dpkg-query(1), or its files. Types only. */
import type {SysrootPath} from '../paths/paths.js';
import type {InstalledPackage} from './package-database.js';

export interface DpkgRecords {
	/** Everything installed, by name and then by architecture, as dpkg-query orders it. */
	packages(): readonly InstalledPackage[];
	/** In the package's order, directories included. */
	pathsOf(owner: InstalledPackage): SysrootPath[];
	/**
	 * Look for all of these paths at once; the answer knows no others. Of one package for several
	 * architectures the first speaks. Of many packages that list a path, at least two are named.
	 */
	findListers(paths: readonly string[]): (path: string) => readonly InstalledPackage[];
}
