/**
 * Decide what a bundle holds: payload and closures in, an ordered list of operations out.
 *
 * Every fact comes from the stages before; what is fatal among the findings is decided here, and
 * raised as one fault that lists all of them.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import {machineName} from '../elf/elf-machines.js';
import {resolveInterpreter} from '../inputs/interpreter.js';
import {packageId} from '../inputs/installed/package-database.js';
import type {PackedProgram, Payload, PayloadFile} from '../inputs/payload.js';
import type {Request} from '../inputs/request.js';
import type {Sysroot} from '../inputs/sysroot.js';
import type {StrategyChoice} from '../launcher/choose-strategy.js';
import type {ForwardLaunch, LaunchSpec, LoaderLaunch} from '../launcher/launch-spec.js';
import type {FindingRecord, PackageRecord} from '../manifest/manifest.js';
import {bundlePath, payloadPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {BundlePlan, Operation, PlannedLoader} from './bundle-plan.js';
import {makeEnvironment, withParents} from './environment.js';
import {planAudit, type AuditPlan, type AuditRequest} from './plan-audit.js';
import {describeObjects} from './describe-objects.js';
import {nameLibraries} from './name-libraries.js';
import {orderOperations} from './order-operations.js';
import {placeLibraries, type LibraryPlacement} from './place-libraries.js';
import {
	describeReason,
	layOutPayload,
	programHome,
	scriptHome,
	type Carriage,
} from './place-payload.js';
import {planLaunch, type LaunchFacts} from './plan-launch.js';
import {settleMissing} from './settle-missing.js';
import type {WalkedPayload} from './walk-payload.js';

export interface PlanRequest {
	readonly name: string;
	readonly request: Request;
	readonly sysroot: Sysroot;
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	readonly missing: 'error' | 'warn' | 'ignore';
	/** How the launcher in use starts a program. */
	readonly chooseStrategy: (object: ElfObject) => StrategyChoice;
	readonly audit: AuditRequest;
	/** Owners of libraries that are not part of the payload. */
	readonly ownerOf: (path: SysrootPath) => PackageRecord | undefined;
}

/** @throws {DynpkError} UNRESOLVED_NEEDED, SONAME_CLASH */
export function makePlan(planning: PlanRequest): BundlePlan {
	const {payload, walked, name} = planning;
	const missing = settleMissing(walked, planning.missing);
	const scripts = startableScripts(planning);
	const inPlace = homesInPlace(payload, walked);
	const placement = placeLibraries({
		roots: walked.roots,
		named: nameLibraries(payload, walked),
		inPlace,
		loaderIds: new Set(walked.loaders.map(({facts}) => facts.object.fileId)),
	});
	const homes = homesOf(placement, inPlace, walked);
	const audit = planAudit(walked, planning.audit);
	const launches = planLaunches(planning, scripts, placement, homes, audit);
	const forwards = planForwards(planning);
	const selfReading = new Set(launches.filter(isSelfReading).map(({launcher}) => launcher));
	const carriage = (file: PayloadFile): Carriage =>
		selfReading.has(payloadPath(file.path))
			? {kind: 'replaced'}
			: carry(file, scripts, homes, walked);
	const layout = layOutPayload(payload, carriage);
	return {
		name,
		programs: payload.programs.map(program => ({
			name: program.name,
			path: bundlePath(`bin/${program.name}`),
			source: program.path,
		})),
		loaders: walked.loaders.map(loader => plannedLoader(loader)),
		launches: [...launches, ...forwards.values()],
		packages: packageRecords(planning, placement),
		operations: orderOperations([
			...layout.operations,
			...launches.flatMap(launch => launcherOperations(launch, payload)),
			...libraryOperations(placement, payload, planning),
			...loaderOperations(planning),
			...audit.operations,
			...payload.programs.map(program => programOperation(program, forwards)),
		]),
		objects: describeObjects(walked, homes),
		findings: [
			...payload.findings,
			...missing,
			...audit.findings,
			...layout.dropped.map(({path, target}): FindingRecord => ({
				code: 'LINK_TO_HOST_LEFT_OUT',
				path,
				message: `leads to ${target}, which only the running host has`,
			})),
		],
	};
}

/** Scripts whose interpreter travels too, with the interpreter's place in the bundle. */
function startableScripts({
	payload,
	request,
	sysroot,
}: PlanRequest): ReadonlyMap<SysrootPath, BundlePath> {
	const files = new Set(payload.entries.map(({path}) => path));
	return new Map(
		payload.entries.flatMap(entry => {
			if (entry.kind !== 'file' || entry.content.kind !== 'script') {
				return [];
			}

			const interpreter = resolveInterpreter(entry, entry.content.shebang, request, sysroot);
			const real = interpreter === undefined ? undefined : sysroot.realPath(interpreter);
			return interpreter !== undefined && real !== undefined && files.has(real)
				? [[entry.path, payloadPath(canonicalLink(sysroot, interpreter))]]
				: [];
		}),
	);
}

