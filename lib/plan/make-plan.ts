/**
 * Decide what a bundle holds: payload and closures in, an ordered list of operations out.
 *
 * Every fact comes from the stages before, and no file is read here; what is fatal among the findings
 * is decided here, and raised as one fault that lists all of them.
 */
import type {ElfObject} from '../elf/elf-object.js';
import type {Payload} from '../inputs/payload.js';
import type {StrategyChoice} from '../launcher/choose-strategy.js';
import type {KitTool} from '../launcher/launcher-kit.js';
import type {FindingRecord, PackageRecord} from '../manifest/manifest.js';
import {parentOf, type SysrootPath} from '../paths/paths.js';
import type {LibraryCandidate} from '../walk/library-candidates.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import type {BundlePlan} from './bundle-plan.js';
import {describeObjects} from './describe-objects.js';
import {homesInPlace, homesOf} from './homes.js';
import {launcherOperations} from './launcher-operations.js';
import {layOutPayload} from './lay-out-payload.js';
import {libraryOperations} from './library-operations.js';
import type {LibraryPlacement} from './library-placement.js';
import {localeOperations} from './locale-operations.js';
import {orderOperations} from './order-operations.js';
import {packageRecords} from './package-records.js';
import {placeLibraries} from './place-libraries.js';
import {planAudit, type AuditRequest} from './plan-audit.js';
import {planEntries} from './plan-entries.js';
import {noRules, planEnvironments} from './plan-environments.js';
import {planFindLibrary} from './plan-find-library.js';
import {planHost} from './plan-host.js';
import {planInterpreter} from './plan-interpreter.js';
import {planLanguages} from './plan-languages.js';
import {planLaunches} from './plan-launches.js';
import {linkingFindings} from './plan-linking.js';
import {planLoaders} from './plan-loaders.js';
import {planNss} from './plan-nss.js';
import {chooseView, directView, shimOf, viewOperations, type EngineTools} from './plan-view.js';
import {refuseUnusable} from './refuse-unusable.js';
import {settleMissing, type MissingPolicy} from './settle-missing.js';

export interface PlanRequest {
	readonly name: string;
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	readonly candidates: readonly LibraryCandidate[];
	/** Digests of candidates that want a name which another one wants too, by file id. */
	readonly digests: ReadonlyMap<string, string>;
	/** The archive of locales, where the payload has locales. */
	readonly localeArchive: Buffer | undefined;
	readonly missing: MissingPolicy;
	/** Whether a member of a directory that cannot work here is a fault. */
	readonly strict: boolean;
	/** How the launcher in use starts each dynamic program. */
	readonly strategies: ReadonlyMap<SysrootPath, StrategyChoice>;
	readonly audit: Omit<AuditRequest, 'shimOf' | 'travelling'>;
	/** What the launcher in use has for engines; `undefined` where it knows of none. */
	readonly engines: EngineTools | undefined;
	/** The module for name services; `undefined` where none was built for a loader's machine. */
	readonly nssFor: (loader: ElfObject) => KitTool | undefined;
	/** What tells of a host; `undefined` where none was built for the bundle's machine. */
	readonly host: KitTool | undefined;
	/** Whether programs are to see the host as it is: no engine, and the environment as it comes. */
	readonly seesHost?: boolean;
	/** What the choice of launchers has to be told of. */
	readonly launcherFindings: readonly FindingRecord[];
	/** Owners of libraries and loaders that are not part of the payload. */
	readonly owners: ReadonlyMap<SysrootPath, PackageRecord>;
}

/** @throws {DynpkError} UNRESOLVED_NEEDED, MEMBER_UNUSABLE, SONAME_CLASH, UNSUPPORTED_LOADER */
export function makePlan(request: PlanRequest): BundlePlan {
	const {payload, walked, strategies, owners} = request;
	const missing = settleMissing(walked, request.missing);
	if (request.strict) {
		refuseUnusable([...payload.findings, ...walked.findings, ...missing]);
	}

	const inPlace = homesInPlace(walked);
	const placement = placeLibraries(request.candidates, {
		payload,
		walked,
		digests: request.digests,
		inPlace,
	});
	const homes = homesOf(inPlace, placement, walked);
	const loaders = planLoaders(walked.loaders, owners);
	const environments =
		request.seesHost === true ? noRules(walked) : planEnvironments(payload, walked);
	const view =
		request.seesHost === true
			? directView('it was packed with --engine=none')
			: chooseView({payload, walked, environments, tools: request.engines});
	const audit = planAudit(walked, placement, {
		...request.audit,
		shimOf: loader => request.engines && shimOf(loader, request.engines),
		travelling: view.shims,
	});
	const launches = planLaunches({
		payload,
		walked,
		placement,
		environments,
		strategies,
		audits: audit.launches,
		views: view.programs,
	});
	const entries = planEntries(payload, walked);
	const layout = layOutPayload({payload, launches, homes});
	const seen = [
		...layout.operations,
		...launcherOperations(launches, payload),
		...libraryOperations(placement, {payload, walked, owners}),
		...localeOperations(payload, request.localeArchive),
		...planFindLibrary(payload, walked, placement),
	];
	return {
		name: request.name,
		programs: entries.programs,
		loaders: loaders.records,
		launches: [...launches, ...entries.launches],
		engine: view.engine,
		...(walked.libraryPath.length === 0 ? {} : {libraryPath: walked.libraryPath}),
		packages: packageRecords({payload, walked, owners}, placement),
		operations: orderOperations([
			...seen,
			...viewOperations(view, seen, {
				launches,
				libraries: systemLibraries(placement, walked),
			}),
			...planInterpreter(seen, launches, walked),
			...(view.shims.size === 0 ? [] : planLanguages(seen)),
			...loaders.operations,
			...audit.operations,
			...planNss(walked, placement, request.nssFor),
			...planHost(request.host),
			...entries.operations,
		]),
		objects: describeObjects(walked, homes),
		findings: [
			...payload.findings,
			...walked.findings,
			...missing,
			...audit.findings,
			...request.launcherFindings,
			...layout.findings,
			...linkingFindings(seen),
		],
	};
}

/** Where host programs of a namespace would find them too: what is no part of the payload, and what is where loaders look. */
function systemLibraries(
	{libraries}: LibraryPlacement,
	{carried, libraryDirectories}: WalkedPayload,
): Set<string> {
	return new Set(
		libraries.flatMap(({object, home, aliases}) => {
			const path = carried.get(object.fileId);
			const isOfSystem = path === undefined || libraryDirectories.has(parentOf(path));
			return isOfSystem ? [home, ...aliases] : [];
		}),
	);
}
