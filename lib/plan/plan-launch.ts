/** Decide how one program or script of the payload is started in the bundle. */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import type {PayloadFile} from '../inputs/payload.js';
import type {StrategyChoice} from '../launcher/choose-strategy.js';
import type {
	AuditLaunch,
	EnvironmentRule,
	HostRequirements,
	LaunchSpec,
	ViewLaunch,
} from '../launcher/launch-spec.js';
import {comparePaths, payloadPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {LibraryPlacement} from './library-placement.js';
import {programHome, twinHome} from './place-payload.js';
import type {WalkedLoader} from './open-loaders.js';
import type {WalkedPayload, WalkedProgram} from './walk-payload.js';

export interface LaunchFacts {
	readonly walked: WalkedPayload;
	/** Static programs that get a launcher. */
	readonly staticPrograms: ReadonlySet<SysrootPath>;
	readonly placement: LibraryPlacement;
	/** What is done to the environment of each dynamic program. */
	readonly environments: ReadonlyMap<SysrootPath, readonly EnvironmentRule[]>;
	readonly chooseStrategy: (object: ElfObject) => StrategyChoice;
	/** How the audit stub is loaded into programs of a loader; `undefined` where it is not. */
	readonly auditOf: (loader: WalkedLoader) => AuditLaunch | undefined;
	/** `undefined` where no engine but `direct` is known. */
	readonly viewOf: (object: ElfObject) => ViewLaunch | undefined;
}

const anyHost: HostRequirements = {kernel: [0, 0, 0], isa: 0, machine: 0, class: 64};

/** `interpreter` is the launcher of a script's. */
export function planLaunch(
	file: PayloadFile,
	interpreter: BundlePath | undefined,
	facts: LaunchFacts,
): LaunchSpec {
	const launcher = payloadPath(file.path);
	const program = facts.walked.programs.get(file.path);
	if (program !== undefined) {
		return loaderLaunch(file, program, facts);
	}

	if (file.content.kind === 'elf') {
		return staticLaunch(file.path, file.content.object, facts);
	}

	if (interpreter === undefined || file.content.kind !== 'script') {
		throw new Error(`nothing starts ${file.path}`);
	}

	return {
		kind: 'script',
		launcher,
		program: twinHome(file.path),
		interpreter,
		arguments: file.content.shebang.arguments,
		settings: file.content.shebang.settings,
		environment: [],
		requires: anyHost,
	};
}

/** Under its own name, which is the process's. */
function staticLaunch(path: SysrootPath, object: ElfObject, facts: LaunchFacts): LaunchSpec {
	const view = facts.viewOf(object);
	return {
		kind: 'static',
		launcher: payloadPath(path),
		program: twinHome(path),
		environment: [],
		requires: hostRequirements([object]),
		...(view === undefined ? {} : {view}),
	};
}

function loaderLaunch(
	file: PayloadFile,
	{object, closure, loader}: WalkedProgram,
	facts: LaunchFacts,
): LaunchSpec {
	const {options} = loader.facts;
	const privateDirectory = facts.placement.privateDirectories.get(file.path);
	const objects = closure.linkMap.map(entry => entry.object);
	const choice = facts.chooseStrategy(object);
	const audit = facts.auditOf(loader);
	const view = facts.viewOf(object);
	return {
		kind: 'loader',
		launcher: payloadPath(file.path),
		program: programHome(file.path),
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
		libraryPath: [
			...(privateDirectory === undefined ? [] : [privateDirectory]),
			loader.libraryDirectory,
		],
		inhibitRpath: inhibitedLibraries(facts.placement),
		inhibitOwnRpath: leadsOutside(object) && !usesOrigin(object),
		...(audit === undefined ? {} : {audit}),
		...(view === undefined ? {} : {view}),
		environment: facts.environments.get(file.path) ?? [],
		requires: hostRequirements([...objects, loader.facts.object]),
	};
}

/**
 * Libraries in `lib/` with a run path of their own: it counted from another directory, and would
 * now lead out of the bundle. All that they need is in `lib/` beside them.
 */
function inhibitedLibraries(placement: LibraryPlacement): BundlePath[] {
	return placement.libraries
		.filter(({object}) => (object.runpath ?? object.rpath) !== undefined)
		.flatMap(({home, aliases}) => [home, ...aliases])
		.filter(path => posix.dirname(path).startsWith('lib'))
		.sort(comparePaths);
}

function leadsOutside(object: ElfObject): boolean {
	return (object.runpath ?? object.rpath ?? '').split(':').some(part => part.startsWith('/'));
}

function usesOrigin(object: ElfObject): boolean {
	return (object.runpath ?? object.rpath ?? '').includes('ORIGIN');
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
