/** Every file below a directory that begins with the ELF magic, each inode once, links not followed. */
import {closeSync, openSync, readdirSync, readSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';

export function elfFilesUnder(directory: string): readonly HostPath[] {
	const found: HostPath[] = [];
	const seen = new Set<string>();
	const pending = [directory];

	for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
		for (const entry of readdirSync(next, {withFileTypes: true})) {
			const path = join(next, entry.name);
			if (entry.isDirectory()) {
				pending.push(path);
			} else if (entry.isFile() && hasMagic(path)) {
				const {dev, ino} = statSync(path, {bigint: true});
				const id = `${dev}:${ino}`;
				if (!seen.has(id)) {
					seen.add(id);
					found.push(hostPath(path));
				}
			}
		}
	}

	return found.sort();
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
