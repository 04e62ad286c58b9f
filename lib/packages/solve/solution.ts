/** What the solver answers: which packages, and why each of them. Types only. */
import type {HostPath} from '../../paths/paths.js';
import type {PackageRecord} from '../set/package-record.js';

export interface Solution {
	/** Sorted by name; the same for the same packages in whatever order they were given. */
	readonly packages: readonly SolvedPackage[];
	/** Needs that the base-system rules answer instead of a package. */
	readonly excluded: readonly ExcludedNeed[];
	/** What is borne: nothing unless the caller bears it. */
	readonly unmet: readonly UnresolvedNeed[];
	readonly repositories: readonly HostPath[];
}

export interface SolvedPackage {
	readonly record: PackageRecord;
	/** Absent for a package that was given, and for one that nobody says they need. */
	readonly neededBy: NeededBy | undefined;
	/** Of one that nobody needs. */
	readonly recommendedBy: NeededBy | undefined;
}

export interface NeededBy {
	readonly record: PackageRecord;
	/** As the package manager writes it. */
	readonly need: string;
}

export interface ExcludedNeed {
	readonly need: string;
	readonly reason: string;
	readonly neededBy: PackageRecord;
}

export interface UnresolvedNeed {
	/** `conflict`: `need` is a sentence, and says all. */
	readonly kind: 'need' | 'conflict';
	readonly need: string;
	readonly neededBy: readonly PackageRecord[];
	/** Packages that would meet it but cannot be chosen beside the others. */
	readonly blocked: readonly PackageRecord[];
	/** Packages that would meet it, of which an index lists a file that is not there. */
	readonly absent: readonly PackageRecord[];
}
