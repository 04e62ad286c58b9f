/**
 * What `bin/` offers: links to the programs, and launchers for those that care by which path they
 * are started, or that stay modules and have none in their own place.
 */
import {posix} from 'node:path';
import {entriesByPath} from '../inputs/entries-by-path.js';
import type {PackedProgram, Payload, PayloadEntry} from '../inputs/payload.js';
import type {ForwardLaunch, ScriptLaunch} from '../launcher/launch-spec.js';
import type {ProgramRecord} from '../manifest/manifest.js';
import {bundlePath, payloadPath, type SysrootPath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import {anyHost} from './plan-launches.js';

export interface EntryPlan {
	readonly programs: readonly ProgramRecord[];
	readonly launches: readonly EntryLaunch[];
	readonly operations: readonly Operation[];
}

type EntryLaunch = ForwardLaunch | ScriptLaunch;

export function planEntries(payload: Payload, walked: WalkedPayload): EntryPlan {
	const files = entriesByPath(payload);
	const entries = payload.programs.map(program => ({
		program,
		launch: isOfEnvironment(program, walked, files)
			? forwardTo(program)
			: startOfModule(program, payload, files),
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

/** `npm` leads to a module that others load: it keeps its text, and its interpreter is started with it. */
function startOfModule(
	{name, path, file}: PackedProgram,
	{interpreters}: Payload,
	files: ReadonlyMap<SysrootPath, PayloadEntry>,
): ScriptLaunch | undefined {
	const entry = files.get(file);
	const content = entry?.kind === 'file' ? entry.content : undefined;
	const interpreter = interpreters.get(file);
	return content?.kind !== 'data' || content.shebang === undefined || interpreter === undefined
		? undefined
		: {
				kind: 'script',
				launcher: bundlePath(`bin/${name}`),
				program: payloadPath(path),
				interpreter: payloadPath(interpreter),
				arguments: content.shebang.arguments,
				settings: content.shebang.settings,
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

function launcherFile(launch: EntryLaunch): Operation {
	return {
		kind: 'file',
		path: launch.launcher,
		mode: 0o755,
		content: {kind: 'launcher', launch},
		reason: 'target',
		...noOrigin,
	};
}
