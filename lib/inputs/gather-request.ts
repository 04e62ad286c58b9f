/** What is to be gathered, and where its names are looked up. Types only. */
import type {UserLibraryPath} from '../loader/library-path.js';
import type {HostPath, SysrootPath} from '../paths/paths.js';
import type {TraceEvidence} from '../trace/trace-evidence.js';

/**
 * How far a program's reach goes; `auto`: `package` where one owns it, its prefix where that holds nothing else, or
 * a rule knows it, else `closure`; `prefix`: the same, but any prefix.
 */
export type Scope = 'auto' | 'closure' | 'package' | 'prefix';

/**
 * Whose Recommends travel, where they are installed: nobody's, those of the packages that targets name
 * and of the packages of one source with them, or everybody's.
 */
export type Recommends = 'none' | 'named' | 'all';

export interface GatherRequest extends LookUpPlace {
	/** As typed. */
	readonly targets: readonly string[];
	/** `FILE:LINE` of those that a list had. */
	readonly listedAt: ReadonlyMap<string, string>;
	/** Files and directories to carry besides. */
	readonly with: readonly string[];
	/** Directories of which every ELF file is a root of the walk. */
	readonly scan: readonly string[];
	readonly scope: Scope;
	readonly recommends: Recommends;
	/** Whether what the user's scripts call travels too. */
	readonly commands: boolean;
	/** Whether what objects name by a path compiled in, and what nobody else brings, travels too. */
	readonly suspected: boolean;
	/** What is data, whatever is in it; nothing by default. */
	readonly isVerbatim?: (path: SysrootPath) => boolean;
	/** What runs of programs showed. */
	readonly traces: readonly TraceEvidence[];
	/** The user's LD_LIBRARY_PATH, by which objects that no package owns find libraries. */
	readonly libraryPath: UserLibraryPath | undefined;
}

/** Where what a user typed is looked up. */
export interface LookUpPlace {
	/** Root directory everything is resolved in. */
	readonly sysroot: HostPath;
	/** Directories a bare program name is looked up in, as in `PATH`. */
	readonly searchPath: readonly string[];
	readonly workingDirectory: HostPath;
	/** The user's variables, by which version managers choose; none for a foreign root. */
	readonly environment: Readonly<Record<string, string | undefined>>;
}
