/**
 * Hosts of one cluster → one that stands for all: of each fact what the worst of them has, and who
 * differs from most.
 *
 * Facts are merged by their names, whatever record they are in: what is not named below is what all
 * have in common. Where one host cannot tell, none is told.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import type {HostFacts, Outlier} from './host-facts.js';
import {findOutliers} from './find-outliers.js';
import {oldestVersion} from './oldest-version.js';

type Scalar = string | number | boolean | null;
type Fact = Scalar | readonly Fact[] | {readonly [name: string]: Fact | undefined};
type FactRecord = Readonly<Record<string, Fact | undefined>>;

export interface NamedHost {
	/** What messages call it: the file that it was read from. */
	readonly source: string;
	readonly facts: HostFacts;
}

/** @throws {DynpkError} USAGE for machines that run no program of each other */
export function mergeHosts(hosts: readonly NamedHost[]): HostFacts {
	const [first] = hosts;
	if (first === undefined) {
		throw new DynpkError('USAGE', 'there is nothing to merge');
	}

	refuseOtherMachines(first, hosts);
	const names = hosts.flatMap(({facts}) => facts.hosts ?? [facts.name]);
	const bare = hosts.map(({facts}) => bareFacts(facts));
	const untold: Record<string, string> = {};
	const merged = mergeRecords(bare, '', {
		untold,
		reasons: new Map(hosts.flatMap(({facts}) => Object.entries(facts.untold))),
	});
	const carried = hosts.flatMap(({facts}) => facts.outliers ?? []);
	const outliers: readonly Outlier[] = [
		...carried,
		...findOutliers(hosts.map(({facts}) => ({names: facts.hosts ?? [facts.name], facts}))),
	];
	// What was merged has the form of its parts.
	return {
		schema: 'dynpk-host/1',
		name: names.length > 1 ? `${names[0] ?? ''} and ${names.length - 1} more` : (names[0] ?? ''),
		hosts: names,
		outliers,
		...merged,
		untold,
	} as unknown as HostFacts;
}

function refuseOtherMachines(first: NamedHost, hosts: readonly NamedHost[]): void {
	const other = hosts.find(
		({facts}) =>
			facts.cpu.architecture !== first.facts.cpu.architecture ||
			facts.kernel.machine !== first.facts.kernel.machine,
	);
	if (other !== undefined) {
		const describe = ({source, facts}: NamedHost): string =>
			`${source} tells of ${facts.cpu.architecture} on ${facts.kernel.machine}`;
		throw new DynpkError('USAGE', `${describe(first)}, ${describe(other)}`, {
			hint: 'merge hosts of one machine, and ask about each machine by itself',
		});
	}
}

/** Without what is of the file, not of the host. */
function bareFacts(facts: HostFacts): FactRecord {
	const own = new Set(['schema', 'name', 'hosts', 'outliers', 'untold']);
	return Object.fromEntries(
		Object.entries(facts as unknown as FactRecord).filter(([name]) => !own.has(name)),
	);
}

interface Merge {
	readonly untold: Record<string, string>;
	/** Of all hosts, by where they were. */
	readonly reasons: ReadonlyMap<string, string>;
}

function mergeRecords(records: readonly FactRecord[], at: string, merge: Merge): FactRecord {
	const names = [...new Set(records.flatMap(record => Object.keys(record)))];
	const merged: Record<string, Fact | undefined> = {};
	for (const name of names) {
		const values = records.map(record => record[name]);
		const told = values.filter(value => value !== undefined);
		if (name === 'why') {
			merged[name] = told[0];
		} else if (told.length === values.length) {
			merged[name] = mergeFacts(told, `${at}/${name}`, merge);
		}
	}

	return merged;
}

function mergeFacts(values: readonly Fact[], at: string, merge: Merge): Fact {
	const [first = null] = values;
	const name = at.slice(at.lastIndexOf('/') + 1);
	if (values.every(value => Array.isArray(value))) {
		return mergeLists(values as readonly (readonly Fact[])[], at, merge);
	}

	if (values.every(value => typeof value === 'object' && value !== null)) {
		return mergeRecords(values as readonly FactRecord[], at, merge);
	}

	if (values.includes(null)) {
		return untell(at, merge.reasons.get(at) ?? 'one of the hosts does not tell', merge);
	}

	const agreed = values.every(value => value === first) ? first : worstOf(name, at, values);
	return agreed ?? untell(at, 'the hosts differ', merge);
}

/** `null` where there is no worse and better. */
function worstOf(name: string, at: string, values: readonly Fact[]): Fact {
	if (values.every(value => typeof value === 'number')) {
		return name === 'pageSize' ? Math.max(...values) : Math.min(...values);
	}

	if (values.every(value => typeof value === 'boolean')) {
		return name === 'readOnly' || name === 'noexec'
			? values.includes(true)
			: !values.includes(false);
	}

	const isVersion =
		at === '/kernel/release' ||
		at === '/libc/version' ||
		at === '/gpu/nvidia' ||
		at === '/gpu/amdgpu' ||
		/^\/libraries\/\d+\/highest\//u.test(at);
	return isVersion ? oldestVersion(values.map(String)) : null;
}

function untell(at: string, why: string, {untold}: Merge): null {
	untold[at] = why;
	return null;
}

/** What is loaded into every program of one host only counts all the same. */
const addedUp = new Set(['/preloads/file']);

function mergeLists(
	lists: readonly (readonly Fact[])[],
	at: string,
	merge: Merge,
): readonly Fact[] {
	if (addedUp.has(at)) {
		return [...new Set(lists.flat())];
	}

	const [first = [], ...others] = lists;
	const common = first.flatMap(fact => {
		const twins = others.map(list => list.find(other => nameOf(other) === nameOf(fact)));
		return twins.every(twin => twin !== undefined) ? [[fact, ...twins]] : [];
	});
	return common.map((facts, index) => mergeFacts(facts, `${at}/${index}`, merge));
}

/** By which a fact of a list is found in that of another host. */
function nameOf(fact: Fact): Scalar {
	if (typeof fact !== 'object' || fact === null || Array.isArray(fact)) {
		return fact as Scalar;
	}

	const {name, soname} = fact as FactRecord;
	return (name ?? soname ?? null) as Scalar;
}
