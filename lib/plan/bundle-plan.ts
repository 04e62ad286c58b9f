/**
 * The decision: what a bundle will hold, as pure data, before a byte of it is written.
 *
 * Operations are in the order of the archive, and of the four kinds an archive has. Staging carries
 * them out and decides nothing; `--dry-run` prints them.
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
	/** Where programs that no package owns were to find libraries first, where any was found there. */
	readonly libraryPath?: readonly string[];
	readonly packages: readonly PackageRecord[];
	readonly operations: readonly Operation[];
	readonly objects: readonly ObjectRecord[];
	readonly findings: readonly FindingRecord[];
}

/** What the manifest says of a loader, less what is only known once its bytes are read. */
export type PlannedLoader = Omit<LoaderRecord, 'edits' | 'isolated' | 'originalSha256'>;

export type Operation = MakeDirectory | MakeFile | MakeSymlink | MakeHardlink;

interface OperationBase {
	readonly path: BundlePath;
	/** Why, in a few words, for the manifest and for a person. */
	readonly reason: string;
}

/** Where something came from; `undefined` for what dynpk makes or brings itself. */
export interface Origin {
	readonly source: SysrootPath | undefined;
	/** As in `packages`; `undefined` where no package owns the source. */
	readonly package: string | undefined;
}

export interface MakeDirectory extends OperationBase {
	readonly kind: 'directory';
	readonly mode: number;
}

export interface MakeFile extends OperationBase, Origin {
	readonly kind: 'file';
	readonly mode: number;
	readonly content: PlannedContent;
}

export interface MakeSymlink extends OperationBase, Origin {
	readonly kind: 'symlink';
	/** Relative to the link's directory. */
	readonly target: string;
}

export interface MakeHardlink extends OperationBase, Origin {
	readonly kind: 'hardlink';
	readonly target: BundlePath;
}

/** How the bytes of a file are made, when its turn comes. */
export type PlannedContent =
	| CopiedContent
	/** With a text behind its own bytes. */
	| ({readonly kind: 'appended'; readonly text: string} & SourceFile)
	| {readonly kind: 'launcher'; readonly launch: LaunchSpec}
	/** The launcher of a program that reads its own file, which has to know its bytes. */
	| {
			readonly kind: 'self-launcher';
			readonly launch: LoaderLaunch;
			readonly program: SourceFile;
	  }
	/** A program that reads its own file: its bytes with an entry stub, started as they are. */
	| ({readonly kind: 'self-program'; readonly launch: LoaderLaunch} & SourceFile)
	/** What is made from the plan alone: the audit's rules, the table of paths. */
	| {readonly kind: 'bytes'; readonly bytes: Buffer};

export interface CopiedContent extends SourceFile {
	/**
	 * `loader`: its built-in search strings are overwritten; the one object that is changed on the way.
	 * `compiled-python`: made independent of its source's time. `venv-configuration`: without the lines
	 * of `pyvenv.cfg` that say where Python was on the packing machine.
	 */
	readonly kind: 'copied' | 'loader' | 'compiled-python' | 'venv-configuration';
}

/** A file whose bytes are read once more, when its turn comes. */
export interface SourceFile {
	readonly from: HostPath;
	/** In bytes. */
	readonly size: number;
}

/** Of what comes from nowhere on the packing machine. */
export const noOrigin: Origin = {source: undefined, package: undefined};
