/** An RPM's facts → the record the solver works with. */
import type {HostPath} from '../../paths/paths.js';
import {senseFlags, type RpmDependency} from '../../rpm/dependencies.js';
import {formatEvr, type Evr, type VersionRange} from '../../rpm/evr.js';
import type {RpmPackage} from '../../rpm/read-rpm.js';
import type {RichDependency} from '../../rpm/rich-dependency.js';
import {formatNeed, type Capability, type CapabilityNeed, type Need} from './need.js';
import type {PackageRecord} from './package-record.js';

// Needed while a scriptlet runs, and scriptlets are never run.
const SCRIPTLET_ONLY =
	senseFlags.scriptPre |
	senseFlags.scriptPost |
	senseFlags.scriptPreun |
	senseFlags.scriptPostun |
	senseFlags.scriptVerify;

export function recordOfRpm(pkg: RpmPackage, repository: HostPath | undefined): PackageRecord {
	const {requires, recommends, provides, conflicts, obsoletes} = pkg.dependencies;
	const needed = requires.filter(
		({isRpmlib, flags}) => !isRpmlib && (flags & SCRIPTLET_ONLY) === 0,
	);
	return Object.freeze({
		manager: 'rpm',
		name: pkg.name,
		version: formatEvr(pkg.evr),
		arch: pkg.arch,
		license: pkg.license,
		isEssential: false,
		file: pkg.path as HostPath,
		repository,
		requires: withoutRepeats(needed.map(needOf)),
		recommends: withoutRepeats(recommends.map(needOf)),
		provides: [...provides.map(capabilityOf), selfProvide(pkg.name, pkg.evr)],
		conflicts: conflicts.map(needOf),
		obsoletes: obsoletes.map(simple),
		paths: pkg.files.map(({path}) => path),
	});
}

export function needOf(dependency: Pick<RpmDependency, 'name' | 'range' | 'rich'>): Need {
	return dependency.rich === undefined ? simple(dependency) : needOfRich(dependency.rich);
}

export function capabilityOf({name, range}: Pick<RpmDependency, 'name' | 'range'>): Capability {
	return {name, range: range && {manager: 'rpm', range}};
}

export function selfProvide(name: string, evr: Evr): Capability {
	return {name, range: {manager: 'rpm', range: {relation: '=', evr}}};
}

function simple({
	name,
	range,
}: {
	readonly name: string;
	readonly range: VersionRange | undefined;
}): CapabilityNeed {
	return {kind: 'capability', name, range: range && {manager: 'rpm', range}};
}

function needOfRich(rich: RichDependency): Need {
	switch (rich.kind) {
		case 'simple':
			return simple(rich);
		case 'and':
			return {kind: 'all', needs: rich.operands.map(needOfRich)};
		case 'or':
			return {kind: 'any', needs: rich.operands.map(needOfRich)};
		case 'with':
			return {kind: 'same-package', needs: rich.operands.map(needOfRich)};
		case 'without':
			return {
				kind: 'without',
				need: needOfRich(rich.operand),
				excluded: needOfRich(rich.excluded),
			};
		case 'if':
		case 'unless':
			return {
				kind: rich.kind,
				condition: needOfRich(rich.condition),
				then: needOfRich(rich.then),
				otherwise: rich.otherwise && needOfRich(rich.otherwise),
			};
	}
}

/** rpmbuild lists one soname once for each file that needs it. */
export function withoutRepeats(needs: readonly Need[]): readonly Need[] {
	return [...new Map(needs.map(need => [formatNeed(need), need])).values()];
}