/** The same link or file, without links in its directories. */
function canonicalLink(sysroot: Sysroot, path: SysrootPath): SysrootPath {
	const directory = sysroot.realPath(posix.dirname(path) as SysrootPath) ?? posix.dirname(path);
	return posix.join(directory, posix.basename(path)) as SysrootPath;
}

/** Where objects of the payload keep their bytes, unless they become libraries in `lib/`. */
function homesInPlace(payload: Payload, walked: WalkedPayload): Map<string, BundlePath> {
	const homes = new Map<string, BundlePath>();
	for (const entry of payload.entries) {
		if (entry.kind !== 'file' || entry.content.kind !== 'elf' || homes.has(entry.fileId)) {
			continue;
		}

		if (walked.programs.has(entry.path)) {
			homes.set(entry.fileId, programHome(entry.path));
		} else if (!walked.libraryDirectories.has(posix.dirname(entry.path))) {
			homes.set(entry.fileId, payloadPath(entry.path));
		}
	}

	return homes;
}

function homesOf(
	placement: LibraryPlacement,
	inPlace: ReadonlyMap<string, BundlePath>,
	walked: WalkedPayload,
): Map<string, BundlePath> {
	return new Map([
		...inPlace,
		...placement.libraries.map(({object, home}) => [object.fileId, home] as const),
		...walked.loaders.map(loader => [loader.facts.object.fileId, loader.home] as const),
	]);
}

function carry(
	file: PayloadFile,
	scripts: ReadonlyMap<SysrootPath, BundlePath>,
	homes: ReadonlyMap<string, BundlePath>,
	walked: WalkedPayload,
): Carriage {
	switch (file.content.kind) {
		case 'data':
			return {kind: 'plain'};
		case 'script':
			return scripts.has(file.path)
				? {kind: 'launched', program: scriptHome(file.path)}
				: {kind: 'plain'};
		case 'elf': {
			if (walked.programs.has(file.path)) {
				return {kind: 'launched', program: programHome(file.path)};
			}

			const home = homes.get(file.fileId);
			return home === undefined || home === payloadPath(file.path) || home.startsWith('root/')
				? {kind: 'plain'}
				: {kind: 'moved', to: home};
		}
	}
}

function planLaunches(
	planning: PlanRequest,
	scripts: ReadonlyMap<SysrootPath, BundlePath>,
	placement: LibraryPlacement,
	homes: ReadonlyMap<string, BundlePath>,
	audit: AuditPlan,
): LaunchSpec[] {
	const {payload, walked} = planning;
	const launched = payload.entries.filter(
		(entry): entry is PayloadFile =>
			entry.kind === 'file' && (walked.programs.has(entry.path) || scripts.has(entry.path)),
	);
	const facts: LaunchFacts = {
		placement,
		homes,
		chooseStrategy: planning.chooseStrategy,
		auditOf: audit.launchOf,
		environment: makeEnvironment({
			payloadPaths: withParents(payload.entries.map(({path}) => path)),
			programDirectories: searchDirectories(launched),
		}),
		namesOf: linkNames(planning),
	};
	return launched.map(file => {
		const program = walked.programs.get(file.path);
		return planLaunch(file, program, scripts.get(file.path), facts);
	});
}

const pathDirectories = ['/usr/local/bin', '/usr/bin', '/bin', '/usr/games', '/usr/sbin', '/sbin'];

/** Directories of `PATH` that have something to offer, in the order they are searched. */
function searchDirectories(launched: readonly PayloadFile[]): SysrootPath[] {
	const used = new Set(launched.map(({path}) => posix.dirname(path)));
	return pathDirectories.filter(directory => used.has(directory)) as SysrootPath[];
}

/** Every name a program is known by: its own and those of the links that lead to it. */
function linkNames({payload, sysroot}: PlanRequest): (file: PayloadFile) => string[] {
	const names = new Map<SysrootPath, string[]>();
	for (const entry of payload.entries) {
		const real = entry.kind === 'symlink' ? sysroot.realPath(entry.path) : undefined;
		if (real !== undefined) {
			names.set(real, [...(names.get(real) ?? []), posix.basename(entry.path)]);
		}
	}

	return file => [posix.basename(file.path), ...(names.get(file.path) ?? [])];
}

function isSelfReading(launch: LaunchSpec): launch is LoaderLaunch {
	return launch.kind === 'loader' && launch.strategy === 'self';
}

