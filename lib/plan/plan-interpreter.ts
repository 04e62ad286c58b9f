/**
 * Decide whether an interpreter for programs that are made with the bundle travels: a launcher that
 * linkers write into them as PT_INTERP, so that they start through the bundle's loader.
 *
 * It does where the start files of a C library do: what is linked then is linked against the bundle's
 * C library, and fits no other.
 */
import {posix} from 'node:path';
import type {LaunchSpec, LoaderLaunch} from '../launcher/launch-spec.js';
import {bundlePath, type BundlePath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import {START_FILE} from './plan-linking.js';

const INTERPRETER_HOME = bundlePath('libexec/dynpk/interp');

export function planInterpreter(
	files: readonly Operation[],
	launches: readonly LaunchSpec[],
	{loaders}: WalkedPayload,
): Operation[] {
	const started = launches.filter(
		(launch): launch is LoaderLaunch =>
			launch.kind === 'loader' && launch.loader === loaders[0]?.home,
	);
	// It is the shim that tells linkers of it.
	const model = started.find(({view, strategy}) => view?.shim !== undefined && strategy === 'map');
	if (model === undefined || !files.some(({path}) => posix.basename(path) === START_FILE)) {
		return [];
	}

	const launch: LoaderLaunch = {
		...model,
		launcher: INTERPRETER_HOME,
		program: INTERPRETER_HOME,
		reason: 'the kernel has mapped the program',
		libraryPath: commonSearch(started),
		inhibitRpath: [],
		inhibitOwnRpath: false,
		environment: [],
	};
	return [
		{
			kind: 'file',
			path: INTERPRETER_HOME,
			mode: 0o755,
			content: {kind: 'launcher', launch},
			reason: 'starts what is linked with the bundle',
			...noOrigin,
		},
	];
}

/** What most programs search comes first; what is one program's own is for no other. */
function commonSearch(launches: readonly LoaderLaunch[]): BundlePath[] {
	const counts = new Map<BundlePath, number>();
	for (const directory of launches.flatMap(({libraryPath}) => libraryPath)) {
		if (!directory.startsWith('libexec/')) {
			counts.set(directory, (counts.get(directory) ?? 0) + 1);
		}
	}

	const flat = (directory: BundlePath): number => (directory.startsWith('root/') ? 0 : 1);
	return [...counts]
		.sort(([a, ofA], [b, ofB]) => flat(a) - flat(b) || ofB - ofA || (a < b ? -1 : 1))
		.map(([directory]) => directory);
}
