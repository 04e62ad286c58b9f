/**
 * Decide whether the audit travels with a bundle, by which method, and what it is told.
 *
 * It travels whenever a bundled loader can be audited, used or not, so that DYNPK_AUDIT has something
 * to switch on. Where a loader takes no auditor, the path shim judges in its place. A loader that cannot
 * be audited at all is a finding; a fault only where auditing was asked for.
 */
import {posix} from 'node:path';
import type {AuditSupport} from '../audit/audit-support.js';
import {encodeAuditRules} from '../audit/encode-audit-rules.js';
import {hostFiles, hostPrograms, withAllBelow} from '../audit/host-by-nature.js';
import {hostOwnedPatterns} from '../audit/host-owned.js';
import type {ElfObject} from '../elf/elf-object.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {AuditLaunch} from '../launcher/launch-spec.js';
import type {KitTool} from '../launcher/launcher-kit.js';
import type {FindingRecord} from '../manifest/manifest.js';
import {bundlePath, type BundlePath} from '../paths/paths.js';
import type {WalkedLoader, WalkedPayload} from '../walk/walked-payload.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import type {LibraryPlacement} from './library-placement.js';
import type {PlacedShim} from './plan-view.js';

export interface AuditRequest {
	readonly mode: 'off' | 'warn' | 'enforce';
	/** Patterns of host objects that are let in. */
	readonly allowed: readonly string[];
	/** Patterns of host programs that may be started. */
	readonly allowedPrograms: readonly string[];
	/** By the loader; `undefined` where the launcher in use can load none. */
	readonly stubFor: (loader: ElfObject) => KitTool | undefined;
	/** Whether it can be loaded. */
	readonly supportOf: (loader: WalkedLoader) => AuditSupport;
	/** What can be preloaded; `undefined` where nothing can. */
	readonly shimOf: (loader: WalkedLoader) => PlacedShim | undefined;
	/** Shims that travel anyway, by their place: they judge what programs start. */
	readonly travelling: ReadonlyMap<BundlePath, KitTool>;
}

export interface AuditPlan {
	readonly operations: readonly Operation[];
	readonly findings: readonly FindingRecord[];
	/** Of the programs of each loader that can be audited. */
	readonly launches: ReadonlyMap<WalkedLoader, AuditLaunch>;
}

const RULES_HOME = bundlePath('libexec/dynpk/audit.rules');
const SHIM_RULES_HOME = bundlePath('libexec/dynpk/shim.rules');

/** @throws {DynpkError} UNSUPPORTED_LOADER when auditing is asked for and cannot be had. */
export function planAudit(
	{loaders, programs}: WalkedPayload,
	{searches}: LibraryPlacement,
	request: AuditRequest,
): AuditPlan {
	const started = new Set([...programs.values()].map(({loader}) => loader));
	const audited = loaders
		.filter((loader, index) => index === 0 || started.has(loader))
		.map(loader => auditOf(loader, request));
	const missing = audited.find(({auditor}) => auditor === undefined);
	if (request.mode !== 'off' && (missing !== undefined || audited.length === 0)) {
		const reason = missing?.reason ?? 'there is nothing to audit';
		throw new DynpkError('UNSUPPORTED_LOADER', `the bundle cannot be audited: ${reason}`);
	}

	const stubbed = audited.filter(({auditor}) => auditor?.launch.method === 'interface');
	const preloading = audited.filter(({auditor}) => auditor?.launch.method === 'preload');
	const stubs = new Set(stubbed.map(({loader}) => loader));
	const libraryPath = allSearched(
		[...programs].flatMap(([path, {loader}]) =>
			stubs.has(loader) ? (searches.get(path) ?? []) : [],
		),
	);
	return {
		operations: [
			...auditorFiles(audited, request),
			...(stubbed.length === 0 ? [] : [stubRules(request, libraryPath)]),
			...(preloading.length > 0 || (stubbed.length > 0 && request.travelling.size > 0)
				? [shimRules(request, preloading.length > 0)]
				: []),
		],
		findings: audited.flatMap(findingsOf),
		launches: new Map(
			audited.flatMap(({loader, auditor}) =>
				auditor === undefined ? [] : [[loader, auditor.launch] as const],
			),
		),
	};
}

