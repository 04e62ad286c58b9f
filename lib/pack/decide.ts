/**
 * The deciding stages in a row: from a request to a plan, and nothing written.
 *
 * The world ends with the decision: all that its sysroot remembers, a kilobyte a file, would
 * otherwise be kept while the bundle is written.
 */
import {objectsOf} from '../closure/objects-of.js';
import {lookAtSignal, type Stopping} from '../errors/stop-signal.js';
import {makeExclusions} from '../inputs/exclusions.js';
import {makeVerbatim} from '../inputs/user-patterns.js';
import {gatherPayload} from '../inputs/gather-payload.js';
import {readLocaleArchive} from '../inputs/read-locale-archive.js';
import {lookUpOwners} from '../installed/look-up-owners.js';
import {packageId} from '../installed/package-database.js';
import type {PackageRecord} from '../manifest/manifest.js';
import {parentOf, sysrootPath, type HostPath, type SysrootPath} from '../paths/paths.js';
import type {BundlePlan} from '../plan/bundle-plan.js';
import {makePlan} from '../plan/make-plan.js';
import type {TraceEvidence} from '../trace/trace-evidence.js';
import {digestRivals} from '../walk/digest-rivals.js';
import {findSessionDirectories, type SessionDirectory} from '../walk/find-session-directories.js';
import {gatherCandidates} from '../walk/gather-candidates.js';
import {readAuditSupport} from '../walk/read-audit-support.js';
import {walkPayload, type WalkRequest} from '../walk/walk-payload.js';
import {weighPlugIns} from '../walk/weigh-plug-ins.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import {bundleArchitecture, mainObject} from './bundle-architecture.js';
import {bundleName} from './bundle-name.js';
import {openLaunchers, unbuiltMachines, type Launchers} from './open-launchers.js';
import {openWorld, type World} from './open-world.js';
import type {PackRequest} from './pack-request.js';
import {outputName, type OutputParts} from './resolve-output.js';

/** Refers to nothing of the world it was made in. */
export interface Decision {
	readonly plan: BundlePlan;
	/** Of the bundle's first program, as `uname -m` says it. */
	readonly architecture: string | undefined;
	readonly launchers: Launchers;
	/** What the user's session names and what would be read here, but stays behind; no part of the plan. */
	readonly session: readonly SessionDirectory[];
	/** Remove what the plan takes files from, once they have been copied. */
	readonly close: () => void;
}

/** Told on the way; what they throw ends the deciding. */
export interface DecisionWatch {
	/** How many entries the payload has, before they are worked on. */
	readonly gathered?: (entries: number) => void;
	/** What the bundle will be called is known; most of the work is still to be done. */
	readonly named?: (parts: OutputParts) => void;
	/** What is begun, in words for who waits. */
	readonly step?: (what: string) => void;
}

/** @throws {DynpkError} what opening the world, gathering, walking and planning throw; INTERRUPTED. */
export async function decide(
	request: PackRequest,
	{signal, atOnce}: Stopping,
	watch: DecisionWatch = {},
): Promise<Decision> {
	const {targets} = request;
	const more = targets.length > 1 ? ` and ${targets.length - 1} more` : '';
	watch.step?.(`reading ${targets[0] ?? ''}${more}: packages and files`);
	const world = await openWorld(request, signal);
	const decision = () => decideInWorld(request, world, watch, signal);
	const {close} = world;
	if (close === undefined) {
		return {...(await atOnce(decision)), close: nothingToClose};
	}

	try {
		return {...(await decision()), close};
	} catch (error) {
		close();
		throw error;
	}
}

/** Made out here: a function made beside the world would keep it. */
function nothingToClose(): void {
	// All files are the machine's own.
}

