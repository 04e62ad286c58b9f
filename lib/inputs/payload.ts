/** What is to travel, before anything is decided about where it goes. Types only. */
import type {ElfObject} from '../elf/elf-object.js';
import type {InstalledPackage} from '../installed/package-database.js';
import type {HostPath, SysrootPath} from '../paths/paths.js';
import type {Shebang} from './shebang.js';

export interface Payload {
	/** That of the first target: of a program, a file, a directory or a package. */
	readonly name: string;
	/** Everything to carry, sorted by path; parents of entries are implied. */
	readonly entries: readonly PayloadEntry[];
	/** What `bin/` offers, in the order asked for; the first is the bundle's entry. */
	readonly programs: readonly PackedProgram[];
	/** Files of the shared objects that are targets by themselves, not as members of a directory. */
	readonly libraries: readonly SysrootPath[];
	/**
	 * What starts a script, by the script's path: a file or link of the payload, without links in its
	 * directories. A script whose interpreter does not travel is not among them.
	 */
	readonly interpreters: ReadonlyMap<SysrootPath, SysrootPath>;
	/** By script: what Python is to take for the user's own base, which holds modules of it (PEP 370). */
	readonly userBases: ReadonlyMap<SysrootPath, SysrootPath>;
	readonly packages: readonly InstalledPackage[];
	/** By whose wish each of them came, the nearest first; nobody's where a target named it. By package id. */
	readonly broughtBy: ReadonlyMap<string, readonly Bringer[]>;
	readonly findings: readonly PayloadFinding[];
}

/** A package that wants another one. */
export interface Bringer {
	readonly package: string;
	readonly how: 'needed' | 'recommended';
}

export type PayloadEntry = PayloadFile | PayloadLink | PayloadDirectory;

interface PayloadBase {
	/** Without any link in its directories. */
	readonly path: SysrootPath;
	readonly reason: Reason;
	readonly package: InstalledPackage | undefined;
}

export interface PayloadFile extends PayloadBase {
	readonly kind: 'file';
	readonly hostPath: HostPath;
	/** Permission bits, without set-id and sticky. */
	readonly mode: number;
	/** In bytes. */
	readonly size: number;
	readonly fileId: string;
	readonly content: FileContent;
}

export type FileContent =
	| {readonly kind: 'elf'; readonly object: ElfObject}
	| {readonly kind: 'script'; readonly shebang: Shebang}
	/** A module that is started, too, has a first line for that, and stays the text that others read. */
	| {readonly kind: 'data'; readonly shebang?: Shebang};

export interface PayloadLink extends PayloadBase {
	readonly kind: 'symlink';
	/** As stored. */
	readonly target: string;
	/** The file or directory at its end, without links, be it another entry or not; or nothing. */
	readonly leadsTo: SysrootPath | undefined;
}

export interface PayloadDirectory extends PayloadBase {
	readonly kind: 'directory';
	readonly mode: number;
}

/** Why something is in the bundle: the answer to the one question users ask. */
export type Reason =
	/** Named, or what lies `below` a directory that was. */
	| {readonly kind: 'target' | 'with'; readonly below?: SysrootPath}
	| {readonly kind: 'scan'; readonly directory: SysrootPath}
	/** In the installation that a program belongs to; `of` is its kind, such as `java`. */
	| {readonly kind: 'prefix'; readonly prefix: SysrootPath; readonly of: string}
	| {
			readonly kind: 'package';
			readonly package: string;
			/** Who needs or recommends it; nobody where it was asked for. */
			readonly neededBy: string | undefined;
			readonly isRecommended: boolean;
	  }
	/** One of the package's libraries is loaded by an object that no package owns. */
	| {readonly kind: 'library'; readonly package: string}
	/** In the package's directory, though in no list: its installation made it. */
	| {readonly kind: 'generated'; readonly package: string}
	/** What a traced run did with it, such as `read`. */
	| {readonly kind: 'trace'; readonly seen: string}
	| {readonly kind: 'link'; readonly from: SysrootPath}
	| {readonly kind: 'interpreter'; readonly of: SysrootPath}
	/** In a place that an object names by a path compiled in. */
	| {readonly kind: 'suspected'; readonly by: SysrootPath}
	/** A base tool that a script calls by its name. */
	| {readonly kind: 'called'; readonly by: SysrootPath}
	/** A library that an object asks for by this path. */
	| {readonly kind: 'needed'; readonly by: SysrootPath}
	/** What a library needs though no package of the payload has it. */
	| {readonly kind: 'companion' | 'plug-in'; readonly of: string}
	/** Of a distribution of Python that a script starts, or needs. */
	| {readonly kind: 'distribution'; readonly distribution: string; readonly of: SysrootPath}
	/** What another package put into a directory of this one. */
	| {readonly kind: 'guest'; readonly of: string}
	| {readonly kind: 'alternative'; readonly name: string};

export interface NamedProgram {
	/** As asked for: `tclsh`, though it leads to `tclsh8.6`. */
	readonly name: string;
	/** As asked for, links kept. */
	readonly path: SysrootPath;
	/** Offered besides what was asked for, where its name is free. */
	readonly isImplied?: boolean;
}

export interface PackedProgram extends NamedProgram {
	/** The file that the path leads to. */
	readonly file: SysrootPath;
}

export interface PayloadFinding {
	/** Such as `SET_ID_LEFT_OUT`. */
	readonly code: string;
	readonly path: string;
	readonly message: string;
}
