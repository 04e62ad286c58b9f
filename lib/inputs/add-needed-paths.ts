/**
 * Add the libraries that objects of a payload ask for by an absolute path.
 *
 * The loader opens such a name as it stands (`_dl_map_object`, elf/dl-load.c), so nothing but a file
 * at that very path answers; a copy among the libraries would never be looked at.
 */
import {sysrootPath} from '../paths/paths.js';
import type {Gathering} from './gathering.js';

export function addNeededPaths({collector, sysroot}: Gathering): void {
	for (const entry of [...collector.entries.values()]) {
		if (entry.kind !== 'file' || entry.content.kind !== 'elf') {
			continue;
		}

		const {needed, filter, auxiliary, interpreter} = entry.content.object;
		for (const name of [...needed, ...filter, ...auxiliary]) {
			const path = name.startsWith('/') && name !== interpreter ? sysrootPath(name) : undefined;
			if (path !== undefined && sysroot.elf(path).status === 'elf') {
				collector.add(path, {kind: 'needed', by: entry.path});
			}
		}
	}
}
