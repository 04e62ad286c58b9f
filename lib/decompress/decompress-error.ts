/** What can be wrong with compressed bytes, for callers that know whose bytes they are. */

export type DecompressErrorCode =
	/** Truncated, altered, or followed by something else. */
	| 'DAMAGED'
	/** Neither a tool nor a built-in decoder reads this, or it asks for too much memory. */
	| 'UNSUPPORTED';

export class DecompressError extends Error {
	override readonly name = 'DecompressError';
	readonly code: DecompressErrorCode;

	constructor(code: DecompressErrorCode, message: string, cause?: unknown) {
		super(message, cause === undefined ? undefined : {cause});
		this.code = code;
	}
}
