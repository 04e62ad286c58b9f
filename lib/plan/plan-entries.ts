/**
 * What `bin/` offers: links to the programs, and launchers for those that care by which path they
 * are started.
 */
import {posix} from 'node:path';
import {entriesByPath} from '../inputs/entries-by-path.js';
import type {PackedProgram, Payload, PayloadEntry} from '../inputs/payload.js';
import type {ForwardLaunch} from '../launcher/launch-spec.js';
import type {ProgramRecord} from '../manifest/manifest.js';
import {bundlePath, payloadPath, type SysrootPath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import {anyHost} from './plan-launches.js';

export interface EntryPlan {
	readonly programs: readonly ProgramRecord[];
	readonly launches: readonly ForwardLaunch[];
	readonly operations: readonly Operation[];
}

export function planEntries(payload: Payload, walked: WalkedPayload): EntryPlan {
	const files = entriesByPath(payload);
	const entries = payload.programs.map(program => ({
		program,
		launch: isOfEnvironment(program, walked, files) ? forwardTo(program) : undefined,
	}));
	return {
		programs: payload.programs.map(({name, path}) => ({
			name,
			path: bundlePath(`bin/${name}`),
			source: path,
		})),
		launches: entries.flatMap(({launch}) => launch ?? []),
		operations: entries.map(({program, launch}) =>
			launch === undefined ? linkTo(program) : launcherFile(launch),
		),
	};
}

/**
 * Whether it is a program of a Python virtual environment: which one it is, Python tells by the path
 * it is started by (PEP 405), so `bin/` needs more than a link.
 */
function isOfEnvironment(
	{path, file}: PackedProgram,
	{programs}: WalkedPayload,
	files: ReadonlyMap<SysrootPath, PayloadEntry>,
): boolean {
	const configuration = posix.join(posix.dirname(path), '..', 'pyvenv.cfg') as SysrootPath;
	return programs.has(file) && files.has(configuration);
}

function forwardTo({name, path}: PackedProgram): ForwardLaunch {
	return {
		kind: 'forward',
		launcher: bundlePath(`bin/${name}`),
		program: payloadPath(path),
		environment: [],
		requires: anyHost,
	};
}

function linkTo({name, path}: PackedProgram): Operation {
	return {
		kind: 'symlink',
		path: bundlePath(`bin/${name}`),
		target: posix.join('..', payloadPath(path)),
		reason: 'target',
		source: path,
		package: undefined,
	};
}

function launcherFile(launch: ForwardLaunch): Operation {
	return {
		kind: 'file',
		path: launch.launcher,
		mode: 0o755,
		content: {kind: 'launcher', launch},
		reason: 'target',
		...noOrigin,
	};
}
