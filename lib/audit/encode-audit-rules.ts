/**
 * What the audit stub of a bundle is told, as the text of `libexec/dynpk/audit.rules`.
 *
 * A line a rule, so that a person can read it on the target. The stub reads it into a buffer of fixed
 * size (audit-stub/judge.h): every bound it has is enforced here, so that no bundle is made whose
 * rules it would refuse.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import type {BundlePath} from '../paths/paths.js';

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
	/**
	 * Set where the launcher ends GLIBC_TUNABLES with `glibc.rtld.optional_static_tls=` and this
	 * number: the stub takes that away again before the program starts.
	 */
	readonly staticTls?: number;
}

const limits = {file: 32_768, value: 255} as const;

// What other dialects give a meaning to; the stub knows `*`, `**` and `?` and takes the rest as is.
const foreignSyntax = /[\\[\]{}!()|]/u;

/**
 * @throws {DynpkError} USAGE for a pattern the stub cannot match, or rules that exceed its buffer.
 */
export function encodeAuditRules(rules: AuditRules): Buffer {
	const lines = [
		'dynpk-audit 1',
		`mode ${rules.mode}`,
		...linesOf('library-path', rules.libraryPath),
		...linesOf('host-provided', rules.hostProvided.map(checkedPattern)),
		...linesOf('allow', rules.allowed.map(checkedPattern)),
		...(rules.staticTls === undefined ? [] : [`static-tls ${rules.staticTls}`]),
	];
	const bytes = Buffer.from(lines.map(line => `${line}\n`).join(''));
	if (bytes.length > limits.file) {
		throw new DynpkError('USAGE', `the audit rules take more than ${limits.file} bytes`);
	}

	return bytes;
}

function linesOf(key: string, values: readonly string[]): readonly string[] {
	return [...new Set(values)].map(value => `${key} ${checkedValue(value)}`);
}

function checkedPattern(pattern: string): string {
	if (foreignSyntax.test(pattern)) {
		throw new DynpkError('USAGE', `the audit stub cannot match the pattern ${pattern}`, {
			hint: 'use *, ** and ? only, and one pattern for each alternative',
		});
	}

	return pattern;
}

function checkedValue(value: string): string {
	const size = Buffer.byteLength(value);
	if (size === 0 || size > limits.value || /[\n\0]/u.test(value)) {
		throw new DynpkError('USAGE', `not fit for an audit rule: ${value}`, {
			hint: `it must hold 1 to ${limits.value} bytes and no newline`,
		});
	}

	return value;
}
