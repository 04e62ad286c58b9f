/** Who owns these paths: a package may own the link by which a file is known, or the file. */
import type {SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {InstalledPackage, PackageDatabase} from './package-database.js';

/** Ask for all of them at once; the answer knows no others. */
export function lookUpOwners(
	paths: readonly SysrootPath[],
	sysroot: Sysroot,
	databases: readonly PackageDatabase[],
): (path: SysrootPath) => InstalledPackage | undefined {
	const real = new Map(paths.map(path => [path, sysroot.realPath(path) ?? path]));
	const asked = [...new Set([...real.keys(), ...real.values()])];
	const owners = new Map(databases.flatMap(database => [...database.owners(asked)]));
	return path => owners.get(path) ?? owners.get(real.get(path) ?? path);
}
