/** What the steps of gathering a payload share, and fill. Types only. */
import type {FoundString} from '../elf/find-strings.js';
import type {PackageInClosure} from '../installed/package-closure.js';
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Alternative} from './alternatives.js';
import type {Exclusions} from './exclusions.js';
import type {GatherRequest} from './gather-request.js';
import type {InstallTree} from './install-trees.js';
import type {NamedProgram, PayloadEntry} from './payload.js';
import type {Collector} from './payload-collector.js';
import type {CompanionFinder} from './payload-companions.js';
import type {LibraryReach} from './reach-libraries.js';

export interface Gathering {
	readonly request: GatherRequest;
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
	readonly exclusions: Exclusions;
	readonly collector: Collector;
	/** Packages asked for, directly or as owners of programs. */
	readonly roots: Set<InstalledPackage>;
	/** Of these, those that targets name: their Recommends travel. */
	readonly targeted: Set<InstalledPackage>;
	/** Packages the user named as such: of theirs, and of what they need, more is kept. */
	readonly named: Set<InstalledPackage>;
	/** Packages whose files are in, and how each came to be. */
	readonly expanded: Map<InstalledPackage, PackageInClosure>;
	/** What the user's own objects load. */
	readonly libraries: LibraryReach;
	/** Installations that are in, which no package owns. */
	readonly prefixes: Set<SysrootPath>;
	/** Trees that targets were installed into and that are not taken, with these targets. */
	readonly strangers: Map<
		SysrootPath,
		{readonly tree: InstallTree; readonly programs: readonly SysrootPath[]}
	>;
	/** Packages of which is in what they hold for themselves, by how many importers were known then. */
	readonly held: Map<InstalledPackage, number>;
	readonly excluded: Map<string, string>;
	/** For building, and left out for now, each with who asked for it. */
	readonly leftOut: Map<InstalledPackage, InstalledPackage>;
	/** What starts each script that has been looked into; `undefined` where nothing is known to. */
	readonly interpreters: Map<SysrootPath, SysrootPath | undefined>;
	/** Ends of links that have been looked into. */
	readonly settled: Set<SysrootPath>;
	readonly companions: CompanionFinder;
	readonly called: {
		/** Scripts that have been looked into. */
		readonly scripts: Set<SysrootPath>;
		/** What they call, besides base tools, by the first that does. */
		readonly others: Map<SysrootPath, LeftCall>;
		/** What was taken for `--commands`. */
		readonly taken: Map<SysrootPath, NamedProgram>;
	};
	/** Of Python. */
	readonly distributions: {
		/** Scripts and environments that have been looked into. */
		readonly begun: Set<SysrootPath>;
		/** Scripts of which one was found, by which all that they need is known. */
		readonly known: Set<SysrootPath>;
		/** Those that are in, by their records, and whether what they need is their own matter. */
		readonly taken: Map<SysrootPath, boolean>;
		/** By script that has modules of its user's, the directory that these are below. */
		readonly userBases: Map<SysrootPath, SysrootPath>;
	};
	readonly alternatives: readonly Alternative[];
	/** Paths that stand in objects, by the object's file id. */
	readonly compiledIn: Map<string, readonly FoundString[]>;
}

/** A program that is called and does not travel, by the first script that calls it. */
export interface LeftCall {
	readonly script: PayloadEntry;
	readonly owner: InstalledPackage | undefined;
}
