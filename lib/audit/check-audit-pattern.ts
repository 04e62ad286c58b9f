/** Whether the audit stub can match a pattern: its buffers are small and its dialect is plain. */
import {DynpkError} from '../errors/dynpk-error.js';

const VALUE_LIMIT = 255;

// What other dialects give a meaning to; the stub knows `*`, `**` and `?` and takes the rest as is.
const FOREIGN_SYNTAX = /[\\[\]{}!()|]/u;

/** @throws {DynpkError} USAGE */
export function checkAuditPattern(pattern: string): string {
	if (FOREIGN_SYNTAX.test(pattern)) {
		throw new DynpkError('USAGE', `the audit stub cannot match the pattern ${pattern}`, {
			hint: 'use *, ** and ? only, and one pattern for each alternative',
		});
	}

	return checkAuditValue(pattern);
}

/** @throws {DynpkError} USAGE for what is no line of the rules. */
export function checkAuditValue(value: string): string {
	const size = Buffer.byteLength(value);
	if (size === 0 || size > VALUE_LIMIT || /[\n\0]/u.test(value)) {
		throw new DynpkError('USAGE', `not fit for an audit rule: ${value}`, {
			hint: `it must hold 1 to ${VALUE_LIMIT} bytes and no newline`,
		});
	}

	return value;
}
