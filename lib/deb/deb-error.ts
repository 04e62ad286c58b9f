/** The one error of this folder: what is wrong with which package, and with which file in it. */

export type DebErrorCode =
	/** Not a Debian package, truncated, or contradicting itself. */
	| 'DEB_INVALID'
	/** A file that does not have the digest its package lists. */
	| 'DEB_DIGEST_MISMATCH'
	| 'UNSUPPORTED_COMPRESSION'
	| 'NAME_NOT_UTF8';

export interface DebErrorContext {
	/** The path the package or index was opened by. */
	readonly package: string;
	/** The member or file inside it. */
	readonly entry?: string | undefined;
	readonly cause?: unknown;
}

export class DebError extends Error {
	override readonly name = 'DebError';
	readonly code: DebErrorCode;
	readonly package: string;
	readonly entry: string | undefined;

	constructor(code: DebErrorCode, problem: string, context: DebErrorContext) {
		const subject =
			context.entry === undefined ? context.package : `${context.package}: ${context.entry}`;
		super(
			`${subject}: ${problem}`,
			context.cause === undefined ? undefined : {cause: context.cause},
		);
		this.code = code;
		this.package = context.package;
		this.entry = context.entry;
	}
}
