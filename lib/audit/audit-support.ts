/**
 * Whether a bundled loader can be audited, told from its bytes and a table: nothing is executed.
 *
 * The release is the one the files themselves name. A distribution may have taken later fixes into
 * an older release; that makes the answer too cautious, never too bold, and `verify` tries the stub
 * on the target with a canary.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {knownLoaders} from './known-loaders.js';
import type {AuditLimit, KnownLoader} from './known-loaders.js';

export interface AuditedLoader {
	readonly libc: 'glibc' | 'musl';
	/** `e_machine` of the loader. */
	readonly machine: number;
	/** The whole loader file. */
	readonly loader: Buffer;
	/** The `libc.so.6` beside it, read when it has to be: before glibc 2.33 only that names the release. */
	readonly readLibrary: () => Buffer | undefined;
	/** What programs start with, themselves included. */
	readonly objects: readonly Pick<ElfObject, 'tls' | 'threadLocals'>[];
}

export interface AuditSupport {
	readonly available: boolean;
	/** One sentence, fit to be shown. */
	readonly reason: string;
	readonly limits: readonly AuditLimit[];
	/**
	 * What `glibc.rtld.optional_static_tls` must be for the libraries to be loaded; undefined where
	 * the loader's default does.
	 */
	readonly staticTls: number | undefined;
}

/**
 * Bytes that glibc keeps by default for the initial-exec storage of libraries, when it must lay it
 * out before it knows them, as it must for an auditor (sysdeps/generic/dl-tls.c).
 */
const KEPT_BY_DEFAULT = 512;

/** Machines the stub is built for (audit-stub/stub.mk): EM_386, EM_X86_64 and EM_AARCH64. */
const stubMachines: ReadonlySet<number> = new Set([3, 62, 183]);

/** Answer whether the stub may be used with the loader that `facts` describe. */
export function auditSupport(facts: AuditedLoader): AuditSupport {
	if (facts.libc === 'musl') {
		return unavailable("musl's loader has no audit interface");
	}

	if (!stubMachines.has(facts.machine)) {
		return unavailable(`there is no audit stub for e_machine ${facts.machine}`);
	}

	if (!facts.loader.includes('\0--audit\0')) {
		return unavailable('the bundled loader has no option --audit');
	}

	const release = releaseIn(facts.loader) ?? releaseIn(facts.readLibrary());
	if (release === undefined) {
		return unavailable('the bundled loader does not tell which glibc it is');
	}

	const known = knownLoaders.find(row => !isOlder(release, row.from));
	if (known === undefined) {
		return unavailable(`nothing is known of glibc ${release.join('.')}`);
	}

	const {available, reason, limits} = known;
	const needed = staticTlsOf(facts.objects);
	if (needed > KEPT_BY_DEFAULT && limits.includes('static-tls')) {
		return unavailable(
			`glibc ${release.join('.')} under audit has no room for ${needed} bytes of thread-local storage`,
		);
	}

	// Twice, because what is left over must still serve objects that are opened later.
	const staticTls = needed > KEPT_BY_DEFAULT ? needed * 2 : undefined;
	return {available, reason, limits, staticTls};
}

function unavailable(reason: string): AuditSupport {
	return {available: false, reason, limits: [], staticTls: undefined};
}

/**
 * What is reached at fixed offsets, by whomever. Most programs have not that much storage in all,
 * and then their relocations need not be read.
 */
function staticTlsOf(objects: AuditedLoader['objects']): number {
	const providers = objects.filter(({tls}) => tls !== undefined);
	if (sizeOf(providers) <= KEPT_BY_DEFAULT) {
		return 0;
	}

	const fixed = new Set(objects.flatMap(({threadLocals}) => threadLocals.fixed));
	return sizeOf(
		providers.filter(
			({threadLocals: {fixesOwn, defined}}) => fixesOwn || defined.some(name => fixed.has(name)),
		),
	);
}

function sizeOf(objects: AuditedLoader['objects']): number {
	return objects.reduce(
		(sum, {tls}) => sum + (tls === undefined ? 0 : tls.size + tls.alignment),
		0,
	);
}

/** `ld.so (…) stable release version 2.36.` or the same sentence of libc.so.6. */
const sentence =
	/(?:ld\.so|GNU C Library) \([^)\0\n]{0,200}\) (?:stable|development) release version (\d{1,3})\.(\d{1,3})/u;
const WORDS = ' release version ';
/** As far before and behind these words as the sentence can reach. */
const BEFORE = 240;
const BEHIND = 32;

function releaseIn(file: Buffer | undefined): KnownLoader['from'] | undefined {
	let at = file?.indexOf(WORDS) ?? -1;
	while (file !== undefined && at !== -1) {
		// One character a byte, so that nothing in a binary file can be malformed.
		const near = file.toString('latin1', Math.max(0, at - BEFORE), at + BEHIND);
		const [, major, minor] = sentence.exec(near) ?? [];
		if (major !== undefined) {
			return [Number(major), Number(minor)];
		}

		at = file.indexOf(WORDS, at + 1);
	}

	return undefined;
}

function isOlder(a: KnownLoader['from'], b: KnownLoader['from']): boolean {
	return a[0] < b[0] || (a[0] === b[0] && a[1] < b[1]);
}
