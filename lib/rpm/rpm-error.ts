/** The one error of this folder: what is wrong with which package, and with which file in it. */

export type RpmErrorCode =
	/** Not an RPM package at all. */
	| 'RPM_BAD_LEAD'
	/** A header that is truncated, out of bounds or contradicts itself. */
	| 'RPM_BAD_HEADER'
	/** An archive that is truncated or does not match the header's file list. */
	| 'RPM_BAD_PAYLOAD'
	| 'RPM_DIGEST_MISMATCH'
	| 'UNSUPPORTED_COMPRESSION'
	/** A payload of a kind this reader does not know, such as a delta package's. */
	| 'UNSUPPORTED_PACKAGE'
	| 'NAME_NOT_UTF8';

export interface RpmErrorContext {
	/** The path the package was opened by. */
	readonly package: string;
	/** The file inside the package, as the package names it. */
	readonly entry?: string | undefined;
	readonly cause?: unknown;
}

export class RpmError extends Error {
	override readonly name = 'RpmError';
	readonly code: RpmErrorCode;
	readonly package: string;
	readonly entry: string | undefined;

	constructor(code: RpmErrorCode, problem: string, context: RpmErrorContext) {
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
