/** The package managers that know this sysroot: often one, sometimes none. */
import type {Sysroot} from '../sysroot/sysroot.js';
import type {DatabasePlaces} from './database-places.js';
import {openDpkgDatabase} from './dpkg-database.js';
import type {PackageDatabase, UnreadDatabase} from './package-database.js';
import {openRpmDatabase} from './rpm-database.js';

export interface InstalledPackages {
	readonly databases: readonly PackageDatabase[];
	/** What they would tell, nobody knows. */
	readonly unread: readonly UnreadDatabase[];
}

/** @throws {DynpkError} PACKAGE_UNKNOWN for a database that is damaged; NO_SPACE, PERMISSION, IO */
export function openDatabases(sysroot: Sysroot, places: DatabasePlaces): InstalledPackages {
	const found = [
		openDpkgDatabase(sysroot, places),
		openRpmDatabase(sysroot, places.temporary),
	].filter(database => database !== undefined);
	return {
		databases: found.flatMap(database => ('unread' in database ? [] : [database])),
		unread: found.flatMap(database => ('unread' in database ? [database] : [])),
	};
}
