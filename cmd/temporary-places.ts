/** Where private directories are made, in order of preference. */
import {tmpdir} from 'node:os';
import {hostPath, type HostPath} from '../lib/paths/paths.js';

/** `$TMPDIR` and the usual places; one that is empty is none, as everywhere. */
export function temporaryPlaces(env: Readonly<NodeJS.ProcessEnv>): readonly HostPath[] {
	const own = env.TMPDIR === undefined || env.TMPDIR === '' ? tmpdir() : env.TMPDIR;
	return [...new Set([own, '/tmp', '/var/tmp', '/dev/shm'])].map(path => hostPath(path));
}
