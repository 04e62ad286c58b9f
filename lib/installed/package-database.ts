/**
 * What a package manager knows of an installed system: who owns a file, what a package needs.
 *
 * Types only; dpkg-database.ts and rpm-database.ts find out, at a handful of calls for any number of
 * files.
 */
import type {SysrootPath} from '../paths/paths.js';

export interface InstalledPackage {
	readonly manager: 'deb' | 'rpm';
	readonly name: string;
	readonly version: string;
	readonly architecture: string;
	/** Part of every system of its distribution, so nobody declares needing it. */
	readonly essential: boolean;
	/** Hard dependencies: of each group one is needed, the first installed one counts. */
	readonly depends: readonly (readonly string[])[];
	/** What it should usually have beside it, in the same form. */
	readonly recommends: readonly (readonly string[])[];
	readonly provides: readonly string[];
	/** What it was built from, where its manager says. */
	readonly source: SourcePackage | undefined;
	/** License as the package states it, where it does. */
	readonly license: string | undefined;
}

export interface SourcePackage {
	readonly name: string;
	/** Often, but not always, that of the package; rpm's has no epoch. */
	readonly version: string;
}

export interface PackageDatabase {
	readonly manager: 'deb' | 'rpm';
	/** Its files have been on a machine, which may have written secrets into them. */
	readonly isInstalled: boolean;
	/** An installed package by `name` or `name:architecture`, or by a name it provides. */
	find(name: string): InstalledPackage | undefined;
	/** Of all its packages, for who mistyped one. */
	names(): readonly string[];
	/** The owners of these paths; a path nobody owns is absent from the answer. */
	owners(paths: readonly SysrootPath[]): ReadonlyMap<SysrootPath, InstalledPackage>;
	/** Every path each package lists, directories included, in the package's order. */
	files(
		packages: readonly InstalledPackage[],
	): ReadonlyMap<InstalledPackage, readonly SysrootPath[]>;
	/**
	 * Directories of these packages that no other package lists, each with its owner. None where lists
	 * do not name the directories of every file, or name what an installation makes as well.
	 */
	ownDirectories(packages: readonly InstalledPackage[]): ReadonlyMap<SysrootPath, InstalledPackage>;
}

/** A database that is there, and nobody here to read it; or that may be there, in a place not shown to us. */
export interface UnreadDatabase {
	readonly manager: 'deb' | 'rpm';
	/** Its directory. */
	readonly unread: SysrootPath;
	/** The program that could read it; `undefined` where this user may not look at it. */
	readonly missing: string | undefined;
}

/** How a package is written to a person and in the manifest. */
export function packageId(owner: InstalledPackage): string {
	return `${owner.manager}:${owner.name}`;
}

/** What it was built from, as far as its manager says: that of several packages is one. */
export function sourceName({manager, name, source}: InstalledPackage): string {
	return `${manager}:${source?.name ?? name}`;
}
