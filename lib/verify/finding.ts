/** What `verify` found: something true about a bundle or this host that a user should know. */

export interface VerifyFinding {
	readonly code: VerifyCode;
	/** The file it is about, relative to the top of the bundle; or what of the host. */
	readonly path: string;
	readonly message: string;
}

export type VerifyCode =
	| 'DIFFERS_FROM_MANIFEST'
	| 'LOADER_NOT_ISOLATED'
	| 'NEEDED_NOT_IN_BUNDLE'
	| 'LOADER_DISAGREES'
	| 'OBJECT_FROM_OUTSIDE'
	| 'PROGRAM_FROM_OUTSIDE'
	| 'FILE_FROM_OUTSIDE'
	| 'RUN_NOT_RECORDED'
	| 'AUDIT_UNAVAILABLE'
	| 'AUDIT_CANARY_FAILED'
	| 'ENGINE_UNAVAILABLE'
	| 'KERNEL_TOO_OLD'
	| 'CPU_TOO_OLD'
	| 'WRONG_MACHINE'
	| 'NAMES_UNANSWERED'
	| 'NOEXEC';
