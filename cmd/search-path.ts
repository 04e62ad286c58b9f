/** Where the user's programs are looked for by name. */
import {posix} from 'node:path';
import {userDirectories} from '../lib/paths/program-directories.js';

/** The absolute directories of `PATH`, in order, each once. */
export function searchPath(): readonly string[] {
	const path = process.env.PATH ?? userDirectories.join(':');
	return [...new Set(path.split(':').filter(directory => posix.isAbsolute(directory)))];
}
