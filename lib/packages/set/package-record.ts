/** One package that could be part of a set: what it needs, what it offers, where its file lies. */
import {compareDebVersions} from '../../deb/compare-versions.js';
import type {HostPath} from '../../paths/paths.js';
import {comparePaths} from '../../paths/paths.js';
import {compareEvr, parseEvr} from '../../rpm/evr.js';
import type {Capability, CapabilityNeed, Need} from './need.js';

export interface PackageRecord {
	readonly manager: 'rpm' | 'deb';
	readonly name: string;
	/** In full: `[EPOCH:]VERSION-RELEASE`. */
	readonly version: string;
	readonly arch: string;
	readonly license: string | undefined;
	/** Debian's flag: part of every system, so nobody declares needing it. */
	readonly isEssential: boolean;
	/** The package file. */
	readonly file: HostPath;
	/** The repository it was found in; absent for a package that was given by itself. */
	readonly repository: HostPath | undefined;
	readonly requires: readonly Need[];
	/** Would go with it where the set has it. */
	readonly recommends: readonly Need[];
	/** Its own name is among them. */
	readonly provides: readonly Capability[];
	readonly conflicts: readonly Need[];
	/** Names of packages that it takes the place of; none of Debian's, where conflicts say it. */
	readonly obsoletes: readonly CapabilityNeed[];
	/** Paths it is known to have; all of them when it was read from its own file. */
	readonly paths: readonly string[];
}

/** `bash-5.2.26-3.x86_64`, or `bash_5.2-1_amd64`: each in its manager's way. */
export function recordId({manager, name, version, arch}: PackageRecord): string {
	return manager === 'rpm' ? `${name}-${version}.${arch}` : `${name}_${version}_${arch}`;
}

/** Newest first; equal versions by architecture and place, so that the order is total. */
export function compareRecords(a: PackageRecord, b: PackageRecord): number {
	return (
		comparePaths(a.name, b.name) ||
		compareVersions(b, a) ||
		Number(isAnyArch(a)) - Number(isAnyArch(b)) ||
		comparePaths(a.file, b.file)
	);
}

function compareVersions(a: PackageRecord, b: PackageRecord): number {
	return a.manager === 'rpm'
		? compareEvr(parseEvr(a.version), parseEvr(b.version))
		: compareDebVersions(a.version, b.version);
}

export function isAnyArch({arch}: Pick<PackageRecord, 'arch'>): boolean {
	return arch === 'noarch' || arch === 'all';
}

/**
 * The architecture whose packages go together: rpm has several names for 32-bit x86, and for
 * levels of 64-bit x86.
 */
export function archFamily({arch}: Pick<PackageRecord, 'arch'>): string {
	if (/^i[3-6]86$|^athlon$/u.test(arch)) {
		return 'i686';
	}

	return arch.replace(/^x86_64_v\d$/u, 'x86_64');
}
