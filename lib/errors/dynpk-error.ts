/**
 * The one error a stage throws: a fault, with a stable code that decides the exit status.
 *
 * The message is the first line a user reads, `details` the evidence below it in the order it was
 * gathered, `hint` the next step. Findings are not faults: they are data, and the plan decides
 * which of them become one.
 */
import {sanitise} from './sanitise.js';

/** Exit status of each fault code; docs/errors.md has the same table, and a test holds the two together. */
export const exitStatuses = {
	USAGE: 2,
	PATTERN_MATCHES_NOTHING: 2,
	TARGET_NOT_FOUND: 2,
	ELF_TRUNCATED: 3,
	ELF_INVALID: 3,
	NOT_A_PROGRAM: 3,
	NO_ELF_FOUND: 3,
	LD_SO_CACHE_INVALID: 3,
	SYMLINK_LOOP: 3,
	PAYLOAD_ESCAPES_ROOT: 3,
	NAME_NOT_UTF8: 3,
	MANIFEST_INVALID: 3,
	ARCHIVE_INVALID: 3,
	BUNDLE_DAMAGED: 3,
	PACKAGE_UNKNOWN: 3,
	RPM_BAD_LEAD: 3,
	RPM_BAD_HEADER: 3,
	RPM_BAD_PAYLOAD: 3,
	RPM_DIGEST_MISMATCH: 3,
	DEB_INVALID: 3,
	DEB_DIGEST_MISMATCH: 3,
	PACKAGE_INDEX_INVALID: 3,
	TRACE_INVALID: 3,
	HOST_INVALID: 3,
	INPUT_CHANGED: 3,
	UNRESOLVED_NEEDED: 4,
	UNRESOLVED_REQUIRES: 4,
	MEMBER_UNUSABLE: 4,
	SONAME_CLASH: 4,
	PATH_CLASH: 4,
	SETUID_PROGRAM: 5,
	UNSUPPORTED_LOADER: 5,
	UNSUPPORTED_MACHINE: 5,
	UNSUPPORTED_COMPRESSION: 5,
	UNSUPPORTED_PACKAGE: 5,
	FILE_TOO_LARGE: 5,
	MIXED_ARCHITECTURES: 5,
	OUTPUT_EXISTS: 6,
	NO_SPACE: 6,
	BUNDLE_TOO_LARGE: 6,
	PERMISSION: 6,
	IO: 6,
	INTERRUPTED: 130,
} as const satisfies Readonly<Record<string, number>>;

export type FaultCode = keyof typeof exitStatuses;

export interface FaultContext {
	/** The evidence, one line each, in the order it was gathered. */
	readonly details?: readonly string[];
	/** The one next step. */
	readonly hint?: string;
	readonly cause?: unknown;
}

export class DynpkError extends Error {
	override readonly name = 'DynpkError';
	readonly code: FaultCode;
	readonly details: readonly string[];
	readonly hint: string | undefined;

	constructor(code: FaultCode, message: string, context: FaultContext = {}) {
		super(sanitise(message), context.cause === undefined ? undefined : {cause: context.cause});
		this.code = code;
		this.details = (context.details ?? []).map(line => sanitise(line));
		this.hint = context.hint === undefined ? undefined : sanitise(context.hint);
	}

	get exitStatus(): number {
		return exitStatuses[this.code];
	}
}

/** Turn a failed system call into a fault that names what was attempted. */
export function faultFromErrno(cause: unknown, attempt: string): DynpkError {
	const errno = errnoOf(cause);
	const reason = cause instanceof Error ? cause.message : String(cause);
	switch (errno) {
		case 'ENOSPC':
		case 'EDQUOT':
		case 'EFBIG':
			return new DynpkError('NO_SPACE', `${attempt}: no space left`, {cause});
		case 'EACCES':
		case 'EPERM':
		case 'EROFS':
			return new DynpkError('PERMISSION', `${attempt}: ${permissionReasons[errno]}`, {cause});
		case 'ENOTDIR':
			return new DynpkError('IO', `${attempt}: a part of that path is no directory`, {cause});
		case 'ENOENT':
			return new DynpkError('IO', `${attempt}: there is no such file or directory`, {cause});
		case 'EISDIR':
			return new DynpkError('IO', `${attempt}: it is a directory`, {cause});
		default:
			return new DynpkError('IO', `${attempt}: ${plainReason(reason)}`, {cause});
	}
}

/** Of `ENXIO: no such device or address, open '/x'` the words in the middle: what was tried on what is said. */
function plainReason(message: string): string {
	return /^E[A-Z0-9]+: (?<words>[^,]+), \w+(?: '.*)?$/su.exec(message)?.groups?.words ?? message;
}

const permissionReasons = {
	EACCES: 'permission denied',
	EPERM: 'operation not permitted',
	EROFS: 'the file system is read-only',
} as const;

/** The `code` of a Node.js system error, such as `ENOENT`. */
export function errnoOf(error: unknown): string | undefined {
	return error instanceof Error && 'code' in error && typeof error.code === 'string'
		? error.code
		: undefined;
}
