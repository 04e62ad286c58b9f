/** A Debian control paragraph → the record the solver works with. */
import type {Paragraph} from '../../deb/deb822.js';
import type {DebDependencies} from '../../deb/read-deb.js';
import type {DebDependency, DebRelation} from '../../deb/relations.js';
import type {HostPath} from '../../paths/paths.js';
import type {Capability, CapabilityNeed, Need} from './need.js';
import type {PackageRecord} from './package-record.js';

export interface DebFacts {
	readonly name: string;
	readonly version: string;
	readonly architecture: string;
	readonly control: Paragraph;
	readonly dependencies: DebDependencies;
}

export function recordOfDeb(
	facts: DebFacts,
	file: HostPath,
	repository: HostPath | undefined,
): PackageRecord {
	const {name, version, architecture, control, dependencies} = facts;
	return Object.freeze({
		manager: 'deb',
		name,
		version,
		arch: architecture,
		license: undefined,
		isEssential: control.get('essential') === 'yes',
		file,
		repository,
		requires: [...dependencies.preDepends, ...dependencies.depends].map(needOf),
		recommends: dependencies.recommends.map(needOf),
		provides: [
			...dependencies.provides.flat().map(capabilityOf),
			{name, range: {manager: 'deb', operator: '=', version} as const},
		],
		conflicts: [...dependencies.conflicts, ...dependencies.breaks].map(needOf),
		obsoletes: [],
		paths: [],
	});
}

function needOf(alternatives: DebDependency): Need {
	const needs = alternatives.map(simple);
	const [only] = needs;
	return only !== undefined && needs.length === 1 ? only : {kind: 'any', needs};
}

/**
 * The qualifier (`:any`) is dropped: a set has one architecture, in which every package meets
 * every qualifier.
 */
function simple(relation: DebRelation): CapabilityNeed {
	return {kind: 'capability', ...capabilityOf(relation)};
}

function capabilityOf({name, range}: DebRelation): Capability {
	return {name, range: range && {manager: 'deb', ...range}};
}
