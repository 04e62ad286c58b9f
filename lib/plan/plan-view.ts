/**
 * Decide how the programs of a bundle see its paths, and what travels for that.
 *
 * The wish only: what the host offers, the launcher finds out. The table of paths is written
 * wherever some engine could use it, so that DYNPK_ENGINE has something to choose from.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import {chooseEngine, isForLibc, isForPeople, type ProgramFacts} from '../engine/choose-engine.js';
import {compilePathTable} from '../engine/compile-path-table.js';
import type {BundledFile} from '../engine/bundled-file.js';
import {projectedPaths} from '../engine/projected-paths.js';
import type {Payload} from '../inputs/payload.js';
import type {EnvironmentRule, LaunchSpec, ViewLaunch} from '../launcher/launch-spec.js';
import type {KitTool} from '../launcher/launcher-kit.js';
import type {EngineRecord} from '../manifest/manifest.js';
import {bundlePath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {WalkedLoader, WalkedPayload} from '../walk/walked-payload.js';
import {noOrigin, type BundlePlan, type Operation} from './bundle-plan.js';
import type {Environments} from './plan-environments.js';
import {yieldingLibraries} from './plan-linking.js';

/** What the launcher in use can do for engines; `undefined` where it knows of none. */
export interface EngineTools {
	/** `undefined` where none was built for the machine of a loader or program. */
	readonly shimFor: (object: ElfObject) => KitTool | undefined;
}

export interface PlacedShim {
	readonly tool: KitTool;
	/** Its place in the bundle. */
	readonly home: BundlePath;
}

/** How the programs of a bundle see its paths. */
export interface View {
	readonly engine: EngineRecord;
	/**
	 * By the program's path, where there is anything to choose. Of static programs only those that need
	 * a launcher: without one they would see the host's paths only.
	 */
	readonly programs: ReadonlyMap<SysrootPath, ViewLaunch>;
	/** Those that can be loaded into some program, by their place. */
	readonly shims: ReadonlyMap<BundlePath, KitTool>;
}

export interface ViewFacts {
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	/** What launchers do to the environment, which only the shim can undo for the host's programs. */
	readonly environments: Environments;
	readonly tools: EngineTools | undefined;
}

const TABLE_HOME = bundlePath('libexec/dynpk/paths.tbl');

export function chooseView({payload, walked, environments, tools}: ViewFacts): View {
	if (tools === undefined) {
		return directView('the shell launcher knows of no other');
	}

	const programs = programObjects(payload, walked).map(({path, object}) => {
		const loader = walked.programs.get(path)?.loader;
		const shim = loader && shimOf(loader, tools);
		return {
			path,
			linkage: walked.byPath.has(path) ? ('by-path' as const) : linkageOf(object),
			hasShim: shim !== undefined,
			...(shim === undefined ? {} : {shim}),
		};
	});
	const choice = chooseEngine({
		data: firstDataFile(payload, walked),
		variables: [...environments.values()].flatMap(rules =>
			rules.filter(({when}) => when === 'always').map(({variable}) => variable),
		),
		programs,
	});
	if (choice.engine === 'direct') {
		return directView(choice.reason);
	}

	/* The shim that can be loaded into it, be that enough or not. */
	const reaching = ({linkage, shim}: (typeof programs)[number]): typeof shim =>
		linkage === 'static' ? undefined : shim;
	const launched = programs.filter(
		({linkage}) => linkage !== 'static' || choice.engine === 'userns',
	);
	return {
		engine: {choice: choice.engine, reason: choice.reason},
		programs: new Map(
			launched.map(program => {
				const {engine, reason} = choice.of(program);
				const shim = reaching(program);
				const loaded = shim === undefined ? {} : {shim: shim.home};
				return [program.path, {engine, reason, table: TABLE_HOME, ...loaded}];
			}),
		),
		shims: new Map(
			programs.flatMap(program => {
				const shim = reaching(program);
				return shim === undefined ? [] : [[shim.home, shim.tool] as const];
			}),
		),
	};
}

