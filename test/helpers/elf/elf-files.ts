/** The files below a directory, and which of them begin with the ELF magic. Links are not followed. */
import {closeSync, openSync, readdirSync, readSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';

/** Sorted. */
export function filesUnder(directory: string): readonly HostPath[] {
	const found: HostPath[] = [];
	const pending = [directory];
	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		for (const entry of readdirSync(next, {withFileTypes: true})) {
			const path = join(next, entry.name);
			if (entry.isDirectory()) {
				pending.push(path);
			} else if (entry.isFile()) {
				found.push(hostPath(path));
			}
		}
	}

	return found.sort();
}

/** Makes a question that answers yes for one name of each ELF file. */
export function isNewElf(): (path: HostPath) => boolean {
	const seen = new Set<string>();
	return path => {
		if (!hasMagic(path)) {
			return false;
		}

		const {dev, ino} = statSync(path, {bigint: true});
		const id = `${dev}:${ino}`;
		const isNew = !seen.has(id);
		seen.add(id);
		return isNew;
	};
}

function hasMagic(path: string): boolean {
	const fd = openSync(path, 'r');
	try {
		const bytes = Buffer.alloc(4);
		return readSync(fd, bytes, 0, 4, 0) === 4 && bytes.toString('latin1') === '\x7fELF';
	} finally {
		closeSync(fd);
	}
}
