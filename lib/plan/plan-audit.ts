/**
 * Decide whether the audit travels with a bundle, by which method, and what it is told.
 *
 * It travels whenever the bundled loader can be audited, used or not, so that DYNPK_AUDIT has
 * something to switch on. Where the loader takes no auditor, the path shim judges in its place. A loader
 * that cannot be audited at all is a finding; a fault only where auditing was asked for.
 */
import type {AuditSupport} from '../audit/audit-support.js';
import {encodeAuditRules, type AuditMethod} from '../audit/encode-audit-rules.js';
import {hostFiles, hostPrograms, withAllBelow} from '../audit/host-by-nature.js';
import {hostOwnedPatterns} from '../engine/host-owned.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {AuditLaunch} from '../launcher/launch-spec.js';
import type {KitTool} from '../launcher/launcher-kit.js';
import type {FindingRecord} from '../manifest/manifest.js';
import {bundlePath, type BundlePath} from '../paths/paths.js';
import type {WalkedLoader, WalkedPayload} from '../walk/walked-payload.js';
import type {LibraryPlacement} from './library-placement.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import {SHIM_HOME, shimFile} from './plan-view.js';

export interface AuditRequest {
	readonly mode: 'off' | 'warn' | 'enforce';
	/** Patterns of host objects that are let in. */
	readonly allowed: readonly string[];
	/** Patterns of host programs that may be started. */
	readonly allowedPrograms: readonly string[];
	/** `undefined` where the launcher in use can load none. */
	readonly stub: KitTool | undefined;
	/** Whether it can be loaded; `undefined` where there is no loader. */
	readonly support: AuditSupport | undefined;
	/** What can be preloaded; `undefined` where none was built for the bundle's machine. */
	readonly shim: KitTool | undefined;
	/** Whether it travels anyway. */
	readonly shimTravels: boolean;
}

export interface AuditPlan {
	readonly operations: readonly Operation[];
	readonly findings: readonly FindingRecord[];
	/** Of the main loader's programs. */
	readonly launch: AuditLaunch | undefined;
}

const STUB_HOME = bundlePath('libexec/dynpk/libdynpk-audit.so');
const RULES_HOME = bundlePath('libexec/dynpk/audit.rules');
const SHIM_RULES_HOME = bundlePath('libexec/dynpk/shim.rules');

/** @throws {DynpkError} UNSUPPORTED_LOADER when auditing is asked for and cannot be had. */
export function planAudit(
	walked: WalkedPayload,
	placement: LibraryPlacement,
	request: AuditRequest,
): AuditPlan {
	const [main] = walked.loaders;
	const {mode, stub, shim, support} = request;
	if (main !== undefined && stub !== undefined && support?.available === true) {
		return {
			operations: [
				stubFile(stub),
				stubRules(walked, placement, {request, support}),
				...(request.shimTravels ? [shimRules(request, 'interface')] : []),
			],
			findings: [],
			launch: launchOf('interface', STUB_HOME, {mode, staticTls: support.staticTls}),
		};
	}

	const why = support?.reason ?? 'there is nothing to audit';
	const reason = stub === undefined ? 'only the native launcher loads the stub' : why;
	if (main !== undefined && shim !== undefined && support !== undefined) {
		return {
			operations: [
				...(request.shimTravels
					? []
					: [shimFile(shim, 'judges libraries from outside the bundle')]),
				shimRules(request, 'preload'),
			],
			findings: [{code: 'AUDIT_BY_PRELOAD', path: main.path, message: reason}],
			launch: launchOf('preload', SHIM_HOME, {mode, staticTls: undefined}),
		};
	}

	if (mode !== 'off') {
		throw new DynpkError('UNSUPPORTED_LOADER', `the bundle cannot be audited: ${reason}`);
	}

	return {operations: [], findings: unavailable(main, reason), launch: undefined};
}

function launchOf(
	method: AuditMethod,
	stub: BundlePath,
	{mode, staticTls}: {mode: AuditRequest['mode']; staticTls: number | undefined},
): AuditLaunch {
	return {
		method,
		stub,
		byDefault: mode !== 'off',
		...(staticTls === undefined ? {} : {tunables: `glibc.rtld.optional_static_tls=${staticTls}`}),
	};
}

function stubFile({path, size}: KitTool): Operation {
	return {
		kind: 'file',
		path: STUB_HOME,
		mode: 0o755,
		content: {kind: 'copied', from: path, size},
		reason: 'reports or refuses libraries from outside the bundle',
		...noOrigin,
	};
}

/** The stub reads its rules at every audited start: nothing is in them that only the shim needs. */
function stubRules(
	{loaders: [main], programs}: WalkedPayload,
	{searches}: LibraryPlacement,
	{request, support: {staticTls}}: {request: AuditRequest; support: AuditSupport},
): Operation {
	const bytes = encodeAuditRules({
		mode: spokenMode(request),
		libraryPath: allSearched(
			[...programs].flatMap(([path, {loader}]) =>
				loader === main ? (searches.get(path) ?? []) : [],
			),
		),
		hostProvided: [],
		allowed: request.allowed,
		...(staticTls === undefined ? {} : {staticTls}),
	});
	return rulesFile(RULES_HOME, bytes, 'what the audit stub is told');
}

function shimRules(request: AuditRequest, method: AuditMethod): Operation {
	const {allowed, allowedPrograms} = request;
	const bytes = encodeAuditRules({
		mode: spokenMode(request),
		libraryPath: [],
		hostProvided: [],
		allowed: method === 'preload' ? allowed : [],
		allowedPrograms,
		hostPrograms,
		hostFiles: [...hostFiles, ...withAllBelow(hostOwnedPatterns)],
		method,
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

function unavailable(main: WalkedLoader | undefined, message: string): FindingRecord[] {
	return main === undefined ? [] : [{code: 'AUDIT_UNAVAILABLE', path: main.path, message}];
}
