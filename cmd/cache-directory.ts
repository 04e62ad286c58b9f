/** Where dynpk remembers and unpacks things for the user. */
import {existsSync} from 'node:fs';
import {posix} from 'node:path';
import {hostPath, type HostPath} from '../lib/paths/paths.js';

/**
 * `$XDG_CACHE_HOME/dynpk`, or `~/.cache/dynpk` where that is empty or not set; `undefined` where neither is an absolute path, or the
 * home is not there: accounts of services have one by name only, and no cache is worth making it.
 */
export function cacheDirectory(env: Readonly<NodeJS.ProcessEnv>): HostPath | undefined {
	const {XDG_CACHE_HOME: asked = ''} = env;
	const base = asked === '' ? cacheOfHome(env.HOME) : asked;
	return base !== undefined && posix.isAbsolute(base)
		? hostPath(posix.join(base, 'dynpk'))
		: undefined;
}

function cacheOfHome(home: string | undefined): string | undefined {
	return home !== undefined && existsSync(`${home}/`) ? posix.join(home, '.cache') : undefined;
}
