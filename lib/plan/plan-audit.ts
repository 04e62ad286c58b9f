/**
 * Decide whether the audit stub travels with a bundle, and what it is told.
 *
 * It travels whenever the bundled loader can be audited, loaded or not, so that DYNPK_AUDIT has
 * something to switch on. A loader that cannot be audited is a finding; a fault only where auditing
 * was asked for.
 */
import {posix} from 'node:path';
import type {AuditSupport} from '../audit/audit-support.js';
import {encodeAuditRules} from '../audit/encode-audit-rules.js';
import type {ElfObject} from '../elf/elf-object.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {AuditLaunch} from '../launcher/launch-spec.js';
import type {KitTool} from '../launcher/launcher-kit.js';
import type {FindingRecord} from '../manifest/manifest.js';
import {bundlePath, type BundlePath} from '../paths/paths.js';
import type {WalkedLoader, WalkedPayload} from '../walk/walked-payload.js';
import type {LibraryPlacement} from './library-placement.js';
import {noOrigin, type Operation} from './bundle-plan.js';

export interface AuditRequest {
	readonly mode: 'off' | 'warn' | 'enforce';
	/** Patterns of host objects that are let in. */
	readonly allowed: readonly string[];
	/** By the loader; `undefined` where the launcher in use can load none. */
	readonly stubFor: (loader: ElfObject) => KitTool | undefined;
	/** Whether it can be loaded. */
	readonly supportOf: (loader: WalkedLoader) => AuditSupport;
}

export interface AuditPlan {
	readonly operations: readonly Operation[];
	readonly findings: readonly FindingRecord[];
	/** Of the programs of each loader that can be audited. */
	readonly launches: ReadonlyMap<WalkedLoader, AuditLaunch>;
}

const RULES_HOME = bundlePath('libexec/dynpk/audit.rules');

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
	const missing = audited.filter(({stub}) => stub === undefined);
	if (request.mode !== 'off' && (missing.length > 0 || audited.length === 0)) {
		const reason = missing[0]?.reason ?? 'there is nothing to audit';
		throw new DynpkError('UNSUPPORTED_LOADER', `the bundle cannot be audited: ${reason}`);
	}

	const able = audited.filter(({stub}) => stub !== undefined);
	const launches = new Map(able.map(({loader, launch}) => [loader, launch]));
	const rules = encodeAuditRules({
		// The launcher leaves the stub out where the mode is off; once loaded, it is to speak.
		mode: request.mode === 'off' ? 'warn' : request.mode,
		libraryPath: allSearched(
			[...programs].flatMap(([path, {loader}]) =>
				launches.has(loader) ? (searches.get(path) ?? []) : [],
			),
		),
		hostProvided: [],
		allowed: request.allowed,
	});
	return {
		operations: able.length === 0 ? [] : [...stubFiles(able), rulesFile(rules)],
		findings: missing.map(({loader, reason}) => ({
			code: 'AUDIT_UNAVAILABLE',
			path: loader.path,
			message: reason,
		})),
		launches,
	};
}

interface AuditedLoader {
	readonly loader: WalkedLoader;
	/** `undefined` where its programs cannot be audited. */
	readonly stub: KitTool | undefined;
	readonly reason: string;
	readonly launch: AuditLaunch;
}

function auditOf(loader: WalkedLoader, {mode, stubFor, supportOf}: AuditRequest): AuditedLoader {
	const stub = stubFor(loader.facts.object);
	const {available, reason, staticTls} = supportOf(loader);
	return {
		loader,
		stub: available ? stub : undefined,
		reason: stub === undefined ? 'only the native launcher loads the stub' : reason,
		launch: {
			stub: bundlePath(posix.join(loader.toolDirectory, 'libdynpk-audit.so')),
			byDefault: mode !== 'off',
			...(staticTls === undefined ? {} : {tunables: `glibc.rtld.optional_static_tls=${staticTls}`}),
		},
	};
}

/** Loaders of one machine share it. */
function stubFiles(audited: readonly AuditedLoader[]): Operation[] {
	const stubs = new Map(
		audited.flatMap(({stub, launch}) => (stub === undefined ? [] : [[launch.stub, stub]])),
	);
	return [...stubs].map(([path, {path: from, size}]) => ({
		kind: 'file',
		path,
		mode: 0o755,
		content: {kind: 'copied', from, size},
		reason: 'reports or refuses libraries from outside the bundle',
		...noOrigin,
	}));
}

function rulesFile(bytes: Buffer): Operation {
	return {
		kind: 'file',
		path: RULES_HOME,
		mode: 0o644,
		content: {kind: 'bytes', bytes},
		reason: 'what the audit stub is told',
		...noOrigin,
	};
}

/** The flat directory is the last of each. */
function allSearched(directories: readonly BundlePath[]): BundlePath[] {
	return [...new Set(directories)];
}
