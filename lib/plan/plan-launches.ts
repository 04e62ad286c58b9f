/**
 * How every program and script of the payload is started, and the files that start them.
 */
import {posix} from 'node:path';
import type {Closure} from '../closure/closure.js';
import {resolveInterpreter} from '../inputs/interpreter.js';
import type {Payload, PayloadFile} from '../inputs/payload.js';
import {packageId} from '../installed/package-database.js';
import type {EnvironmentRule, LaunchSpec, LoaderLaunch} from '../launcher/launch-spec.js';
import {payloadPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {noOrigin, type Operation, type PlannedContent} from './bundle-plan.js';
import {makeEnvironment, withParents} from './environment.js';
import {describeReason} from './place-payload.js';
import {planLaunch, type LaunchFacts} from './plan-launch.js';
import type {WalkedPayload} from './walk-payload.js';

export interface LaunchedWorld {
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	readonly sysroot: Sysroot;
	readonly searchPath: readonly string[];
}

/** Where the interpreter's launcher lies in the bundle, by the path of the script. */
export type StartableScripts = ReadonlyMap<SysrootPath, BundlePath>;

/** Scripts whose interpreter travels too, with the interpreter's place in the bundle. */
export function startableScripts({
	payload,
	searchPath,
	sysroot,
}: Omit<LaunchedWorld, 'walked'>): StartableScripts {
	const files = new Set(payload.entries.map(({path}) => path));
	return new Map(
		payload.entries.flatMap(entry => {
			if (entry.kind !== 'file' || entry.content.kind !== 'script') {
				return [];
			}

			const interpreter = resolveInterpreter(entry, entry.content.shebang, searchPath, sysroot);
			const real = interpreter === undefined ? undefined : sysroot.realPath(interpreter);
			return interpreter !== undefined && real !== undefined && files.has(real)
				? [[entry.path, payloadPath(canonicalLink(sysroot, interpreter))]]
				: [];
		}),
	);
}

/** What is done to the environment of each dynamic program, by its path. */
export function planEnvironments(
	world: LaunchedWorld,
	scripts: StartableScripts,
): ReadonlyMap<SysrootPath, readonly EnvironmentRule[]> {
	const {payload, walked} = world;
	const launched = payload.entries.filter(
		({path}) => walked.programs.has(path) || scripts.has(path),
	);
	const rulesFor = makeEnvironment({
		payloadPaths: withParents(payload.entries.map(({path}) => path)),
		programDirectories: searchDirectories(launched.map(({path}) => path)),
	});
	const namesOf = linkNames(world);
	const plugInsConvert = walked.roots.some(
		({role, closure}) => role === 'object' && converts(closure),
	);
	return new Map(
		[...walked.programs].map(([path, {closure}]) => [
			path,
			rulesFor({names: namesOf(path), converts: plugInsConvert || converts(closure)}),
		]),
	);
}

/** The C library has the function, and uses it for others alone. */
function converts({linkMap}: Closure): boolean {
	return linkMap.some(({object}) => object.namesIconv && object.soname !== 'libc.so.6');
}

export function planLaunches(
	payload: Payload,
	scripts: StartableScripts,
	facts: LaunchFacts,
): LaunchSpec[] {
	return payload.entries.flatMap(entry =>
		entry.kind === 'file' &&
		(facts.walked.programs.has(entry.path) ||
			facts.staticPrograms.has(entry.path) ||
			scripts.has(entry.path))
			? [planLaunch(entry, scripts.get(entry.path), facts)]
			: [],
	);
}

export function isSelfReading(launch: LaunchSpec): launch is LoaderLaunch {
	return launch.kind === 'loader' && launch.strategy === 'self';
}

/** A launcher in the program's place; or, where the program must find itself there, beside it. */
export function launcherOperations(launch: LaunchSpec, payload: Payload): Operation[] {
	const reason = `starts ${launch.program}`;
	if (!isSelfReading(launch)) {
		return [launcherFile(launch.launcher, {kind: 'launcher', launch}, reason)];
	}

	const file = payload.entries.find(
		(entry): entry is PayloadFile =>
			entry.kind === 'file' && payloadPath(entry.path) === launch.launcher,
	);
	if (file === undefined) {
		throw new Error(`no payload for ${launch.launcher}`);
	}

	const {hostPath: from, size, path: source} = file;
	return [
		{
			kind: 'file',
			path: launch.launcher,
			mode: 0o755,
			content: {kind: 'self-program', launch, from, size},
			source,
			package: file.package === undefined ? undefined : packageId(file.package),
			reason: describeReason(file.reason),
		},
		launcherFile(launch.program, {kind: 'self-launcher', launch, program: {from, size}}, reason),
	];
}

function launcherFile(path: BundlePath, content: PlannedContent, reason: string): Operation {
	return {kind: 'file', path, mode: 0o755, content, reason, ...noOrigin};
}

/** The same link or file, without links in its directories. */
function canonicalLink(sysroot: Sysroot, path: SysrootPath): SysrootPath {
	const directory = sysroot.realPath(posix.dirname(path) as SysrootPath) ?? posix.dirname(path);
	return posix.join(directory, posix.basename(path)) as SysrootPath;
}

const pathDirectories = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/games', '/usr/sbin', '/sbin'];

/** Directories of `PATH` that have something to offer, in the order they are searched. */
function searchDirectories(launched: readonly SysrootPath[]): SysrootPath[] {
	const used = new Set<string>(launched.map(path => posix.dirname(path)));
	return pathDirectories.filter(directory => used.has(directory)) as SysrootPath[];
}

/** Every name a program is known by: its own and those of the links that lead to it. */
function linkNames({
	payload,
	sysroot,
}: Pick<LaunchedWorld, 'payload' | 'sysroot'>): (path: SysrootPath) => string[] {
	const names = new Map<SysrootPath, string[]>();
	for (const entry of payload.entries) {
		const real = entry.kind === 'symlink' ? sysroot.realPath(entry.path) : undefined;
		if (real !== undefined) {
			names.set(real, [...(names.get(real) ?? []), posix.basename(entry.path)]);
		}
	}

	return path => [posix.basename(path), ...(names.get(path) ?? [])];
}
