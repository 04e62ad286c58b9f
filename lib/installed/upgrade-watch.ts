/**
 * Whether packages are, or were, changed while they are read.
 *
 * Asking for a package manager's lock would take it from who waits for it, and needs root; the kernel
 * tells which locks are held, by inode (proc(5), /proc/locks). What an upgrade has done shows in the
 * database, which is replaced or written to for every package.
 */
import {readFileSync, statSync} from 'node:fs';
import {posix} from 'node:path';
import type {HostPath} from '../paths/paths.js';

const places = [
	{
		manager: 'dpkg',
		locks: ['var/lib/dpkg/lock-frontend', 'var/lib/dpkg/lock'],
		databases: ['var/lib/dpkg/status'],
	},
	...['var/lib/rpm', 'usr/lib/sysimage/rpm'].map(directory => ({
		manager: 'rpm',
		locks: [`${directory}/.rpm.lock`],
		databases: ['rpmdb.sqlite', 'rpmdb.sqlite-wal', 'Packages', 'Packages.db'].map(
			name => `${directory}/${name}`,
		),
	})),
];

/** Package managers that hold their locks; none where the kernel does not tell. */
export function managersAtWork(root: HostPath): readonly string[] {
	const held = heldInodes();
	const isHeld = (lock: string): boolean => {
		const inode = held.size === 0 ? undefined : statusOf(root, lock)?.ino.toString();
		return inode !== undefined && held.has(inode);
	};
	return namesOf(({locks}) => locks.some(isHeld));
}

export interface UpgradeWatch {
	/** Package managers whose database is another one than when the watch began. */
	readonly changed: () => readonly string[];
}

export function watchUpgrades(root: HostPath): UpgradeWatch {
	const stateOf = (database: string): string => {
		const {ino, size, mtimeNs} = statusOf(root, database) ?? {};
		return `${ino} ${size} ${mtimeNs}`;
	};
	const before = new Map(
		places.flatMap(({databases}) => databases.map(name => [name, stateOf(name)] as const)),
	);
	return {
		changed: () =>
			namesOf(({databases}) => databases.some(name => stateOf(name) !== before.get(name))),
	};
}

function namesOf(isMeant: (place: (typeof places)[number]) => boolean): readonly string[] {
	return [...new Set(places.filter(isMeant).map(({manager}) => manager))];
}

/** `1: POSIX  ADVISORY  WRITE 4242 08:01:1234 0 EOF`; a line with `->` waits for the one above. */
function heldInodes(): Set<string> {
	const line = /^\d+: (?!->)\S+ +\S+ +WRITE +-?\d+ +[\da-f]+:[\da-f]+:(?<inode>\d+) /gmu;
	return new Set([...kernelLocks().matchAll(line)].map(({groups}) => groups?.inode ?? ''));
}

function kernelLocks(): string {
	try {
		return readFileSync('/proc/locks', 'latin1');
	} catch {
		return '';
	}
}

function statusOf(root: HostPath, name: string) {
	try {
		return statSync(posix.join(root, name), {bigint: true});
	} catch {
		return undefined;
	}
}
