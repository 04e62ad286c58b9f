/** Fields such as `Depends`: a list of needs, each met by any one of its alternatives. */
import type {DebRelationOperator} from './compare-versions.js';

export interface DebRelation {
	readonly name: string;
	/** What follows the colon: `any`, `native` or an architecture. */
	readonly qualifier: string | undefined;
	readonly range: {readonly operator: DebRelationOperator; readonly version: string} | undefined;
	/** `[amd64 !i386]`: counts only on these architectures. */
	readonly architectures: readonly string[];
	/** `<!nocheck>`: counts only in these build profiles, one list for each pair of brackets. */
	readonly profiles: readonly (readonly string[])[];
}

/** Alternatives in the order of preference. */
export type DebDependency = readonly DebRelation[];

// The one-sign forms are older and mean the same as `<=` and `>=` (deb-control(5)).
const operators: Readonly<Record<string, DebRelationOperator>> = {
	'<<': '<<',
	'<=': '<=',
	'<': '<=',
	'=': '=',
	'>=': '>=',
	'>': '>=',
	'>>': '>>',
};

const RELATION =
	/^([A-Za-z0-9][A-Za-z0-9+.\-_]*)(?::([a-z0-9-]+))?\s*(?:\(\s*(<<|<=|=|>=|>>|<|>)\s*([A-Za-z0-9][A-Za-z0-9.+~:-]*)\s*\))?\s*(?:\[([^\]]*)\])?\s*((?:<[^>]*>\s*)*)$/u;

/** Parse a dependency field; `undefined` when it is malformed. */
export function parseRelations(field: string): readonly DebDependency[] | undefined {
	const dependencies: DebDependency[] = [];
	for (const part of field.split(',')) {
		if (part.trim() === '') {
			// A trailing comma is common in hand-written fields.
			continue;
		}

		const alternatives = part.split('|').map(text => parseRelation(text.trim()));
		if (!alternatives.every(relation => relation !== undefined)) {
			return undefined;
		}

		dependencies.push(alternatives);
	}

	return dependencies;
}

function parseRelation(text: string): DebRelation | undefined {
	const match = RELATION.exec(text);
	const name = match?.[1];
	if (match === null || name === undefined) {
		return undefined;
	}

	const [, , qualifier, sign, version, architectures, profiles] = match;
	const operator = operators[sign ?? ''];
	return {
		name,
		qualifier,
		range: operator && version !== undefined ? {operator, version} : undefined,
		architectures: words(architectures),
		profiles: [...(profiles ?? '').matchAll(/<([^>]*)>/gu)].map(([, list]) => words(list)),
	};
}

function words(text: string | undefined): readonly string[] {
	return (text ?? '').split(/\s+/u).filter(word => word !== '');
}

/** The way `dpkg -I` prints it. */
export function formatDependency(dependency: DebDependency): string {
	return dependency.map(formatRelation).join(' | ');
}

function formatRelation({name, qualifier, range}: DebRelation): string {
	const qualified = qualifier === undefined ? name : `${name}:${qualifier}`;
	return range === undefined ? qualified : `${qualified} (${range.operator} ${range.version})`;
}
