/** The package managers that know this sysroot: often one, sometimes none. */
import type {Sysroot} from '../sysroot/sysroot.js';
import {openDpkgDatabase} from './dpkg-database.js';
import type {PackageDatabase} from './package-database.js';
import {openRpmDatabase} from './rpm-database.js';

export function openDatabases(sysroot: Sysroot): PackageDatabase[] {
	return [openDpkgDatabase(sysroot), openRpmDatabase(sysroot)].flatMap(database => database ?? []);
}
