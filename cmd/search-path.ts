/** Where the user's programs are looked for by name. */
import {posix} from 'node:path';

/** The absolute directories of `PATH`, in order. */
export function searchPath(): readonly string[] {
	const path = process.env.PATH ?? '/usr/local/bin:/usr/bin:/bin';
	return path.split(':').filter(directory => posix.isAbsolute(directory));
}
