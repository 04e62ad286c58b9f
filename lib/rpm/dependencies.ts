/** Dependencies of a package: parallel arrays of names, flags and versions, as records. */
import {formatEvr, parseEvr, type Relation, type VersionRange} from './evr.js';
import type {RpmHeader} from './header.js';
import {headerNumbers, headerStrings} from './header-values.js';
import {parseRichDependency, type RichDependency} from './rich-dependency.js';
import {RpmError} from './rpm-error.js';
import {dependencyTags, tagName} from './tags.js';

export interface RpmDependency {
	/** As stored; of a rich dependency, the whole expression. */
	readonly name: string;
	/** Absent: any version. */
	readonly range: VersionRange | undefined;
	/** `RPMSENSE_*` bits: when it is needed and how it was found. */
	readonly flags: number;
	/** A feature that rpm itself must have, never a package. */
	readonly isRpmlib: boolean;
	/** The parsed expression of a rich dependency. */
	readonly rich: RichDependency | undefined;
}

export type DependencyKind = keyof typeof dependencyTags;

/** Bits of `RpmDependency.flags` (rpm's `rpmds.h`). */
export const senseFlags = {
	less: 1 << 1,
	greater: 1 << 2,
	equal: 1 << 3,
	prereq: 1 << 6,
	interpreter: 1 << 8,
	scriptPre: 1 << 9,
	scriptPost: 1 << 10,
	scriptPreun: 1 << 11,
	scriptPostun: 1 << 12,
	scriptVerify: 1 << 13,
	triggerIn: 1 << 16,
	triggerUn: 1 << 17,
	triggerPostun: 1 << 18,
	missingOk: 1 << 19,
	rpmlib: 1 << 24,
	triggerPrein: 1 << 25,
	config: 1 << 28,
} as const;

const relationOfSense: Readonly<Record<number, Relation>> = {
	[senseFlags.less]: '<',
	[senseFlags.less | senseFlags.equal]: '<=',
	[senseFlags.equal]: '=',
	[senseFlags.greater | senseFlags.equal]: '>=',
	[senseFlags.greater]: '>',
};

const SENSE_MASK = senseFlags.less | senseFlags.greater | senseFlags.equal;

/** @throws {RpmError} RPM_BAD_HEADER */
export function readDependencies(
	header: RpmHeader,
	kind: DependencyKind,
): readonly RpmDependency[] {
	const names = headerStrings(header, dependencyTags[kind].name);
	// Packages of rpm 3 carry provides without versions.
	const flags = readColumn(header, dependencyTags[kind].flags, names, headerNumbers);
	const versions = readColumn(header, dependencyTags[kind].version, names, headerStrings);
	return names.map((name, index) =>
		makeDependency(header, name, flags[index] ?? 0, versions[index] ?? ''),
	);
}

function readColumn<T>(
	header: RpmHeader,
	tag: number,
	names: readonly string[],
	read: (header: RpmHeader, tag: number) => readonly T[],
): readonly T[] {
	const values = read(header, tag);
	if (values.length !== 0 && values.length !== names.length) {
		throw new RpmError(
			'RPM_BAD_HEADER',
			`${tagName(tag)} has ${values.length} values for ${names.length} dependencies`,
			{package: header.package},
		);
	}

	return values;
}

function makeDependency(
	header: RpmHeader,
	name: string,
	flags: number,
	version: string,
): RpmDependency {
	const rich = name.startsWith('(') ? parseRichDependency(name) : undefined;
	if (name.startsWith('(') && rich === undefined) {
		throw new RpmError('RPM_BAD_HEADER', `malformed dependency ${name}`, {package: header.package});
	}

	return Object.freeze({
		name,
		range: makeRange(flags, version),
		flags,
		isRpmlib: (flags & senseFlags.rpmlib) !== 0 || name.startsWith('rpmlib('),
		rich,
	});
}

/** The version range that flags and version text mean; `undefined` for any version. */
export function makeRange(flags: number, version: string): VersionRange | undefined {
	const relation = relationOfSense[flags & SENSE_MASK];
	return relation === undefined || version === '' ? undefined : {relation, evr: parseEvr(version)};
}

/** The way `rpm -q --requires` prints it. */
export function formatDependency(dependency: Pick<RpmDependency, 'name' | 'range'>): string {
	const {name, range} = dependency;
	return range === undefined ? name : `${name} ${range.relation} ${formatEvr(range.evr)}`;
}
