/** Add every ELF file below a directory, with the links to such files, and nothing else of it. */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Collector} from './payload-collector.js';

/**
 * @throws {DynpkError} TARGET_NOT_FOUND for a directory that is not there, PERMISSION for one that
 *   cannot be listed.
 */
export function addScan(directory: SysrootPath, collector: Collector, sysroot: Sysroot): void {
	const real = sysroot.realPath(directory);
	if (real === undefined || sysroot.status(real)?.kind !== 'directory') {
		throw new DynpkError('TARGET_NOT_FOUND', `--scan ${directory}: there is no such directory`);
	}

	if (sysroot.list(real, () => true) === undefined) {
		throw new DynpkError('PERMISSION', `--scan ${directory}: it cannot be listed`);
	}

	// The array is queue and list of what was seen at once: `for…of` visits what is appended.
	const pending = [real];
	for (const current of pending) {
		const names = sysroot.list(current, path => collector.excludes(path));
		if (names === undefined) {
			collector.reportUnreadable(current);
		}

		for (const name of names ?? []) {
			const path = sysrootPath(posix.join(current, name));
			switch (sysroot.status(path)?.kind) {
				case 'directory':
					pending.push(path);
					break;
				case 'file':
				// The name is what $ORIGIN counts from; what a directory's link leads to is not below it.
				case 'symlink':
					addFile(path, {directory, collector, sysroot});
					break;
				case undefined:
					collector.reportUnreadable(path);
					break;
				case 'other':
			}
		}
	}
}

interface Scan {
	readonly directory: SysrootPath;
	readonly collector: Collector;
	readonly sysroot: Sysroot;
}

function addFile(path: SysrootPath, {directory, collector, sysroot}: Scan): void {
	// What cannot be read may be one: the collector says so.
	const {status} = sysroot.elf(path);
	if (status === 'elf' || status === 'unreadable') {
		collector.add(path, {kind: 'scan', directory});
	}
}
