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
} from '../launcher/launch-spec.js';
import {comparePaths, payloadPath, type BundlePath} from '../paths/paths.js';
import type {LibraryPlacement} from './place-libraries.js';
import {programHome, scriptHome} from './place-payload.js';
import type {WalkedLoader, WalkedProgram} from './walk-payload.js';

export interface LaunchFacts {
	readonly placement: LibraryPlacement;
	/** Where the bytes of each object lie, by file id. */
	readonly homes: ReadonlyMap<string, BundlePath>;
	readonly environment: (names: readonly string[]) => readonly EnvironmentRule[];
	readonly chooseStrategy: (object: ElfObject) => StrategyChoice;
	/** How the audit stub is loaded into programs of a loader; `undefined` where it is not. */
	readonly auditOf: (loader: WalkedLoader) => AuditLaunch | undefined;
	/** Every name a program is known by. */
	readonly namesOf: (file: PayloadFile) => readonly string[];
}

export function planLaunch(
	file: PayloadFile,
	program: WalkedProgram | undefined,
	interpreter: BundlePath | undefined,
	facts: LaunchFacts,
): LaunchSpec {
	const launcher = payloadPath(file.path);
	if (program !== undefined) {
		return loaderLaunch(file, program, facts);
	}

	if (interpreter === undefined || file.content.kind !== 'script') {
		throw new Error(`nothing starts ${file.path}`);
	}

	return {
		kind: 'script',
		launcher,
		program: scriptHome(file.path),
		interpreter,
		arguments: file.content.shebang.arguments,
		settings: file.content.shebang.settings,
		environment: [],
		requires: {kernel: [0, 0, 0], isa: 0, machine: 0, class: 64},
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
		environment: facts.environment(facts.namesOf(file)),
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
export function hostRequirements(objects: readonly ElfObject[]): HostRequirements {
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
