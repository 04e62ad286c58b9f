/** What the user asked to pack, after the command line is read. Types only. */
import type {HostPath} from '../paths/paths.js';
import type {TraceEvidence} from '../trace/trace-evidence.js';

export interface Request {
	/** As typed. */
	readonly targets: readonly string[];
	/** Name of the bundle; by default that of the first target. */
	readonly name: string | undefined;
	/** Files and directories to carry besides. */
	readonly with: readonly string[];
	/** Directories of which every ELF file is a root of the walk. */
	readonly scan: readonly string[];
	/** Patterns of paths and sonames to leave out; each must match something. */
	readonly exclude: readonly string[];
	readonly scope: 'auto' | 'closure' | 'package';
	/** What runs of programs showed. */
	readonly traces?: readonly TraceEvidence[] | undefined;
	/** Root directory everything is resolved in. */
	readonly sysroot: HostPath;
	/** Directories a bare program name is looked up in, as in `PATH`. */
	readonly searchPath: readonly string[];
	readonly workingDirectory: HostPath;
}
