/**
 * What one package needs and another offers, for both package managers alike.
 *
 * A need is a capability (a package name, a virtual name, a soname with its marks, a path) with an
 * optional range of versions, or an expression over such. Debian's alternatives and rpm's rich
 * dependencies become the same tree.
 */
import {satisfiesDebRelation, type DebRelationOperator} from '../../deb/compare-versions.js';
import {formatEvr, rangesOverlap, type VersionRange} from '../../rpm/evr.js';

export type CapabilityRange =
	| {readonly manager: 'rpm'; readonly range: VersionRange}
	| {readonly manager: 'deb'; readonly operator: DebRelationOperator; readonly version: string};

export interface Capability {
	readonly name: string;
	/** Absent: no version is stated. */
	readonly range: CapabilityRange | undefined;
}

export type Need = CapabilityNeed | ListNeed | WithoutNeed | ConditionalNeed;

export interface CapabilityNeed extends Capability {
	readonly kind: 'capability';
}

export interface ListNeed {
	/** `same-package`: one package must meet all. */
	readonly kind: 'all' | 'any' | 'same-package';
	readonly needs: readonly Need[];
}

export interface WithoutNeed {
	readonly kind: 'without';
	readonly need: Need;
	readonly excluded: Need;
}

export interface ConditionalNeed {
	readonly kind: 'if' | 'unless';
	readonly condition: Need;
	readonly then: Need;
	readonly otherwise: Need | undefined;
}

/** Whether what is offered meets what is needed; both have the same name. */
export function meets(needed: Capability, offered: Capability): boolean {
	if (needed.range === undefined) {
		return true;
	}

	if (offered.range === undefined) {
		// rpm takes an offer without a version as any version, Debian as none (Policy 7.5).
		return needed.range.manager === 'rpm';
	}

	if (needed.range.manager === 'rpm') {
		return (
			offered.range.manager === 'rpm' && rangesOverlap(needed.range.range, offered.range.range)
		);
	}

	return (
		offered.range.manager === 'deb' &&
		satisfiesDebRelation(offered.range.version, needed.range.operator, needed.range.version)
	);
}

/** The way its package manager would write it. */
export function formatNeed(need: Need): string {
	switch (need.kind) {
		case 'capability':
			return formatCapability(need);
		case 'any':
			return join(need.needs, need.needs.every(isDebian) ? ' | ' : ' or ');
		case 'all':
			return join(need.needs, ' and ');
		case 'same-package':
			return join(need.needs, ' with ');
		case 'without':
			return `(${formatNeed(need.need)} without ${formatNeed(need.excluded)})`;
		case 'if':
		case 'unless': {
			const {otherwise} = need;
			const rest = otherwise === undefined ? '' : ` else ${formatNeed(otherwise)}`;
			return `(${formatNeed(need.then)} ${need.kind} ${formatNeed(need.condition)}${rest})`;
		}
	}
}

function join(needs: readonly Need[], operator: string): string {
	const list = needs.map(formatNeed).join(operator);
	return operator === ' | ' ? list : `(${list})`;
}

function isDebian(need: Need): boolean {
	return need.kind === 'capability' && need.range?.manager !== 'rpm';
}

function formatCapability({name, range}: Capability): string {
	if (range === undefined) {
		return name;
	}

	return range.manager === 'rpm'
		? `${name} ${range.range.relation} ${formatEvr(range.range.evr)}`
		: `${name} (${range.operator} ${range.version})`;
}

/** All capabilities of an expression, wherever they stand in it. */
export function capabilitiesOf(need: Need): readonly CapabilityNeed[] {
	switch (need.kind) {
		case 'capability':
			return [need];
		case 'all':
		case 'any':
		case 'same-package':
			return need.needs.flatMap(capabilitiesOf);
		case 'without':
			return [need.need, need.excluded].flatMap(capabilitiesOf);
		case 'if':
		case 'unless':
			return [need.then, need.condition, ...(need.otherwise ? [need.otherwise] : [])].flatMap(
				capabilitiesOf,
			);
	}
}