/** What can be loaded into the programs of a loader, be that enough or not. */
export function shimOf(loader: WalkedLoader, tools: EngineTools): PlacedShim | undefined {
	const tool = canTakeShim(loader) ? tools.shimFor(loader.facts.object) : undefined;
	const home = bundlePath(posix.join(loader.toolDirectory, 'path-shim.so'));
	return tool && {tool, home};
}

/** With 32 bits the calls of musl have names and structures that are neither its own of old nor glibc's. */
function canTakeShim({facts}: WalkedLoader): boolean {
	return facts.kind === 'glibc' || facts.object.class === 64;
}

/** What travels for it, once everything else is placed. */
export function viewOperations(
	{engine, shims}: View,
	files: readonly Operation[],
	{launches, libraries}: Pick<BundlePlan, 'launches'> & {readonly libraries: ReadonlySet<string>},
): Operation[] {
	if (engine.choice === 'direct') {
		return [];
	}

	const yields = yieldingLibraries(files);
	const paths = projectedPaths(
		files.map(file =>
			bundledFile(file, {isLibrary: libraries.has(file.path), yields: yields(file)}),
		),
		launches,
	);
	return [
		...[...shims].map(([home, shim]) => shimFile(home, shim)),
		{
			kind: 'file',
			path: TABLE_HOME,
			mode: 0o644,
			content: {kind: 'bytes', bytes: compilePathTable(paths, standingRules(launches))},
			reason: 'what the bundle has at which path',
			...noOrigin,
		},
	];
}

/** No engine at all. `reason` is one sentence, without a full stop. */
export function directView(reason: string): View {
	return {engine: {choice: 'direct', reason}, programs: new Map(), shims: new Map()};
}

function programObjects(
	payload: Payload,
	walked: WalkedPayload,
): readonly {readonly path: SysrootPath; readonly object: ElfObject}[] {
	return payload.entries.flatMap(entry =>
		entry.kind === 'file' &&
		entry.content.kind === 'elf' &&
		(walked.programs.has(entry.path) || isStaticProgram(entry.content.object))
			? [{path: entry.path, object: entry.content.object}]
			: [],
	);
}

function isStaticProgram({type, flags, interpreter}: ElfObject): boolean {
	return interpreter === undefined && (type === 'executable' || flags.pie);
}

/** Go calls the kernel itself, also where it is linked with a C library. */
function linkageOf(object: ElfObject): ProgramFacts['linkage'] {
	return object.interpreter === undefined ? 'static' : object.isGo ? 'own-calls' : 'dynamic';
}

/** Of what programs look for at its own path; they find each other by PATH, libraries by the loader. */
function firstDataFile(
	{entries}: Payload,
	{programs, libraryDirectories}: WalkedPayload,
): SysrootPath | undefined {
	return entries.find(({path, ...entry}) => {
		if (
			entry.kind !== 'file' ||
			entry.content.kind === 'script' ||
			isForPeople(path) ||
			isForLibc(path)
		) {
			return false;
		}

		const isObject = entry.content.kind === 'elf';
		if (entry.content.kind === 'elf' && isStaticProgram(entry.content.object)) {
			return false;
		}

		const directory = path.slice(0, path.lastIndexOf('/'));
		return !isObject || !(programs.has(path) || libraryDirectories.has(directory));
	})?.path;
}

function shimFile(path: BundlePath, {path: from, size}: KitTool): Operation {
	return {
		kind: 'file',
		path,
		mode: 0o755,
		content: {kind: 'copied', from, size},
		reason: 'shows programs the bundle’s files at their own paths',
		...noOrigin,
	};
}

function bundledFile(
	operation: Operation,
	{isLibrary, yields}: Pick<BundledFile, 'isLibrary' | 'yields'>,
): BundledFile {
	const {path, kind, reason} = operation;
	const target = 'target' in operation ? operation.target : undefined;
	return {path, kind, reason, target, isLibrary, yields};
}

/** What launchers do to the environment under every engine, each once: the shim undoes it. */
function standingRules(launches: readonly LaunchSpec[]): EnvironmentRule[] {
	const rules = launches.flatMap(({environment}) =>
		environment
			.filter(({when}) => when === 'always')
			.map(rule => [JSON.stringify(rule), rule] as const),
	);
	return [...new Map(rules).values()];
}
