/**
 * Installed Debian packages, as dpkg has them on record.
 *
 * Its files are read where they are in the one form known (read-dpkg.ts), and dpkg-query(1) is asked
 * where they are not. It would follow links out of a foreign root, so of that it is shown a copy.
 */
import {outsideUsr} from '../paths/merged-usr.js';
import {hostPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {ADMIN_DIRECTORY, INFO_DIRECTORY, openDpkgFiles, STATUS_FILE} from './dpkg-files.js';
import type {DpkgRecords} from './dpkg-records.js';
import type {DatabasePlaces} from './database-places.js';
import type {InstalledPackage, PackageDatabase, UnreadDatabase} from './package-database.js';
import {COARSEST_CLOCK} from './private-cache.js';
import {regularFileAt, withPrivateCopy} from './private-copy.js';
import {queryDpkg} from './query-dpkg.js';
import {readDpkg} from './read-dpkg.js';

/**
 * `undefined` where there is no dpkg database.
 *
 * @throws {DynpkError} PACKAGE_UNKNOWN for a database that is damaged
 */
export function openDpkgDatabase(
	sysroot: Sysroot,
	places: DatabasePlaces,
): PackageDatabase | UnreadDatabase | undefined {
	if ([STATUS_FILE, INFO_DIRECTORY].some(path => sysroot.isHidden(path))) {
		return {manager: 'deb', unread: ADMIN_DIRECTORY, missing: undefined};
	}

	if (regularFileAt(sysroot, STATUS_FILE) === undefined) {
		return undefined;
	}

	const records = openRecords(sysroot, places);
	if (records === undefined) {
		return {manager: 'deb', unread: ADMIN_DIRECTORY, missing: 'dpkg-query'};
	}

	let index: ReadonlyMap<string, InstalledPackage> | undefined;
	return {
		manager: 'deb',
		isInstalled: true,
		find: name => (index ??= indexPackages(records.packages())).get(name),
		names: () => records.packages().map(({name}) => name),
		owners(paths) {
			const listersOf = records.findListers(paths.flatMap(spellings));
			return new Map(
				paths.flatMap(path => {
					const owner = spellings(path)
						.map(spelling => soleOf(listersOf(spelling)))
						.find(candidate => candidate !== undefined);
					return owner === undefined ? [] : [[path, owner]];
				}),
			);
		},
		files: packages => new Map(packages.map(owner => [owner, records.pathsOf(owner)])),
		ownDirectories(packages) {
			const directories = packages.flatMap(owner =>
				records.pathsOf(owner).filter(path => sysroot.status(path)?.kind === 'directory'),
			);
			const listersOf = records.findListers(directories.flatMap(spellings));
			return new Map(
				directories.flatMap(path => {
					const owner = soleOf(spellings(path).flatMap(listersOf));
					return owner === undefined ? [] : [[path, owner]];
				}),
			);
		},
	};
}

/** `undefined` for records that only dpkg-query could read and it is not here. */
function openRecords(
	sysroot: Sysroot,
	{cache, temporary}: DatabasePlaces,
): DpkgRecords | undefined {
	const files = openDpkgFiles(sysroot);
	if (files !== undefined) {
		return readDpkg(files, cache && {top: cache, name: 'installed', settling: COARSEST_CLOCK});
	}

	if (sysroot.root === '/') {
		return queryDpkg(hostPath(ADMIN_DIRECTORY), {atOnce: false});
	}

	const copied = {
		directory: ADMIN_DIRECTORY,
		below: ['info', 'updates'],
		isWanted: (name: string) => /^(?:status|arch|format|[^.].*\.list|\d+)$/u.test(name),
		temporary,
	};
	return withPrivateCopy(sysroot, copied, copy => queryDpkg(copy, {atOnce: true}));
}

function indexPackages(packages: readonly InstalledPackage[]): Map<string, InstalledPackage> {
	const byName = new Map<string, InstalledPackage>();
	for (const owner of packages) {
		byName.set(`${owner.name}:${owner.architecture}`, owner);
		if (!byName.has(owner.name)) {
			byName.set(owner.name, owner);
		}
	}

	// A real package of a name outranks any that merely provides it.
	for (const owner of packages) {
		for (const provided of owner.provides) {
			if (!byName.has(provided)) {
				byName.set(provided, owner);
			}
		}
	}

	// `python3:any` is a dependency that any architecture of the package satisfies.
	for (const [name, owner] of [...byName]) {
		if (!name.includes(':')) {
			byName.set(`${name}:any`, owner);
		}
	}

	return byName;
}

/** Merged-/usr systems list `/bin/sh` or `/usr/bin/sh`, depending on the age of the package. */
function spellings(path: SysrootPath): string[] {
	const outside = outsideUsr(path);
	return outside === undefined ? [path] : [path, outside];
}

/** Several packages list a directory or a link such as /bin, and no one of them owns it. */
function soleOf(listers: readonly InstalledPackage[]): InstalledPackage | undefined {
	return listers.length === 1 ? listers[0] : undefined;
}
