/**
 * Where foreign hosts and what they are made of are kept between test runs: outside the tree.
 *
 * Private to its owner, because unpacked packages hold set-user-id programs.
 */
import {mkdirSync} from 'node:fs';
import {homedir} from 'node:os';
import {join} from 'node:path';

/** Name the cache directory, made on the first use. */
export function cacheDirectory(): string {
	const base = process.env.XDG_CACHE_HOME;
	// The XDG base directory specification tells to ignore a relative path.
	const usable = base?.startsWith('/') === true ? base : join(homedir(), '.cache');
	const directory = join(usable, 'dynpk-tests');
	mkdirSync(directory, {recursive: true, mode: 0o700});
	return directory;
}
