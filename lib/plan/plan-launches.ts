/** Decide how the programs and scripts of a payload are started in the bundle. */
import {posix} from 'node:path';
import {hostOwnership} from '../audit/host-owned.js';
import type {ElfObject} from '../elf/elf-object.js';
import {entriesByPath} from '../inputs/entries-by-path.js';
import type {Payload, PayloadEntry, PayloadFile} from '../inputs/payload.js';
import type {StrategyChoice} from '../launcher/choose-strategy.js';
import type {
	AuditLaunch,
	EnvironmentRule,
	HostRequirements,
	LaunchSpec,
	ViewLaunch,
} from '../launcher/launch-spec.js';
import {payloadPath, type SysrootPath} from '../paths/paths.js';
import {isSwitchedOff} from '../walk/run-path.js';
import type {WalkedLoader, WalkedPayload, WalkedProgram} from '../walk/walked-payload.js';
import {programHome, twinHome} from './homes.js';
import type {LibraryPlacement} from './library-placement.js';
import type {Environments} from './plan-environments.js';
import {leadersOf} from './leaders.js';
import {planMpi} from './plan-mpi.js';
import {sessionRulesFor} from './session-rules.js';

export interface LaunchFacts {
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	readonly placement: LibraryPlacement;
	readonly environments: Environments;
	/** How the launcher in use starts each dynamic program, by its path. */
	readonly strategies: ReadonlyMap<SysrootPath, StrategyChoice>;
	/** How the audit stub is loaded into the programs of each loader, where it is. */
	readonly audits: ReadonlyMap<WalkedLoader, AuditLaunch>;
	/** How programs see the bundle's paths; a static program that is not among them is started as it is. */
	readonly views: ReadonlyMap<SysrootPath, ViewLaunch>;
}

/** What any kernel and any processor offers. */
export const anyHost: HostRequirements = {kernel: [0, 0, 0], isa: 0, machine: 0, class: 64};

/** In the order of the payload. */
export function planLaunches(facts: LaunchFacts): LaunchSpec[] {
	const entries = entriesByPath(facts.payload);
	const mpiOf = planMpi({
		paths: facts.payload.entries.map(({path}) => path),
		objects: facts.walked.roots.filter(({role}) => role === 'object'),
	});
	return facts.payload.entries.flatMap(entry =>
		entry.kind === 'file' ? (launchOf(entry, {...facts, mpiOf}, entries) ?? []) : [],
	);
}

interface AllFacts extends LaunchFacts {
	readonly mpiOf: ReturnType<typeof planMpi>;
}

type Entries = ReadonlyMap<SysrootPath, PayloadEntry>;

function launchOf(file: PayloadFile, facts: AllFacts, entries: Entries): LaunchSpec | undefined {
	const {path, content} = file;
	const program = facts.walked.programs.get(path);
	if (program !== undefined) {
		return loaderLaunch(path, program, facts);
	}

	const view = facts.views.get(path);
	if (content.kind === 'elf' && view !== undefined) {
		return staticLaunch(path, content.object, view);
	}

	const interpreter = facts.payload.interpreters.get(path);
	if (interpreter === undefined || content.kind !== 'script') {
		return undefined;
	}

	return {
		kind: 'script',
		launcher: payloadPath(path),
		program: twinHome(path),
		interpreter: payloadPath(interpreter),
		arguments: content.shebang.arguments,
		settings: content.shebang.settings,
		...(isAtOwnPath(file, facts, entries) ? {isAtOwnPath: true} : {}),
		environment: userModules(facts.payload.userBases.get(path)),
		requires: anyHost,
	};
}

/** Python looks for a user's modules in the home of who starts it; these came from another one. */
function userModules(base: SysrootPath | undefined): readonly EnvironmentRule[] {
	return base === undefined
		? []
		: [
				{
					variable: 'PYTHONUSERBASE',
					action: 'default',
					when: 'always',
					parts: [{kind: 'bundle', text: payloadPath(base)}],
				},
			];
}

/**
 * Whether the script's interpreter finds it where it was installed. A script of the user's own stays
 * where the host's programs find what lies beside it: it may well start some with such paths.
 */
function isAtOwnPath(file: PayloadFile, facts: LaunchFacts, entries: Entries): boolean {
	const isHostsFirst = hostOwnership(file.path) !== undefined;
	return file.package !== undefined && !isHostsFirst && isShimmed(file.path, facts, entries);
}

/** Whether what starts the script at `path`, perhaps a script as well, ends in a program under the shim. */
function isShimmed(path: SysrootPath, facts: LaunchFacts, entries: Entries): boolean {
	const passed = new Set<SysrootPath>();
	let next = facts.payload.interpreters.get(path);
	while (next !== undefined && !passed.has(next)) {
		passed.add(next);
		const entry = entries.get(next);
		if (facts.views.get(next)?.engine === 'shim') {
			return true;
		}

		next = entry?.kind === 'symlink' ? entry.leadsTo : facts.payload.interpreters.get(next);
	}

	return false;
}

/** Under its own name, which is the process's. */
function staticLaunch(path: SysrootPath, object: ElfObject, view: ViewLaunch): LaunchSpec {
	return {
		kind: 'static',
		launcher: payloadPath(path),
		program: twinHome(path),
		environment: [],
		requires: hostRequirements([object]),
		view,
	};
}

function loaderLaunch(path: SysrootPath, program: WalkedProgram, facts: AllFacts): LaunchSpec {
	const {object, closure, loader} = program;
	const {options} = loader.facts;
	const objects = closure.linkMap.map(entry => entry.object);
	const choice = facts.strategies.get(path);
	if (choice === undefined) {
		throw new Error(`nothing says how to start ${path}`);
	}
	const audit = facts.audits.get(loader);
	const view = facts.views.get(path);
	const session = sessionRulesFor(posix.basename(path));
	const leaders = leadersOf(object);
	const mpi = facts.mpiOf(path, closure);
	return {
		kind: 'loader',
		launcher: payloadPath(path),
		program: programHome(path),
		strategy: choice.strategy === 'direct' ? 'exec' : choice.strategy,
		reason: choice.reason,
		loader: loader.home,
		libc: loader.facts.kind,
		loaderOptions: {
			argv0: options.argv0,
			inhibitCache: options.inhibitCache,
			inhibitRpath: options.inhibitRpath,
			preload: options.preload,
			audit: options.audit,
		},
		libraryPath: facts.placement.searches.get(path) ?? [loader.libraryDirectory],
		inhibitRpath: facts.placement.switchedOff,
		inhibitOwnRpath: isSwitchedOff(object, path, facts.walked),
		...(leaders.length === 0 ? {} : {leaders}),
		...(session.length === 0 ? {} : {session}),
		...(mpi === undefined ? {} : {mpi}),
		...(audit === undefined ? {} : {audit}),
		...(view === undefined ? {} : {view}),
		environment: facts.environments.get(path) ?? [],
		requires: hostRequirements([...objects, loader.facts.object]),
	};
}

/** What the host must offer for all of these objects together. */
function hostRequirements(objects: readonly ElfObject[]): HostRequirements {
	const kernels = objects.flatMap(({abiTag}) => (abiTag?.os === 'linux' ? [abiTag.version] : []));
	const [first] = objects;
	return {
		kernel: [...kernels].sort(compareKernels).at(-1) ?? [0, 0, 0],
		isa: objects.reduce((mask, {isaNeeded}) => mask | isaNeeded, 0),
		machine: first?.machine ?? 0,
		class: first?.class ?? 64,
	};
}

function compareKernels(
	a: readonly [number, number, number],
	b: readonly [number, number, number],
): number {
	return a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
}
