/**
 * What a need or a conflict asks for, as a tree over packages to take and packages to refuse.
 *
 * Negation is carried down to the leaves, so that a condition that must not hold, or a conflict, is
 * a demand like any other. `A if B else C` is `(A and B) or (C and not B)`, without C true where B is
 * not; `A unless B else C` is `(A and not B) or (C and B)`, without C false where B is: so rpm itself
 * and libsolv have it.
 */
import type {Need} from '../set/need.js';
import type {PackageRecord} from '../set/package-record.js';

export type Demand =
	/** One of those who offer it must be chosen. */
	| {readonly kind: 'take'; readonly need: Need}
	/** None of those who offer it may be chosen, but packages of this name. */
	| {readonly kind: 'refuse'; readonly need: Need; readonly except: string | undefined}
	| {readonly kind: 'all' | 'any'; readonly parts: readonly Demand[]};

export function demandOf(need: Need): Demand {
	return decide(need, true, undefined);
}

/** A package may offer what it conflicts with: that is how one replaces another. */
export function demandOfConflict(need: Need, by: PackageRecord): Demand {
	return decide(need, false, by.name);
}

const ALWAYS: Demand = {kind: 'all', parts: []};
const NEVER: Demand = {kind: 'any', parts: []};

function decide(need: Need, wanted: boolean, except: string | undefined): Demand {
	const part = (inner: Need): Demand => decide(inner, wanted, except);
	switch (need.kind) {
		case 'capability':
		case 'same-package':
		case 'without':
			return wanted ? {kind: 'take', need} : {kind: 'refuse', need, except};
		case 'all':
			return {kind: wanted ? 'all' : 'any', parts: need.needs.map(inner => part(inner))};
		case 'any':
			return wanted
				? anyOf(need.needs, inner => part(inner))
				: {kind: 'all', parts: need.needs.map(inner => part(inner))};
		case 'if':
		case 'unless': {
			const isIf = need.kind === 'if';
			const otherwise = need.otherwise === undefined ? undefined : part(need.otherwise);
			const missing = isIf === wanted ? ALWAYS : NEVER;
			const [met, unmet] = isIf
				? [part(need.then), otherwise ?? missing]
				: [otherwise ?? missing, part(need.then)];
			return {
				kind: 'any',
				parts: [
					{kind: 'all', parts: [decide(need.condition, true, undefined), met]},
					{kind: 'all', parts: [decide(need.condition, false, undefined), unmet]},
				],
			};
		}
	}
}

/** Alternatives that single packages meet are one: these are ranked among each other. */
function anyOf(needs: readonly Need[], demand: (need: Need) => Demand): Demand {
	const single = needs.filter(isOfOnePackage);
	const others = needs.filter(need => !isOfOnePackage(need)).map(demand);
	const [only = {kind: 'any', needs: single}] = single.length === 1 ? single : [];
	const parts: Demand[] = [
		...(single.length === 0 ? [] : [{kind: 'take', need: only} as const]),
		...others,
	];
	const [first] = parts;
	return parts.length === 1 && first !== undefined ? first : {kind: 'any', parts};
}

/** Whether one package alone decides about it. */
function isOfOnePackage(need: Need): boolean {
	return need.kind === 'any'
		? need.needs.every(isOfOnePackage)
		: need.kind === 'capability' || need.kind === 'same-package' || need.kind === 'without';
}
