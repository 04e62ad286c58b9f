/**
 * What is known of glibc's releases as loaders under audit.
 *
 * Newest first; the first row whose `from` is not newer than the loader's release speaks for it. Each
 * row's claim is tried by test/audit/loaders.ts with the release named in `tried`. The causes are
 * glibc bugs by number, told in glibc's NEWS and commit messages.
 */
export interface KnownLoader {
	readonly from: readonly [number, number];
	/** A release of this range that the tests run; undefined where none can be had. */
	readonly tried: readonly [number, number] | undefined;
	readonly available: boolean;
	/** One sentence: why, or what is worth knowing where it is available. */
	readonly reason: string;
	/** What programs lose under audit. */
	readonly limits: readonly AuditLimit[];
}

export type AuditLimit =
	/** dlmopen of a path fails, dlmopen of a name crashes the process. */
	| 'dlmopen'
	/** Calls through the PLT cost several times more. */
	| 'slow-calls'
	/** Libraries with much initial-exec storage cannot be loaded, and nothing can be done about it. */
	| 'static-tls';

export const knownLoaders: readonly KnownLoader[] = [
	{
		from: [2, 42],
		tried: undefined,
		available: true,
		reason: 'newer than any glibc the stub was tried with; its interface is unchanged',
		limits: [],
	},
	{
		from: [2, 35],
		tried: [2, 41],
		available: true,
		reason: 'tried with glibc 2.36 and 2.41',
		limits: [],
	},
	{
		// Bug 15533: every call goes through the profiling trampoline once anything audits. The
		// regression of 2.34 for auditors that need no libc (commit 3908fa933a) cannot be tried here.
		from: [2, 34],
		tried: undefined,
		available: false,
		reason: 'glibc 2.34 mishandles auditors that need no libc',
		limits: [],
	},
	{
		// Bug 15533 again, but dlmopen works since bug 26076 was fixed.
		from: [2, 32],
		tried: undefined,
		available: true,
		reason: 'between glibc 2.31 and 2.36, which were tried',
		limits: ['slow-calls'],
	},
	{
		// Bug 26076: dlmopen reads the first object of a namespace that has none yet.
		from: [2, 31],
		tried: [2, 31],
		available: true,
		reason: 'tried with glibc 2.31',
		limits: ['dlmopen', 'slow-calls', 'static-tls'],
	},
	{
		// Bugs 16613 (thread-local storage), 18251, 24122 and 25157.
		from: [0, 0],
		tried: undefined,
		available: false,
		reason: 'glibc before 2.31 has known faults in auditing and was not tried',
		limits: [],
	},
];
