/** Run the deciding stages: from a world and the options to a plan. */
import {posix} from 'node:path';
import {architectureName} from '../../lib/elf/elf-machines.js';
import type {ElfObject} from '../../lib/elf/elf-object.js';
import {makeExclusions} from '../../lib/inputs/exclusions.js';
import {gatherPayload} from '../../lib/inputs/gather-payload.js';
import type {Payload} from '../../lib/inputs/payload.js';
import type {Request} from '../../lib/inputs/request.js';
import {lookUpOwners} from '../../lib/installed/look-up-owners.js';
import {packageId} from '../../lib/installed/package-database.js';
import type {PackageRecord} from '../../lib/manifest/manifest.js';
import {hostPath, type SysrootPath} from '../../lib/paths/paths.js';
import type {BundlePlan} from '../../lib/plan/bundle-plan.js';
import {makePlan} from '../../lib/plan/make-plan.js';
import {walkPayload} from '../../lib/plan/walk-payload.js';
import type {TraceEvidence} from '../../lib/trace/trace-evidence.js';
import {version} from '../version.js';
import {bundleName} from './bundle-name.js';
import {openLaunchers, type Launchers} from './launchers.js';
import type {World} from './open-world.js';
import type {PackRequest} from './pack-request.js';

/** Refers to nothing of the world it was made in. */
export interface Decision {
	readonly plan: BundlePlan;
	/** Of the bundle's main loader, as `uname -m` says it. */
	readonly architecture: string | undefined;
	readonly launchers: Launchers;
}

/** @throws {DynpkError} what gathering, walking and planning throw. */
export async function decide(packing: PackRequest, world: World): Promise<Decision> {
	const options = packing.arguments;
	const {sysroot, databases} = world;
	const request: Request = {
		targets: world.targets,
		name: options.name,
		with: options.with,
		scan: options.scan,
		traces: await readTraces(packing),
		exclude: options.exclude,
		scope: options.scope,
		sysroot: sysroot.root,
		searchPath: world.searchPath,
		workingDirectory: hostPath(packing.workingDirectory),
	};
	const exclusions = makeExclusions(options.exclude);
	const payload = gatherPayload(request, sysroot, databases, exclusions);
	const walked = walkPayload(payload, sysroot, exclusions);
	const loader = walked.loaders[0]?.facts.object;
	const launchers = await openLaunchers({
		asked: options.launcher,
		strategy: options.strategy,
		machineOf: loader ?? anyProgram(payload),
		version,
	});
	const sources = walked.roots.flatMap(({closure}) => closure.linkMap.map(({path}) => path));
	const plan = makePlan({
		name: bundleName(options.name, payload),
		request,
		sysroot,
		payload: {...payload, findings: [...world.findings, ...payload.findings]},
		walked,
		missing: options.missing,
		chooseStrategy: launchers.chooseStrategy,
		audit: {mode: options.audit, allowed: options.allow, stub: launchers.auditStub},
		engines: launchers.engines,
		names: launchers.names,
		ownerOf: ownerLookup(world, [...sources, ...walked.loaders.map(({path}) => path)]),
	});
	exclusions.assertAllUsed();
	const architecture = loader && (architectureName(loader) ?? 'unknown');
	return {plan, architecture, launchers};
}

/** Loaded on demand: checking the form of JSON takes longer to load than most of dynpk. */
async function readTraces({
	arguments: {trace},
	workingDirectory,
}: PackRequest): Promise<TraceEvidence[]> {
	if (trace.length === 0) {
		return [];
	}

	const {readTrace} = await import('../../lib/trace/trace-evidence.js');
	return trace.map(file => readTrace(hostPath(posix.resolve(workingDirectory, file))));
}

/** Owners of libraries and loaders, as the manifest tells of them. */
function ownerLookup(
	{sysroot, databases}: World,
	paths: readonly SysrootPath[],
): (path: SysrootPath) => PackageRecord | undefined {
	const ownerOf = lookUpOwners(paths, sysroot, databases);
	return path => {
		const owner = ownerOf(path);
		return owner === undefined
			? undefined
			: {id: packageId(owner), version: owner.version, architecture: owner.architecture};
	};
}

/** Static programs have no loader to tell the machine by. */
function anyProgram({entries}: Payload): ElfObject | undefined {
	for (const entry of entries) {
		if (entry.kind === 'file' && entry.content.kind === 'elf') {
			return entry.content.object;
		}
	}

	return undefined;
}
