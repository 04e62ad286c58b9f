/**
 * What `pack` was asked for, after the command line and its surroundings are read. Types only.
 *
 * Every path of a file here is absolute; targets, `with` and `scan` are as typed, because they are
 * names inside the sysroot.
 */
import type {ArchiveForm, ArchiveStream} from '../archive/archive-request.js';
import type {Recommends, Scope} from '../inputs/gather-request.js';
import type {HostPath} from '../paths/paths.js';
import type {MissingPolicy} from '../plan/settle-missing.js';
import type {Session} from '../walk/find-session-directories.js';
import type {LauncherChoice} from './open-launchers.js';

export interface PackRequest extends LauncherChoice {
	/** Package files among them; a bare name is looked up in `searchPath`. */
	readonly targets: readonly string[];
	/** `FILE:LINE` of those targets that a list had. */
	readonly listedAt: ReadonlyMap<string, string>;
	/** Name of the bundle; by default that of the first target. */
	readonly name: string | undefined;
	/** Where to; by default the bundle's name in the working directory. */
	readonly output: HostPath | StreamOutput | undefined;
	/** Of the compressor: 1 to 9 for gzip, 1 to 19 for zstd; its usual one by default. */
	readonly level: number | undefined;
	/** Whether an output that is there is replaced. */
	readonly force: boolean;
	readonly with: readonly string[];
	readonly scan: readonly string[];
	readonly traces: readonly HostPath[];
	readonly exclude: readonly string[];
	/** Patterns of files that are data, whatever is in them. */
	readonly verbatim: readonly string[];
	/** Directories of packages that package files may need. */
	readonly repositories: readonly HostPath[];
	/** As in LD_LIBRARY_PATH; nothing where the user's is not to be obeyed. */
	readonly libraryPath: string;
	/** The user's variables, some of which lead programs to files. */
	readonly session: Session;
	readonly missing: MissingPolicy;
	/** Whether a member of a directory that cannot work here is a fault. */
	readonly strict: boolean;
	readonly scope: Scope;
	readonly recommends: Recommends;
	/** Whether what the user's scripts call travels too. */
	readonly commands: boolean;
	/** Whether what objects name by a path compiled in travels too. */
	readonly suspected: boolean;
	readonly audit: AuditChoice;
	/** `none`: programs see the host as it is, its files and the environment. */
	readonly engine: 'auto' | 'none';
	readonly sysroot: HostPath;
	readonly workingDirectory: HostPath;
	/** Absolute directories of `PATH`, in order. */
	readonly searchPath: readonly string[];
	/** Where private directories may be made. */
	readonly temporaryDirectory: HostPath;
	/** dynpk's own directory, such as `~/.cache/dynpk`; `undefined` where there is no home. */
	readonly cache: HostPath | undefined;
}

/** An archive that nothing is named after. */
export interface StreamOutput {
	readonly form: ArchiveForm;
	readonly stream: ArchiveStream;
}

export interface AuditChoice {
	readonly mode: 'off' | 'warn' | 'enforce';
	/** Patterns of host libraries that are let in. */
	readonly allowed: readonly string[];
	/** Patterns of host programs that may be started. */
	readonly allowedPrograms: readonly string[];
}