interface AuditedLoader {
	readonly loader: WalkedLoader;
	/** `undefined` where its programs cannot be audited. */
	readonly auditor: {readonly launch: AuditLaunch; readonly tool: KitTool} | undefined;
	/** Why not, or why not by the loader's own interface. */
	readonly reason: string;
}

function auditOf(
	loader: WalkedLoader,
	{mode, stubFor, supportOf, shimOf}: AuditRequest,
): AuditedLoader {
	const byDefault = mode !== 'off';
	const stub = stubFor(loader.facts.object);
	const {available, reason, staticTls} = supportOf(loader);
	if (available && stub !== undefined) {
		const launch: AuditLaunch = {
			method: 'interface',
			stub: bundlePath(posix.join(loader.toolDirectory, 'libdynpk-audit.so')),
			byDefault,
			...(staticTls === undefined ? {} : {tunables: `glibc.rtld.optional_static_tls=${staticTls}`}),
		};
		return {loader, auditor: {launch, tool: stub}, reason};
	}

	const shim = shimOf(loader);
	return {
		loader,
		auditor: shim && {
			launch: {method: 'preload', stub: shim.home, byDefault},
			tool: shim.tool,
		},
		reason: stub === undefined ? 'only the native launcher loads the stub' : reason,
	};
}

function findingsOf({loader: {path}, auditor, reason}: AuditedLoader): FindingRecord[] {
	if (auditor?.launch.method === 'interface') {
		return [];
	}

	const code = auditor === undefined ? 'AUDIT_UNAVAILABLE' : 'AUDIT_BY_PRELOAD';
	return [{code, path, message: reason}];
}

/** Loaders of one machine share them. */
function auditorFiles(audited: readonly AuditedLoader[], {travelling}: AuditRequest): Operation[] {
	const tools = new Map(
		audited.flatMap(({auditor}) =>
			auditor === undefined || travelling.has(auditor.launch.stub)
				? []
				: [[auditor.launch.stub, auditor.tool] as const],
		),
	);
	return [...tools].map(([path, {path: from, size}]) => ({
		kind: 'file',
		path,
		mode: 0o755,
		content: {kind: 'copied', from, size},
		reason: 'reports or refuses libraries from outside the bundle',
		...noOrigin,
	}));
}

/** The stub reads its rules at every audited start: nothing is in them that only the shim needs. */
function stubRules(request: AuditRequest, libraryPath: readonly BundlePath[]): Operation {
	const bytes = encodeAuditRules({
		mode: spokenMode(request),
		libraryPath,
		hostProvided: [],
		allowed: request.allowed,
	});
	return rulesFile(RULES_HOME, bytes, 'what the audit stub is told');
}

function shimRules(request: AuditRequest, judgesObjects: boolean): Operation {
	const {allowed, allowedPrograms} = request;
	const bytes = encodeAuditRules({
		mode: spokenMode(request),
		libraryPath: [],
		hostProvided: [],
		allowed: judgesObjects ? allowed : [],
		allowedPrograms,
		hostPrograms,
		hostFiles: [...hostFiles, ...withAllBelow(hostOwnedPatterns)],
	});
	return rulesFile(SHIM_RULES_HOME, bytes, 'what the path shim is told of audits');
}

/** The launcher starts without an audit where the mode is off; once there is one, it is to speak. */
function spokenMode({mode}: AuditRequest): 'warn' | 'enforce' {
	return mode === 'off' ? 'warn' : mode;
}

function rulesFile(path: BundlePath, bytes: Buffer, reason: string): Operation {
	return {kind: 'file', path, mode: 0o644, content: {kind: 'bytes', bytes}, reason, ...noOrigin};
}

/** The flat directory is the last of each. */
function allSearched(directories: readonly BundlePath[]): BundlePath[] {
	return [...new Set(directories)];
}
