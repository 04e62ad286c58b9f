/** The package managers that know this sysroot: often one, sometimes none. */
import type {HostPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {openDpkgDatabase} from './dpkg-database.js';
import type {PackageDatabase} from './package-database.js';
import {openRpmDatabase} from './rpm-database.js';

export interface DatabasePlaces {
	/** dynpk's own directory; without one nothing is remembered for the next time. */
	readonly cache: HostPath | undefined;
	/** Where a private directory can be made. */
	readonly temporary: HostPath;
}

export function openDatabases(
	sysroot: Sysroot,
	{cache, temporary}: DatabasePlaces,
): PackageDatabase[] {
	return [openDpkgDatabase(sysroot, cache), openRpmDatabase(sysroot, temporary)].flatMap(
		database => database ?? [],
	);
}
