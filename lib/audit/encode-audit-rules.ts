/**
 * What the audit stub of a bundle is told, as the text of `libexec/dynpk/audit.rules`.
 *
 * A line a rule, so that a person can read it on the target. The stub reads it into a buffer of fixed
 * size (audit-stub/judge.h): every bound it has is enforced here, so that no bundle is made whose
 * rules it would refuse.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import type {BundlePath} from '../paths/paths.js';
import {checkAuditPattern, checkAuditValue} from './check-audit-pattern.js';

export const auditModes = ['off', 'warn', 'enforce', 'record'] as const;
export type AuditMode = (typeof auditModes)[number];

export interface AuditRules {
	/** What holds unless `DYNPK_AUDIT` says otherwise. */
	readonly mode: AuditMode;
	/** Where the loader searches, in order: tells whether the bundle answers a name. */
	readonly libraryPath: readonly BundlePath[];
	/** Patterns of objects that the manifest leaves to the host. */
	readonly hostProvided: readonly string[];
	/** Patterns of objects that the user allows besides. */
	readonly allowed: readonly string[];
	/** Patterns of programs of the host that the user lets in. */
	readonly allowedPrograms?: readonly string[];
	/** Patterns of programs, and of files below /etc, /usr and /opt, that are the host's by nature. */
	readonly hostPrograms?: readonly string[];
	readonly hostFiles?: readonly string[];
	/**
	 * Set where the launcher ends GLIBC_TUNABLES with `glibc.rtld.optional_static_tls=` and this
	 * number: the stub takes that away again before the program starts.
	 */
	readonly staticTls?: number;
}

const FILE_LIMIT = 32_768;

/**
 * @throws {DynpkError} USAGE for a pattern the stub cannot match, or rules that exceed its buffer.
 */
export function encodeAuditRules(rules: AuditRules): Buffer {
	const lines = [
		'dynpk-audit 1',
		`mode ${rules.mode}`,
		...linesOf('library-path', rules.libraryPath),
		...linesOf('host-provided', rules.hostProvided.map(checkAuditPattern)),
		...linesOf('allow', rules.allowed.map(checkAuditPattern)),
		...patternsOf('allow-exec', rules.allowedPrograms),
		...patternsOf('host-program', rules.hostPrograms),
		...patternsOf('host-file', rules.hostFiles),
		...(rules.staticTls === undefined ? [] : [`static-tls ${rules.staticTls}`]),
	];
	const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''));
	if (bytes.length > FILE_LIMIT) {
		throw new DynpkError('USAGE', `the audit rules take more than ${FILE_LIMIT} bytes`);
	}

	return bytes;
}

function linesOf(key: string, values: readonly string[]): readonly string[] {
	return [...new Set(values)].map(value => `${key} ${checkAuditValue(value)}`);
}

function patternsOf(key: string, patterns: readonly string[] = []): readonly string[] {
	return linesOf(key, patterns.map(checkAuditPattern));
}
