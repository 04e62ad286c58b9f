/** The package managers that know this sysroot: often one, sometimes none. */
import type {HostPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {openDpkgDatabase} from './dpkg-database.js';
import type {PackageDatabase} from './package-database.js';
import {openRpmDatabase} from './rpm-database.js';

/** `cache` is dynpk's own directory; without one nothing is remembered for the next time. */
export function openDatabases(sysroot: Sysroot, cache: HostPath | undefined): PackageDatabase[] {
	return [openDpkgDatabase(sysroot, cache), openRpmDatabase(sysroot)].flatMap(
		database => database ?? [],
	);
}