/** A launcher in the program's place; or, where the program must find itself there, beside it. */
function launcherOperations(launch: LaunchSpec, payload: Payload): Operation[] {
	const reason = `starts ${launch.program}`;
	if (!isSelfReading(launch)) {
		return [{kind: 'write-launcher', path: launch.launcher, launch, program: undefined, reason}];
	}

	const file = payload.entries.find(({path}) => payloadPath(path) === launch.launcher);
	if (file?.kind !== 'file') {
		throw new Error(`no payload for ${launch.launcher}`);
	}

	const {hostPath: from, size, path: source} = file;
	const owner = file.package === undefined ? undefined : packageId(file.package);
	return [
		{
			kind: 'write-self-program',
			path: launch.launcher,
			launch,
			from,
			size,
			source,
			package: owner,
			reason: describeReason(file.reason),
		},
		{kind: 'write-launcher', path: launch.program, launch, program: from, reason},
	];
}

function libraryOperations(
	placement: LibraryPlacement,
	payload: Payload,
	{ownerOf, walked}: PlanRequest,
): Operation[] {
	const requesters = walked.requesters;
	const payloadFiles = new Map(
		payload.entries.flatMap(entry => (entry.kind === 'file' ? [[entry.fileId, entry]] : [])),
	);
	return placement.libraries.flatMap(({object, source, home, aliases}) => {
		const carried = payloadFiles.get(object.fileId);
		const owner = carried?.package;
		const origin = {
			source,
			package: owner === undefined ? ownerOf(source)?.id : packageId(owner),
			reason: requesters.get(object.fileId) ?? 'library of a package',
		};
		const copy: Operation[] = home.startsWith('root/')
			? []
			: [
					{
						kind: 'copy-file',
						path: home,
						from: object.path,
						size: object.size,
						mode: 0o644,
						...origin,
					},
				];
		return [
			...copy,
			...aliases.map((path): Operation => {
				const target = posix.relative(posix.dirname(path), home);
				return {kind: 'make-symlink', path, target, ...origin};
			}),
		];
	});
}

function loaderOperations({walked, ownerOf}: PlanRequest): Operation[] {
	return walked.loaders.flatMap(({home, facts, path, libraryDirectory}): Operation[] => {
		const owner = ownerOf(path)?.id;
		const name = facts.object.soname ?? posix.basename(home);
		const alias = bundlePath(posix.join(libraryDirectory, name));
		return [
			{
				kind: 'copy-loader',
				path: home,
				from: facts.object.path,
				size: facts.object.size,
				mode: 0o755,
				source: path,
				package: owner,
				reason: `loader for ${facts.path}`,
			},
			// A namespace of its own (dlmopen, an auditor) looks for the loader as for any library.
			{
				kind: 'make-symlink',
				path: alias,
				target: posix.relative(libraryDirectory, home),
				source: path,
				package: owner,
				reason: `loader for ${facts.path}`,
			},
		];
	});
}

function plannedLoader({home, facts}: WalkedPayload['loaders'][number]): PlannedLoader {
	return {
		path: home,
		interpreter: facts.path,
		libc: facts.kind,
		version: facts.version ?? 'unknown',
		machine: machineName(facts.object),
		class: facts.object.class,
	};
}

function packageRecords(
	{payload, ownerOf, walked}: PlanRequest,
	placement: LibraryPlacement,
): PackageRecord[] {
	const records = new Map<string, PackageRecord>();
	for (const owner of payload.packages) {
		const {version, architecture, license} = owner;
		const id = packageId(owner);
		records.set(id, {id, version, architecture, ...(license === undefined ? {} : {license})});
	}

	const sources = [
		...placement.libraries.map(({source}) => source),
		...walked.loaders.map(({path}) => path),
	];
	for (const source of sources) {
		const owner = ownerOf(source);
		if (owner !== undefined && !records.has(owner.id)) {
			records.set(owner.id, owner);
		}
	}

	return [...records.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/**
 * Programs of a Python virtual environment: which one it is, Python tells by the path it is started
 * by (PEP 405), so `bin/` needs more than a link.
 */
function planForwards({payload, walked, sysroot}: PlanRequest): Map<string, ForwardLaunch> {
	const files = new Set(payload.entries.map(({path}) => path));
	const environments = payload.programs.filter(({path}) => {
		const real = sysroot.realPath(path);
		const configuration = posix.join(posix.dirname(path), '..', 'pyvenv.cfg') as SysrootPath;
		return real !== undefined && walked.programs.has(real) && files.has(configuration);
	});
	return new Map(
		environments.map(({name, path}) => [
			name,
			{
				kind: 'forward',
				launcher: bundlePath(`bin/${name}`),
				program: payloadPath(path),
				environment: [],
				requires: {kernel: [0, 0, 0], isa: 0, machine: 0, class: 64},
			},
		]),
	);
}

function programOperation(
	{name, path}: PackedProgram,
	forwards: ReadonlyMap<string, ForwardLaunch>,
): Operation {
	const launch = forwards.get(name);
	const place = bundlePath(`bin/${name}`);
	return launch === undefined
		? {
				kind: 'make-symlink',
				path: place,
				target: posix.join('..', payloadPath(path)),
				source: path,
				package: undefined,
				reason: 'target',
			}
		: {kind: 'write-launcher', path: place, launch, program: undefined, reason: 'target'};
}
