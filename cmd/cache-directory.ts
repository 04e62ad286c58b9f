/** Where dynpk remembers and unpacks things for the user. */
import {posix} from 'node:path';
import {hostPath, type HostPath} from '../lib/paths/paths.js';

/** `$XDG_CACHE_HOME/dynpk` or `~/.cache/dynpk`; `undefined` where neither is an absolute path. */
export function cacheDirectory(env: Readonly<NodeJS.ProcessEnv>): HostPath | undefined {
	const base =
		env.XDG_CACHE_HOME ?? (env.HOME === undefined ? undefined : posix.join(env.HOME, '.cache'));
	return base !== undefined && posix.isAbsolute(base)
		? hostPath(posix.join(base, 'dynpk'))
		: undefined;
}
