/**
 * What packages need of the system they are installed on, and a bundle does not.
 *
 * The data file names packages and capabilities with the reason for each, for installed packages
 * and for package files alike. Nothing of it is ever pulled in; a package that is given by name is
 * taken all the same.
 */
import baseSystem from './data/base-system.json' with {type: 'json'};

export interface BaseSystemRule {
	readonly manager: string;
	/** A name, or the beginning of names when it ends in `*`. */
	readonly name: string;
	readonly reason: string;
}

export type FindBaseSystemRule = (
	manager: 'rpm' | 'deb',
	name: string,
) => BaseSystemRule | undefined;

/** The rules of the data file, or others in a test. */
export function makeBaseSystemRules(
	rules: readonly BaseSystemRule[] = baseSystem,
): FindBaseSystemRule {
	const exact = new Map<string, BaseSystemRule>();
	const prefixes: BaseSystemRule[] = [];
	for (const rule of rules) {
		if (rule.name.endsWith('*')) {
			prefixes.push(rule);
		} else {
			exact.set(`${rule.manager}:${rule.name}`, rule);
		}
	}

	return (manager, name) =>
		exact.get(`${manager}:${name}`) ??
		prefixes.find(rule => rule.manager === manager && name.startsWith(rule.name.slice(0, -1)));
}