async function decideInWorld(
	request: PackRequest,
	world: World,
	watch: DecisionWatch,
	signal: AbortSignal,
): Promise<Omit<Decision, 'close'>> {
	const {sysroot, databases, targets, searchPath} = world;
	const exclusions = makeExclusions(request.exclude, world);
	const verbatim = makeVerbatim(request.verbatim);
	const traces = await readTraces(request.traces);
	const libraryPath = libraryPathOf(request, traces);
	const payload = gatherPayload(
		{
			targets,
			listedAt: request.listedAt,
			with: request.with,
			scan: request.scan,
			scope: request.scope,
			recommends: request.recommends,
			commands: request.commands,
			suspected: request.suspected,
			isVerbatim: path => verbatim.holds(path),
			traces,
			libraryPath,
			sysroot: sysroot.root,
			searchPath,
			workingDirectory: request.workingDirectory,
			environment: sysroot.root === '/' ? request.session : {},
		},
		sysroot,
		databases,
		exclusions,
	);
	const outputParts = {
		name: bundleName({name: request.name, output: outputName(request.output)}, payload),
		architecture: bundleArchitecture(payload),
	};
	watch.named?.(outputParts);
	const {length} = payload.entries;
	watch.gathered?.(length);
	watch.step?.(`reading ${outputParts.name}: the libraries of ${length} entries`);
	await lookAtSignal(signal);
	const walked = walkPayload(payload, {
		sysroot,
		exclusions,
		libraryPath,
	});
	await lookAtSignal(signal);
	const main = walked.loaders[0]?.facts.object ?? mainObject(payload);
	const launchers = await openLaunchers(request, main);
	const candidates = gatherCandidates(payload, walked);
	const plan = makePlan({
		name: outputParts.name,
		payload: {
			...payload,
			findings: [...world.findings, ...payload.findings, ...weighPlugIns(payload, walked)],
		},
		walked,
		candidates,
		digests: digestRivals(candidates),
		localeArchive: readLocaleArchive(payload, sysroot),
		missing: request.missing,
		strict: request.strict,
		strategies: new Map(
			[...walked.programs].map(([path, {object}]) => [path, launchers.chooseStrategy(object)]),
		),
		audit: {
			...request.audit,
			stubFor: object => (launchers.isNative ? launchers.toolsFor(object)?.auditStub : undefined),
			supportOf: walkedLoader => readAuditSupport(walked, walkedLoader),
		},
		engines: launchers.isNative ? {shimFor: object => launchers.toolsFor(object)?.shim} : undefined,
		seesHost: request.engine === 'none',
		nssFor: object => launchers.toolsFor(object)?.nss,
		host: main && launchers.toolsFor(main)?.host,
		launcherFindings: unbuiltMachines(walked, launchers, request.launcher),
		owners: ownerRecords(world, walked),
	});
	exclusions.assertAllUsed();
	verbatim.assertAllUsed();
	const session =
		sysroot.root === '/' ? findSessionDirectories(request.session, {payload, walked, sysroot}) : [];
	return {plan, architecture: outputParts.architecture, launchers, session};
}

/**
 * What the user has in LD_LIBRARY_PATH or named in its place, then the directories that a traced run
 * was shown to have there.
 */
function libraryPathOf(
	{libraryPath, workingDirectory, sysroot}: PackRequest,
	traces: readonly TraceEvidence[],
): WalkRequest['libraryPath'] {
	const traced = traces.flatMap(({objects}) =>
		objects.flatMap(({path, place}) => (place === 'ld-library-path' ? [parentOf(path)] : [])),
	);
	const elements = [...(libraryPath === '' ? [] : [libraryPath]), ...new Set(traced)];
	return elements.length === 0
		? undefined
		: {
				text: elements.join(':'),
				workingDirectory: sysrootPath(sysroot === '/' ? workingDirectory : '/'),
			};
}

/** Loaded on demand: checking the form of JSON takes longer to load than most of dynpk. */
async function readTraces(files: readonly HostPath[]): Promise<TraceEvidence[]> {
	if (files.length === 0) {
		return [];
	}

	const {readTrace} = await import('../trace/trace-evidence.js');
	return files.map(file => readTrace(file));
}

/** Owners of libraries and loaders, as the manifest tells of them. */
function ownerRecords(
	{sysroot, databases}: World,
	{roots, loaders}: WalkedPayload,
): Map<SysrootPath, PackageRecord> {
	const libraries = roots.flatMap(({closure}) => objectsOf(closure).map(({path}) => path));
	const paths = [...libraries, ...loaders.map(({path}) => path)];
	const ownerOf = lookUpOwners(paths, sysroot, databases);
	const records = new Map<SysrootPath, PackageRecord>();
	for (const path of paths) {
		const owner = ownerOf(path);
		if (owner !== undefined) {
			const {version, architecture} = owner;
			records.set(path, {id: packageId(owner), version, architecture});
		}
	}

	return records;
}
