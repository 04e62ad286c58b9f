/** What a loader has compiled in, as far as it decides where libraries come from. Types only. */
import type {ElfObject} from '../elf/elf-object.js';
import type {SysrootPath} from '../paths/paths.js';

export type LoaderFacts = GlibcFacts | MuslFacts;

interface FactsBase {
	/** As PT_INTERP names it. */
	readonly path: SysrootPath;
	readonly object: ElfObject;
	/** Such as `2.36` or `1.2.3`; `undefined` where the file does not tell. */
	readonly version: string | undefined;
	/** What its command line understands. */
	readonly options: LoaderCommandLine;
}

export interface GlibcFacts extends FactsBase {
	readonly kind: 'glibc';
	/** The trusted directories, searched last, without a final slash. */
	readonly systemDirs: readonly string[];
	/** What `$LIB` stands for. */
	readonly lib: string;
	/** What `$PLATFORM` may stand for, the plainest processor first; it depends on the machine. */
	readonly platforms: readonly string[];
	/** Subdirectories of `glibc-hwcaps`, best first; empty before 2.33 and where there are none. */
	readonly hwcaps: readonly string[];
	/** Names that make up the older subdirectories (`tls`, `x86_64`), up to 2.36. */
	readonly legacyHwcaps: readonly string[];
	/** Where it looks for the library cache, and for libraries to preload. */
	readonly cachePath: SysrootPath;
	readonly preloadPath: SysrootPath | undefined;
	/** x86-64 level below which it refuses to start; 1 for the baseline and other machines. */
	readonly isaLevel: number;
}

export interface MuslFacts extends FactsBase {
	readonly kind: 'musl';
	/** As in `ld-musl-x86_64.path`. */
	readonly architecture: string;
	/** Searched last where there is no such file. */
	readonly systemDirs: readonly string[];
}

export interface LoaderCommandLine {
	readonly argv0: boolean;
	readonly libraryPath: boolean;
	readonly inhibitCache: boolean;
	readonly inhibitRpath: boolean;
	readonly preload: boolean;
	readonly audit: boolean;
	readonly hwcapsPrepend: boolean;
	readonly hwcapsMask: boolean;
	readonly listDiagnostics: boolean;
}
