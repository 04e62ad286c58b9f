/**
 * The manifest: the one contract after packing.
 *
 * Whoever runs, verifies, inspects or compares a bundle reads this and never resolves again. Its
 * form is docs/manifest-v1.schema.json; it is written with sorted keys and no clock in it, so that
 * its hash is the bundle's identity. Paths are relative to the top of the bundle.
 */
import type {Engine, LaunchSpec} from '../launcher/launch-spec.js';
import type {Place} from '../loader/loader-search.js';
import type {BundlePath, SysrootPath} from '../paths/paths.js';

/** At the top of every bundle. */
export const MANIFEST_NAME = 'dynpk.json';

/** Of its bytes: more than half a million files at a few hundred each. */
export const MANIFEST_LIMIT = 256 << 20;

export interface BundleManifest {
	readonly format: 'dynpk-bundle';
	readonly version: 1;
	readonly name: string;
	/** What made it, such as `dynpk 0.1.0`. */
	readonly tool: string;
	/** What `bin/` offers; the first is the entry. */
	readonly programs: readonly ProgramRecord[];
	readonly loaders: readonly LoaderRecord[];
	readonly launches: readonly LaunchSpec[];
	readonly engine: EngineRecord;
	/**
	 * Elements of LD_LIBRARY_PATH as programs that no package owns had it; absent where nothing was
	 * found there.
	 */
	readonly libraryPath?: readonly string[];
	readonly packages: readonly PackageRecord[];
	/** Every entry but the manifest itself, in the order of the archive. */
	readonly files: readonly FileRecord[];
	/** Every ELF object, with who answers to what it needs. */
	readonly objects: readonly ObjectRecord[];
	readonly findings: readonly FindingRecord[];
}

/** How its programs see its paths where nothing else is asked for: the strongest that any of them needs. */
export interface EngineRecord {
	readonly choice: Engine;
	/** One sentence, without a full stop. */
	readonly reason: string;
}

export interface ProgramRecord {
	readonly name: string;
	readonly path: BundlePath;
	/** Where it was on the packing machine, as asked for. */
	readonly source: SysrootPath;
}

export interface LoaderRecord {
	readonly path: BundlePath;
	/** The PT_INTERP string it answers to. */
	readonly interpreter: SysrootPath;
	readonly libc: 'glibc' | 'musl';
	/** Such as `2.36`. */
	readonly version: string;
	readonly machine: string;
	readonly class: 32 | 64;
	/** What of its built-in search was switched off, by overwriting strings of equal length. */
	readonly edits: readonly LoaderEditRecord[];
	/** Whether every built-in path that could lead to the host was found and overwritten. */
	readonly isolated: boolean;
	/** Of the file as the distribution made it. */
	readonly originalSha256: string;
}

export interface LoaderEditRecord {
	readonly what: string;
	readonly offset: number;
	readonly before: string;
	readonly after: string;
}

export interface PackageRecord {
	/** `deb:bash`, `rpm:bash`. */
	readonly id: string;
	readonly version: string;
	readonly architecture: string;
	readonly license?: string | undefined;
	/** Packages by whose wish it came, the nearest first; absent where its files came by themselves. */
	readonly broughtBy?: readonly BringerRecord[];
}

export interface BringerRecord {
	readonly package: string;
	readonly how: 'needed' | 'recommended';
}

export interface FileRecord {
	readonly path: BundlePath;
	readonly kind: 'directory' | 'file' | 'symlink' | 'hardlink';
	/** Octal, such as `0755`; absent for links. */
	readonly mode?: string | undefined;
	/** In bytes; of files. */
	readonly size?: number | undefined;
	/** Of files, in lower-case hexadecimal. */
	readonly sha256?: string | undefined;
	/** Of links: as stored for a symlink, a bundle path for a hard link. */
	readonly target?: string | undefined;
	/** Where it was on the packing machine; absent for what dynpk made. */
	readonly source?: SysrootPath | undefined;
	/** The package that owns the source, as in `packages`. */
	readonly package?: string | undefined;
	/** Why it is in the bundle, in a few words. */
	readonly reason: string;
}

export interface ObjectRecord {
	readonly path: BundlePath;
	readonly soname?: string | undefined;
	readonly needed: readonly EdgeRecord[];
	/** The oldest kernel it says it runs on; absent where it does not say. */
	readonly kernel?: string | undefined;
	/** GNU_PROPERTY_X86_ISA_1_NEEDED; absent where it asks for nothing. */
	readonly isa?: number | undefined;
}

export interface EdgeRecord {
	readonly name: string;
	/** The rule by which it was found on the packing machine. */
	readonly place: Place | 'missing' | 'excluded';
	/** Absent where nothing in the bundle answers. */
	readonly to?: BundlePath | undefined;
}

export interface FindingRecord {
	readonly code: string;
	readonly path: string;
	readonly message: string;
}
