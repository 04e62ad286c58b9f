/** What `pack` is asked for where nothing but targets is named. */
import type {PackRequest} from '../../../lib/pack/pack-request.js';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';
import {programDirectories} from '../../../lib/paths/program-directories.js';

/** `place` is where it works, and where private directories are made. */
export function packRequest(place: HostPath, targets: readonly string[]): PackRequest {
	return {
		targets,
		name: undefined,
		output: undefined,
		force: false,
		listedAt: new Map(),
		with: [],
		scan: [],
		traces: [],
		level: undefined,
		exclude: [],
		verbatim: [],
		engine: 'auto',
		repositories: [],
		libraryPath: '',
		session: {},
		missing: 'warn',
		strict: false,
		commands: false,
		suspected: false,
		scope: 'auto',
		recommends: 'named',
		audit: {mode: 'off', allowed: [], allowedPrograms: []},
		launcher: 'auto',
		strategy: 'auto',
		version: '0',
		sysroot: hostPath('/'),
		workingDirectory: place,
		searchPath: programDirectories,
		temporaryDirectory: place,
		cache: place,
	};
}
