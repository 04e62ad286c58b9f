/**
 * How a user's wish for auditing reaches the launchers and the stub: two environment variables.
 *
 * The launcher looks at DYNPK_AUDIT alone (wrappers/launcher/loader-options.c), the stub at both. A file's
 * name is made absolute, because a program may start others from other directories.
 */
import {posix} from 'node:path';
import {DynpkError} from '../errors/dynpk-error.js';
import {auditModes} from './encode-audit-rules.js';
import {checkAuditPattern} from './check-audit-pattern.js';

export interface AuditWish {
	/** `off`, `warn`, `enforce` or `record`, the last three with `:FILE` or `:DESCRIPTOR` if wanted. */
	readonly audit: string | undefined;
	/** Patterns of host objects to let in besides those of the bundle. */
	readonly allow: readonly string[];
	/** Patterns of host programs that may start besides. */
	readonly allowExec: readonly string[];
	readonly workingDirectory: string;
}

const STANDARD_ERROR = '2';

/** @throws {DynpkError} USAGE for a mode there is not, and a pattern that the stub cannot match. */
export function auditSetting({
	audit,
	allow,
	allowExec,
	workingDirectory,
}: AuditWish): Readonly<Record<string, string>> {
	return {
		...(audit === undefined ? {} : {DYNPK_AUDIT: settingOf(audit, workingDirectory)}),
		...patternsIn('DYNPK_AUDIT_ALLOW', allow),
		...patternsIn('DYNPK_AUDIT_ALLOW_EXEC', allowExec),
	};
}

function patternsIn(variable: string, patterns: readonly string[]): Record<string, string> {
	return patterns.length === 0 ? {} : {[variable]: patterns.map(checkedPattern).join(':')};
}

function settingOf(audit: string, workingDirectory: string): string {
	const colon = audit.indexOf(':');
	const mode = colon === -1 ? audit : audit.slice(0, colon);
	const destination = colon === -1 ? undefined : audit.slice(colon + 1);
	const isKnown = auditModes.some(known => known === mode);
	if (!isKnown || destination === '' || (mode === 'off' && destination !== undefined)) {
		throw new DynpkError('USAGE', `--audit ${audit} is none of off, warn, enforce and record`, {
			hint: 'all but off may go on with a file: --audit=record:FILE',
		});
	}

	if (destination === undefined) {
		return mode === 'record' ? `${mode}:${STANDARD_ERROR}` : mode;
	}

	const isDescriptor = /^\d+$/u.test(destination);
	return `${mode}:${isDescriptor ? destination : posix.resolve(workingDirectory, destination)}`;
}

/** The variable is split at colons. */
function checkedPattern(pattern: string): string {
	if (pattern.includes(':')) {
		throw new DynpkError('USAGE', `a pattern for the audit holds no colon: ${pattern}`, {
			hint: 'write ? in its place',
		});
	}

	return checkAuditPattern(pattern);
}
