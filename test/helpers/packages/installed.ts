/** The databases of a root, where somebody is here to read them. */
import {tmpdir} from 'node:os';
import {openDpkgDatabase} from '../../../lib/installed/dpkg-database.js';
import type {PackageDatabase, UnreadDatabase} from '../../../lib/installed/package-database.js';
import {openRpmDatabase} from '../../../lib/installed/rpm-database.js';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';

export function dpkgOf(root: string, cache?: HostPath): PackageDatabase | undefined {
	const places = {cache, temporary: hostPath(tmpdir())};
	return whatWasRead(openDpkgDatabase(openSysroot(hostPath(root)), places));
}

export function rpmOf(root: string, temporary: string): PackageDatabase | undefined {
	return whatWasRead(openRpmDatabase(openSysroot(hostPath(root)), hostPath(temporary)));
}

function whatWasRead(
	database: PackageDatabase | UnreadDatabase | undefined,
): PackageDatabase | undefined {
	if (database !== undefined && 'unread' in database) {
		throw new Error(`${database.missing} is not here to read ${database.unread}`);
	}

	return database;
}
