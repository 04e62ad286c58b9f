/**
 * Who differs from most, fact by fact.
 *
 * Where no value is the commonest, those that the fewest have are told, and of two hosts the one that
 * has less.
 */
import type {HostFacts, Outlier} from './host-facts.js';
import {oldestVersion} from './oldest-version.js';

export interface ToldHost {
	readonly names: readonly string[];
	readonly facts: HostFacts;
}

type Value = Outlier['value'];

/** What differs from day to day, or from job to job, says nothing of a host. */
const passing = new Set(['freeBytes', 'freeInodes', 'variables', 'loaded', 'isInJob', 'why']);
const ofTheFile = new Set(['schema', 'name', 'hosts', 'outliers', 'untold']);

export function findOutliers(hosts: readonly ToldHost[]): Outlier[] {
	const told = hosts.map(({names, facts}) => ({names, values: valuesOf(facts)}));
	const facts = [...new Set(told.flatMap(({values}) => [...values.keys()]))];
	const outliers = facts.flatMap(fact => {
		const byValue = new Map<Value, string[]>();
		for (const {names, values} of told) {
			const value = values.get(fact) ?? null;
			byValue.set(value, [...(byValue.get(value) ?? []), ...names]);
		}

		const usual = usualValue(byValue);
		return [...byValue]
			.filter(([value]) => value !== usual)
			.map(([value, names]) => ({fact, value, hosts: names}));
	});
	return outliers.filter(outlier => !isSaidBefore(outlier, outliers));
}

/** Who has no library, has none of its nodes; who alone has one, has its own. */
function isSaidBefore({fact, value, hosts}: Outlier, outliers: readonly Outlier[]): boolean {
	return outliers.some(
		other =>
			(other.value === true || (other.value === null && value === null)) &&
			fact.startsWith(`${other.fact}/`) &&
			hosts.every(host => other.hosts.includes(host)),
	);
}

function usualValue(byValue: ReadonlyMap<Value, readonly string[]>): Value {
	const most = Math.max(...[...byValue.values()].map(({length}) => length));
	const usual = [...byValue].flatMap(([value, {length}]) => (length === most ? [value] : []));
	return usual.reduce((best, next) => (isLess(best, next) ? next : best));
}

function isLess(one: Value, other: Value): boolean {
	if (one === null || other === null) {
		return one === null;
	}

	if (typeof one === 'string' && typeof other === 'string') {
		return oldestVersion([one, other]) === one;
	}

	return Number(one) < Number(other);
}

/** Each fact by its place, with the names of what lies in lists. */
function valuesOf(facts: HostFacts): Map<string, Value> {
	const values = new Map<string, Value>();
	for (const [name, value] of Object.entries(facts)) {
		if (!ofTheFile.has(name)) {
			collect(value, `/${name}`, values);
		}
	}

	return values;
}

function collect(fact: unknown, at: string, values: Map<string, Value>): void {
	if (
		passing.has(at.slice(at.lastIndexOf('/') + 1)) ||
		/^\/(?:places|libraries)\/.*\/path$/u.test(at)
	) {
		return;
	}

	if (Array.isArray(fact)) {
		for (const item of fact as readonly unknown[]) {
			collectItem(item, at, values);
		}
	} else if (typeof fact === 'object' && fact !== null) {
		for (const [name, value] of Object.entries(fact)) {
			collect(value, `${at}/${name}`, values);
		}
	} else {
		values.set(at, fact as Value);
	}
}

function collectItem(item: unknown, at: string, values: Map<string, Value>): void {
	if (typeof item !== 'object' || item === null) {
		values.set(`${at}/${String(item)}`, true);
		return;
	}

	const {name, soname, ...rest} = item as {readonly name?: string; readonly soname?: string};
	const place = `${at}/${name ?? soname ?? ''}`;
	values.set(place, true);
	collect(rest, place, values);
}
