/** The packages that make a program work, from the path it is known by. */
import {posix} from 'node:path';
import {walkPackages} from '../installed/package-closure.js';
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import {LINK_LIMIT} from '../paths/link-limit.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';

/**
 * The owner of each link and of the file it leads to, and the package of the program's own name
 * where that one needs an owner: `python3` for python3-minimal's `/usr/bin/python3`, because who
 * asks for `perl` does not want perl-base.
 */
export function owningPackages(
	path: SysrootPath,
	sysroot: Sysroot,
	databases: readonly PackageDatabase[],
): Set<InstalledPackage> {
	const chain = linkChain(sysroot, path);
	const names = new Set(chain.map(link => posix.basename(link)));
	const found = new Set<InstalledPackage>();
	for (const database of databases) {
		const owners = new Set(database.owners(chain).values());
		for (const name of names) {
			const namesake = database.find(name);
			if (namesake?.name === name && needsOneOf(database, namesake, owners)) {
				found.add(namesake);
			}
		}

		for (const owner of owners) {
			found.add(owner);
		}
	}

	return found;
}

function needsOneOf(
	database: PackageDatabase,
	namesake: InstalledPackage,
	owners: ReadonlySet<InstalledPackage>,
): boolean {
	return walkPackages(database, [namesake]).packages.some(({package: owner}) => owners.has(owner));
}

/** The path, every link it leads through and the file at the end, directories without links. */
function linkChain(sysroot: Sysroot, path: SysrootPath): SysrootPath[] {
	const chain = new Set([path]);
	let current = path;
	for (let hops = 0; hops < LINK_LIMIT; hops++) {
		const directory = sysroot.realPath(sysrootPath(posix.dirname(current))) ?? '/';
		const canonical = sysrootPath(posix.join(directory, posix.basename(current)));
		chain.add(canonical);
		const target = sysroot.linkTarget(canonical);
		if (target === undefined) {
			break;
		}

		current = sysrootPath(posix.resolve(directory, target));
		chain.add(current);
	}

	return [...chain];
}
