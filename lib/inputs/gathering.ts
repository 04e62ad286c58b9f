/** What the steps of gathering a payload share, and fill. Types only. */
import type {InstalledPackage, PackageDatabase} from '../installed/package-database.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {Alternative} from './alternatives.js';
import type {GatherRequest} from './gather-request.js';
import type {Collector} from './payload-collector.js';
import type {CompanionFinder} from './payload-companions.js';

export interface Gathering {
	readonly request: GatherRequest;
	readonly sysroot: Sysroot;
	readonly databases: readonly PackageDatabase[];
	readonly collector: Collector;
	/** Packages asked for, directly or as owners of programs. */
	readonly roots: Set<InstalledPackage>;
	/** Packages the user named: of theirs, and of what they need, more is kept. */
	readonly named: Set<InstalledPackage>;
	/** Packages whose files are in. */
	readonly expanded: Set<InstalledPackage>;
	readonly excluded: Map<string, string>;
	/** What starts each script that has been looked into; `undefined` where nothing is known to. */
	readonly interpreters: Map<SysrootPath, SysrootPath | undefined>;
	/** Ends of links that have been looked into. */
	readonly settled: Set<SysrootPath>;
	readonly companions: CompanionFinder;
	readonly alternatives: readonly Alternative[];
}
