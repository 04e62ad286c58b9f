/**
 * The decision: what a bundle will hold, as pure data, before a byte of it is written.
 *
 * Operations are in the order of the archive. Staging carries them out and decides nothing;
 * `--dry-run` prints them.
 */
import type {LaunchSpec, LoaderLaunch} from '../launcher/launch-spec.js';
import type {
	EngineRecord,
	FindingRecord,
	LoaderRecord,
	ObjectRecord,
	PackageRecord,
	ProgramRecord,
} from '../manifest/manifest.js';
import type {BundlePath, HostPath, SysrootPath} from '../paths/paths.js';

export interface BundlePlan {
	readonly name: string;
	readonly programs: readonly ProgramRecord[];
	readonly loaders: readonly PlannedLoader[];
	readonly launches: readonly LaunchSpec[];
	readonly engine: EngineRecord;
	readonly packages: readonly PackageRecord[];
	readonly operations: readonly Operation[];
	readonly objects: readonly ObjectRecord[];
	readonly findings: readonly FindingRecord[];
}

/** What the manifest says of a loader, less what is only known once its bytes are read. */
export type PlannedLoader = Omit<LoaderRecord, 'edits' | 'isolated' | 'originalSha256'>;

export type Operation =
	| MakeDirectory
	| CopyFile
	| CopyVenvConfiguration
	| CopyLoader
	| CopyCompiledPython
	| WriteLauncher
	| WriteSelfProgram
	| CopyTool
	| WriteBytes
	| MakeSymlink
	| MakeHardlink;

interface OperationBase {
	readonly path: BundlePath;
	/** Why, in a few words, for the manifest and for a person. */
	readonly reason: string;
}

interface FromSource extends OperationBase {
	readonly source: SysrootPath;
	/** As in `packages`; `undefined` where no package owns the source. */
	readonly package: string | undefined;
}

export interface MakeDirectory extends OperationBase {
	readonly kind: 'make-directory';
	readonly mode: number;
}

export interface CopyFile extends FromSource {
	readonly kind: 'copy-file';
	readonly from: HostPath;
	/** In bytes. */
	readonly size: number;
	readonly mode: number;
}

/** A file whose bytes are read once more, when its turn comes. */
export interface SourceFile {
	readonly from: HostPath;
	/** In bytes. */
	readonly size: number;
}

/** Compiled Python, made independent of its source's time. */
export interface CopyCompiledPython extends FromSource {
	readonly kind: 'copy-compiled-python';
	readonly from: HostPath;
	readonly size: number;
	readonly mode: number;
}

/** `pyvenv.cfg`, without the lines that say where Python was on the packing machine. */
export interface CopyVenvConfiguration extends FromSource {
	readonly kind: 'copy-venv-configuration';
	readonly from: HostPath;
	readonly size: number;
	readonly mode: number;
}

/** The one object that is changed on the way: its built-in search strings are overwritten. */
export interface CopyLoader extends FromSource {
	readonly kind: 'copy-loader';
	readonly from: HostPath;
	readonly size: number;
	readonly mode: number;
}

export interface WriteLauncher extends OperationBase {
	readonly kind: 'write-launcher';
	readonly launch: LaunchSpec;
	/** The program's own file, where the launcher has to know its bytes. */
	readonly program: SourceFile | undefined;
}

/** A program that reads its own file: its bytes with an entry stub, started as they are. */
export interface WriteSelfProgram extends FromSource {
	readonly kind: 'write-self-program';
	readonly launch: LoaderLaunch;
	readonly from: HostPath;
	/** In bytes. */
	readonly size: number;
}

/** A file of dynpk's own that works on the target: the audit stub, the path shim. */
export interface CopyTool extends OperationBase {
	readonly kind: 'copy-tool';
	readonly from: HostPath;
	/** In bytes. */
	readonly size: number;
}

/** What is made from the plan alone: the audit's rules, the table of paths. */
export interface WriteBytes extends OperationBase {
	readonly kind: 'write-bytes';
	readonly bytes: Buffer;
	readonly mode: number;
}

export interface MakeSymlink extends OperationBase {
	readonly kind: 'make-symlink';
	/** Relative to the link's directory. */
	readonly target: string;
	readonly source: SysrootPath | undefined;
	readonly package: string | undefined;
}

export interface MakeHardlink extends FromSource {
	readonly kind: 'make-hardlink';
	readonly target: BundlePath;
}
