/**
 * Decide what a bundle holds: payload and closures in, an ordered list of operations out.
 *
 * Every fact comes from the stages before; what is fatal among the findings is decided here, and
 * raised as one fault that lists all of them.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import type {Payload, PayloadFile} from '../inputs/payload.js';
import type {StrategyChoice} from '../launcher/choose-strategy.js';
import type {LaunchSpec} from '../launcher/launch-spec.js';
import type {KitTool} from '../launcher/launcher-kit.js';
import type {FindingRecord, PackageRecord} from '../manifest/manifest.js';
import {bundlePath, payloadPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {BundlePlan} from './bundle-plan.js';
import {describeObjects} from './describe-objects.js';
import {libraryOperations, loaderOperations, plannedLoader} from './library-operations.js';
import {localeOperations} from './locale-operations.js';
import {nameLibraries} from './name-libraries.js';
import {orderOperations} from './order-operations.js';
import {packageRecords} from './package-records.js';
import type {LibraryPlacement} from './library-placement.js';
import {placeLibraries} from './place-libraries.js';
import {layOutPayload, programHome, type Carriage} from './place-payload.js';
import {planAudit, type AuditRequest} from './plan-audit.js';
import {planForwards, programOperation} from './plan-entries.js';
import {planFindLibrary} from './plan-find-library.js';
import {
	isSelfReading,
	launcherOperations,
	planEnvironments,
	planLaunches,
	startableScripts,
} from './plan-launches.js';
import {planNames} from './plan-names.js';
import {planView, type EngineTools} from './plan-view.js';
import {settleMissing, type MissingPolicy} from './settle-missing.js';
import type {WalkedPayload} from './walk-payload.js';

export interface PlanRequest {
	readonly name: string;
	/** Where a script's `env NAME` looks, as in `PATH`. */
	readonly searchPath: readonly string[];
	readonly sysroot: Sysroot;
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	readonly missing: MissingPolicy;
	/** How the launcher in use starts a program. */
	readonly chooseStrategy: (object: ElfObject) => StrategyChoice;
	readonly audit: AuditRequest;
	/** What the launcher in use has for engines; `undefined` where it knows of none. */
	readonly engines: EngineTools | undefined;
	/** The module for names; `undefined` where none was built for the bundle's machine. */
	readonly names: KitTool | undefined;
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
		named: [...nameLibraries(payload, walked), ...walked.nameServices],
		inPlace,
		loaderIds: new Set(walked.loaders.map(({facts}) => facts.object.fileId)),
	});
	const homes = homesOf(placement, inPlace, walked);
	const audit = planAudit(walked, planning.audit);
	const environments = planEnvironments(planning, scripts);
	const view = planView({payload, walked, tools: planning.engines, environments});
	const launches = planLaunches(payload, scripts, {
		walked,
		placement,
		environments,
		chooseStrategy: planning.chooseStrategy,
		auditOf: audit.launchOf,
		staticPrograms: view.staticPrograms,
		viewOf: view.viewOf,
	});
	const forwards = planForwards(planning);
	const layout = layOutPayload(payload, carrier(launches, homes));
	const files = [
		...layout.operations,
		...launches.flatMap(launch => launcherOperations(launch, payload)),
		...libraryOperations(placement, planning),
		...localeOperations(payload, planning.sysroot),
		...planFindLibrary(payload, walked, placement),
	];
	return {
		name,
		programs: payload.programs.map(program => ({
			name: program.name,
			path: bundlePath(`bin/${program.name}`),
			source: program.path,
		})),
		loaders: walked.loaders.map(loader => plannedLoader(loader)),
		launches: [...launches, ...forwards.values()],
		engine: view.engine,
		packages: packageRecords(planning, placement),
		operations: orderOperations([
			...files,
			...view.operations(files, launches),
			...loaderOperations(planning),
			...audit.operations,
			...planNames(walked, placement, planning.names),
			...payload.programs.map(program => programOperation(program, forwards)),
		]),
		objects: describeObjects(walked, homes),
		findings: [
			...payload.findings,
			...walked.findings,
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

/** How each file of the payload is carried. */
function carrier(
	launches: readonly LaunchSpec[],
	homes: ReadonlyMap<string, BundlePath>,
): (file: PayloadFile) => Carriage {
	const launched = new Map(launches.map(launch => [launch.launcher, launch]));
	return ({path, fileId, content}) => {
		const place = payloadPath(path);
		const launch = launched.get(place);
		if (launch !== undefined) {
			return isSelfReading(launch)
				? {kind: 'replaced'}
				: {kind: 'launched', program: launch.program};
		}

		const home = content.kind === 'elf' ? homes.get(fileId) : undefined;
		return home === undefined || home === place || home.startsWith('root/')
			? {kind: 'plain'}
			: {kind: 'moved', to: home};
	};
}
