/**
 * Drive the stages from a request to a bundle, and say what came of it.
 */
import {posix} from 'node:path';
import {writeArchive, type ArchiveForm} from '../../lib/archive/write-archive.js';
import {writeDirectory} from '../../lib/archive/write-directory.js';
import {architectureName} from '../../lib/elf/elf-machines.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {makeExclusions} from '../../lib/inputs/exclusions.js';
import {gatherPayload} from '../../lib/inputs/gather-payload.js';
import {openDatabases} from '../../lib/inputs/installed/open-databases.js';
import {packageId} from '../../lib/inputs/installed/package-database.js';
import {openSysroot} from '../../lib/inputs/open-sysroot.js';
import type {Request} from '../../lib/inputs/request.js';
import {editLoader} from '../../lib/launcher/loader-copy.js';
import {bundleId} from '../../lib/manifest/encode-manifest.js';
import type {PackageRecord} from '../../lib/manifest/manifest.js';
import {hostPath, type HostPath, type SysrootPath} from '../../lib/paths/paths.js';
import type {BundlePlan} from '../../lib/plan/bundle-plan.js';
import {makePlan} from '../../lib/plan/make-plan.js';
import {walkPayload, type WalkedPayload} from '../../lib/plan/walk-payload.js';
import {stageBundle, type StageTools} from '../../lib/stage/stage-bundle.js';
import {version} from '../version.js';
import {bundleName} from './bundle-name.js';
import {openLaunchers, type Launchers} from './launchers.js';
import type {PackRequest} from './pack-request.js';
import {renderPlan} from './render-plan.js';
import {makeReporter} from './reporter.js';

/** Times in a bundle when SOURCE_DATE_EPOCH does not say: the start of 1980, the oldest zip knows. */
const FIXED_TIME = 315_532_800;

export async function pack(packing: PackRequest): Promise<void> {
	const options = packing.arguments;
	const mtime = entryTime(packing.sourceDateEpoch);
	const reporter = makeReporter({quiet: options.quiet, isTerminal: packing.isTerminal});
	const {plan, walked, launchers} = decide(packing);
	if (options.dryRun) {
		process.stdout.write(renderPlan(plan, options.json));
		return;
	}

	for (const finding of plan.findings) {
		reporter.finding(finding);
	}

	const output = resolveOutput(packing, plan, walked);
	const abort = new AbortController();
	const interrupt = (): void => abort.abort();
	process.once('SIGINT', interrupt).once('SIGTERM', interrupt).once('SIGHUP', interrupt);
	let manifest: Buffer | undefined;
	const tools: StageTools = {
		tool: `dynpk ${version}`,
		...launchers,
		editLoader: bytes => {
			const {complete: isolated, ...edited} = editLoader(bytes);
			return {...edited, isolated};
		},
		onManifest: bytes => {
			manifest = bytes;
		},
	};
	const writing = {
		entries: stageBundle(plan, tools),
		output: output.path,
		mtime,
		signal: abort.signal,
		onProgress: reporter.progress(plan),
	};
	const written =
		output.form === 'directory'
			? await writeDirectory(writing)
			: await writeArchive({...writing, form: output.form});
	reporter.done();
	const id = bundleId(manifest ?? Buffer.alloc(0));
	const summary = {
		output: output.path,
		id,
		name: plan.name,
		entries: written.entries,
		bytes: written.bytes,
	};
	process.stdout.write(options.json ? `${JSON.stringify(summary)}\n` : `${output.path}\n`);
}

function decide(packing: PackRequest): {
	readonly plan: BundlePlan;
	readonly walked: WalkedPayload;
	readonly launchers: Launchers;
} {
	const options = packing.arguments;
	const request: Request = {
		targets: options.targets,
		name: options.name,
		with: options.with,
		scan: options.scan,
		exclude: options.exclude,
		scope: options.scope,
		sysroot: hostPath(posix.resolve(packing.workingDirectory, options.sysroot)),
		searchPath: packing.searchPath,
		workingDirectory: hostPath(packing.workingDirectory),
	};
	const sysroot = openSysroot(request.sysroot);
	const databases = openDatabases(sysroot);
	const exclusions = makeExclusions(options.exclude);
	const payload = gatherPayload(request, sysroot, databases, exclusions);
	const walked = walkPayload(payload, sysroot, exclusions);
	const sources = walked.roots.flatMap(({closure}) => closure.linkMap.map(({path}) => path));
	const launchers = openLaunchers({
		asked: options.launcher,
		loader: walked.loaders[0]?.facts.object,
		version,
	});
	const plan = makePlan({
		name: bundleName(options.name, payload, options.targets),
		request,
		sysroot,
		payload,
		walked,
		missing: options.missing,
		chooseStrategy: launchers.chooseStrategy,
		audit: {mode: options.audit, allowed: options.allow, stub: launchers.auditStub},
		ownerOf: ownerLookup([...sources, ...walked.loaders.map(({path}) => path)]),
	});
	exclusions.assertAllUsed();
	return {plan, walked, launchers};

	/** Libraries keep the links of their last component; the package owns the link or its file. */
	function ownerLookup(
		paths: readonly SysrootPath[],
	): (path: SysrootPath) => PackageRecord | undefined {
		const real = new Map(paths.map(path => [path, sysroot.realPath(path) ?? path]));
		const asked = [...new Set([...real.keys(), ...real.values()])];
		const owners = new Map(databases.flatMap(database => [...database.owners(asked)]));
		return path => {
			const owner = owners.get(path) ?? owners.get(real.get(path) ?? path);
			return owner === undefined
				? undefined
				: {id: packageId(owner), version: owner.version, architecture: owner.architecture};
		};
	}
}

/** @throws {DynpkError} USAGE when the variable is set and no number of seconds. */
function entryTime(text: string | undefined): number {
	if (text === undefined || text === '') {
		return FIXED_TIME;
	}

	const seconds = Number(text);
	if (!/^\d+$/u.test(text) || seconds > 0xffff_ffff) {
		throw new DynpkError('USAGE', `SOURCE_DATE_EPOCH is not a time in seconds: ${text}`);
	}

	return seconds;
}

function resolveOutput(
	{arguments: {output}, workingDirectory}: PackRequest,
	plan: BundlePlan,
	walked: WalkedPayload,
): {readonly path: HostPath; readonly form: ArchiveForm | 'directory'} {
	const [loader] = walked.loaders;
	const object = loader?.facts.object;
	const suffix = object === undefined ? '' : `-${architectureName(object) ?? 'unknown'}`;
	const path = hostPath(posix.resolve(workingDirectory, output ?? `${plan.name}${suffix}.tar.gz`));
	return {path, form: outputForm(posix.basename(path))};
}

function outputForm(name: string): ArchiveForm | 'directory' {
	const ending = /\.(?:tar|tar\.gz|tgz|tar\.zst|run|zip|tar\.xz|tar\.bz2)$/u.exec(name)?.[0];
	switch (ending) {
		case undefined:
			return 'directory';
		case '.tar':
			return 'tar';
		case '.tar.gz':
		case '.tgz':
			return 'tar.gz';
		case '.tar.zst':
			return 'tar.zst';
		default:
			throw new DynpkError('USAGE', `dynpk does not write ${ending} files`, {
				hint: 'name a directory, or a file ending in .tar, .tar.gz, .tgz or .tar.zst',
			});
	}
}
