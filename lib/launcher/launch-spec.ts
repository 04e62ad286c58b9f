/**
 * What a launcher has to do, as pure data: decided by the plan, carried out by a shell script or by
 * the native launcher, recorded in the manifest.
 *
 * Paths are relative to the top of the bundle; a launcher finds that top at run time from its own
 * place, so a bundle can be moved. Nothing here depends on which kind of launcher is used.
 */
import type {BundlePath} from '../paths/paths.js';

export type LaunchSpec = LoaderLaunch | ScriptLaunch | StaticLaunch | ForwardLaunch;

interface LaunchBase {
	/** Where the launcher itself lies. */
	readonly launcher: BundlePath;
	/** The packed file it stands in for, moved aside. */
	readonly program: BundlePath;
	/** Applied in order before the program starts. */
	readonly environment: readonly EnvironmentRule[];
	readonly requires: HostRequirements;
}

/** A dynamic executable, started through the bundled loader. */
export interface LoaderLaunch extends LaunchBase {
	readonly kind: 'loader';
	/** How the native launcher starts it; the shell launcher can only `exec`. */
	readonly strategy: 'map' | 'exec' | 'self';
	/** Why this strategy, in one sentence. */
	readonly reason: string;
	readonly loader: BundlePath;
	readonly libc: 'glibc' | 'musl';
	/** What the bundled loader's command line understands. */
	readonly loaderOptions: LoaderOptions;
	/** Searched in order, before anything else but an uninhibited DT_RPATH. */
	readonly libraryPath: readonly BundlePath[];
	/** Libraries whose DT_RPATH or DT_RUNPATH would lead out of the bundle. */
	readonly inhibitRpath: readonly BundlePath[];
	/** Whether the program's own DT_RPATH or DT_RUNPATH is switched off too. */
	readonly inhibitOwnRpath: boolean;
	/** Sonames of libraries that insist on being first: ahead of what else is preloaded; the native launcher only. */
	readonly leaders?: readonly string[];
	/** What of the caller's session is set aside first; the native launcher only. */
	readonly session?: readonly SessionRule[];
	/** The MPI that it brings along; the native launcher only. */
	readonly mpi?: MpiLaunch;
	/** How it sees the bundle's paths; the native launcher only. */
	readonly view?: ViewLaunch;
	/** The audit stub, loaded where DYNPK_AUDIT or `byDefault` asks for it; the native launcher only. */
	readonly audit?: AuditLaunch;
}

/** What its launcher looks at where several tasks were started: whether each is told its rank. */
export interface MpiLaunch {
	/** Such as `Open MPI`. */
	readonly family: string;
	/** What its library and plug-ins in the bundle speak with who starts ranks, such as `PMIx`. */
	readonly speaks: readonly string[];
	/** Variables; where one is set, who started the tasks speaks one of these. */
	readonly offers: readonly string[];
	/** Who may have started them, in the order of asking. */
	readonly starters: readonly MpiStarter[];
}

export interface MpiStarter {
	/** The variable with the number of tasks. */
	readonly tasks: string;
	/** The variable with the number of this one: the first tells. */
	readonly rank: string;
	/** What is told behind the number of tasks, where nothing is offered. */
	readonly warning: string;
}

/** How the programs of a bundle see its paths. */
export type Engine = 'direct' | 'shim' | 'userns';

export interface ViewLaunch {
	/** What DYNPK_ENGINE=auto means for this program. */
	readonly engine: Engine;
	/** Why this engine, in one sentence without a full stop. */
	readonly reason: string;
	/** What the bundle has at which path: written for the shim, and for a namespace. */
	readonly table: BundlePath;
	/** The path shim; absent where it can be loaded into no such program. */
	readonly shim?: BundlePath;
}

export interface AuditLaunch {
	/** How it comes between the program and the loader; bundles of old do not say. */
	readonly method: 'interface' | 'preload';
	/** The auditor; by preload the path shim. */
	readonly stub: BundlePath;
	/** Whether it is loaded when DYNPK_AUDIT says nothing. */
	readonly byDefault: boolean;
	/** What GLIBC_TUNABLES must hold while the loader reads it. */
	readonly tunables?: string;
}

export interface LoaderOptions {
	/** `--argv0`: glibc 2.33, musl 1.1.18. */
	readonly argv0: boolean;
	/** `--inhibit-cache`: glibc 2.16. */
	readonly inhibitCache: boolean;
	/** `--inhibit-rpath`: every glibc. */
	readonly inhibitRpath: boolean;
	/** `--preload`: glibc 2.30, musl 1.1.1. */
	readonly preload: boolean;
	/** `--audit`: glibc 2.5. */
	readonly audit: boolean;
}

/** A script, started by the launcher of its bundled interpreter. */
export interface ScriptLaunch extends LaunchBase {
	readonly kind: 'script';
	/** The interpreter's launcher in the bundle. */
	readonly interpreter: BundlePath;
	/** What stands between the interpreter and the script: of the `#!` line, or of `env -S`. */
	readonly arguments: readonly string[];
	/** `NAME=value` settings of an `env -S` line. */
	readonly settings: readonly string[];
	/** Under the shim the interpreter finds the script at the path it came from, and is told that one. */
	readonly isAtOwnPath?: true;
}

/** A static executable: started as it is. */
export interface StaticLaunch extends LaunchBase {
	readonly kind: 'static';
	/** How it sees the bundle's paths. */
	readonly view?: ViewLaunch;
}

/**
 * Another name for a program that cares by which path it is started, as Python does in a virtual
 * environment: `program` is started by its own path, and that is its argv[0].
 */
export interface ForwardLaunch extends LaunchBase {
	readonly kind: 'forward';
}

export interface EnvironmentRule {
	readonly variable: string;
	/**
	 * `default`: only where the user has not set it. `prepend` and `append`: before and behind what
	 * the user has set, and not at all where it stands there already, so that nested launches add
	 * nothing. `choose`: only where the user has not set it, and then the first of the parts that is
	 * there when the program starts.
	 */
	readonly action: 'default' | 'prepend' | 'append' | 'choose';
	/**
	 * `unprojected`: only with the engine `direct`, for a path that the others show the program where it
	 * looks.
	 */
	readonly when: 'always' | 'unprojected';
	/** Joined by `:`, but for `choose`; `bundle` parts are below the top of the bundle. */
	readonly parts: readonly EnvironmentPart[];
}

/** What names another installation of a language is kept from its program, and given back to the host's. */
export interface SessionRule {
	readonly variable: string;
	/**
	 * `aside`: all of it. `sift`: of a list, the directories in which one of `marks` lies. In what the
	 * bundle has, with one of `marks` in it, it finds itself: that stays.
	 */
	readonly action: 'aside' | 'sift';
	readonly marks: readonly string[];
}

export interface EnvironmentPart {
	readonly kind: 'bundle' | 'literal';
	readonly text: string;
}

export interface HostRequirements {
	/** The oldest kernel any object allows. */
	readonly kernel: readonly [number, number, number];
	/** GNU_PROPERTY_X86_ISA_1_NEEDED of all objects together: 1 baseline, 2 v2, 4 v3, 8 v4. */
	readonly isa: number;
	/** `e_machine` of the program. */
	readonly machine: number;
	readonly class: 32 | 64;
}
