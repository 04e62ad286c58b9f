/**
 * Decide whether the audit stub travels with a bundle, and what it is told.
 *
 * It travels whenever the bundled loader can be audited, loaded or not, so that DYNPK_AUDIT has
 * something to switch on. A loader that cannot be audited is a finding; a fault only where auditing
 * was asked for.
 */
import type {AuditSupport} from '../audit/audit-support.js';
import {encodeAuditRules} from '../audit/encode-audit-rules.js';
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
	/** `undefined` where the launcher in use can load none. */
	readonly stub: KitTool | undefined;
	/** Whether it can be loaded; `undefined` where there is no loader. */
	readonly support: AuditSupport | undefined;
}

export interface AuditPlan {
	readonly operations: readonly Operation[];
	readonly findings: readonly FindingRecord[];
	/** Of the main loader's programs. */
	readonly launch: AuditLaunch | undefined;
}

const STUB_HOME = bundlePath('libexec/dynpk/libdynpk-audit.so');
const RULES_HOME = bundlePath('libexec/dynpk/audit.rules');

/** @throws {DynpkError} UNSUPPORTED_LOADER when auditing is asked for and cannot be had. */
export function planAudit(
	{loaders, programs}: WalkedPayload,
	{searches}: LibraryPlacement,
	request: AuditRequest,
): AuditPlan {
	const [main] = loaders;
	const {mode, stub, support} = request;
	if (main === undefined || stub === undefined || support?.available !== true) {
		const why = support?.reason ?? 'there is nothing to audit';
		const reason = stub === undefined ? 'only the native launcher loads the stub' : why;
		if (mode !== 'off') {
			throw new DynpkError('UNSUPPORTED_LOADER', `the bundle cannot be audited: ${reason}`);
		}

		return {operations: [], findings: unavailable(main, reason), launch: undefined};
	}

	const {staticTls} = support;
	const launch: AuditLaunch = {
		stub: STUB_HOME,
		byDefault: mode !== 'off',
		...(staticTls === undefined ? {} : {tunables: `glibc.rtld.optional_static_tls=${staticTls}`}),
	};
	const rules = encodeAuditRules({
		// The launcher leaves the stub out where the mode is off; once loaded, it is to speak.
		mode: mode === 'off' ? 'warn' : mode,
		libraryPath: allSearched(
			[...programs].flatMap(([path, {loader}]) =>
				loader === main ? (searches.get(path) ?? []) : [],
			),
		),
		hostProvided: [],
		allowed: request.allowed,
	});
	return {
		operations: [
			{
				kind: 'file',
				path: STUB_HOME,
				mode: 0o755,
				content: {kind: 'copied', from: stub.path, size: stub.size},
				reason: 'reports or refuses libraries from outside the bundle',
				...noOrigin,
			},
			{
				kind: 'file',
				path: RULES_HOME,
				mode: 0o644,
				content: {kind: 'bytes', bytes: rules},
				reason: 'what the audit stub is told',
				...noOrigin,
			},
		],
		findings: [],
		launch,
	};
}

/** The flat directory is the last of each. */
function allSearched(directories: readonly BundlePath[]): BundlePath[] {
	return [...new Set(directories)];
}

function unavailable(main: WalkedLoader | undefined, message: string): FindingRecord[] {
	return main === undefined ? [] : [{code: 'AUDIT_UNAVAILABLE', path: main.path, message}];
}
