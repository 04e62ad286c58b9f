/** A file that is there for a few calls: to be given its real name by them, or to be gone afterwards. */
import {closeSync, openSync} from 'node:fs';
import {removeTree} from '../archive/remove-tree.js';
import {hostPath, type HostPath} from '../paths/paths.js';
import {passingName} from './leftovers.js';

/** Make it in a directory, and remove what is left of it, however `use` ends. */
export function withPassingFile<T>(
	directory: HostPath,
	mode: number,
	use: (file: number, path: HostPath) => T,
): T {
	const path = hostPath(`${directory}/${passingName()}`);
	try {
		const file = openSync(path, 'wx', mode);
		try {
			return use(file, path);
		} finally {
			closeSync(file);
		}
	} finally {
		removeTree(path);
	}
}
