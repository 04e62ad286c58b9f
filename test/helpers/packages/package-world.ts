/** Packages as literals, for the solver: `{requires: ['b >= 2'], provides: ['libx.so.1()(64bit)']}`. */
import {parseDeb822} from '../../../lib/deb/deb822.js';
import {readDebDependencies} from '../../../lib/deb/read-deb.js';
import type {Capability, Need} from '../../../lib/packages/set/need.js';
import type {PackageSet} from '../../../lib/packages/set/open-package-set.js';
import {compareRecords, type PackageRecord} from '../../../lib/packages/set/package-record.js';
import {recordOfDeb} from '../../../lib/packages/set/record-of-deb.js';
import {capabilityOf, needOf} from '../../../lib/packages/set/record-of-rpm.js';
import {hostPath} from '../../../lib/paths/paths.js';
import {parseEvr, type Relation} from '../../../lib/rpm/evr.js';
import {parseRichDependency} from '../../../lib/rpm/rich-dependency.js';

export interface PackageLiteral {
	/** `NAME`, `NAME-VERSION` or `NAME-VERSION-RELEASE`; versions begin with a digit. */
	readonly id: string;
	readonly requires?: readonly string[];
	readonly recommends?: readonly string[];
	readonly provides?: readonly string[];
	readonly conflicts?: readonly string[];
	readonly obsoletes?: readonly string[];
	readonly paths?: readonly string[];
}

function parse(text: string): {name: string; range: Capability['range']; need: Need} {
	if (text.startsWith('(')) {
		const rich = parseRichDependency(text);
		if (rich === undefined) {
			throw new Error(`not a rich dependency: ${text}`);
		}

		return {name: text, range: undefined, need: needOf({name: text, range: undefined, rich})};
	}

	const [name = '', relation, evr] = text.split(' ');
	const range =
		relation === undefined ? undefined : {relation: relation as Relation, evr: parseEvr(evr ?? '')};
	return {
		name,
		range: capabilityOf({name, range}).range,
		need: needOf({name, range, rich: undefined}),
	};
}

export function rpmRecord(literal: PackageLiteral, repository?: string): PackageRecord {
	const match = /^(.*?)(?:-(\d[^-]*)(?:-([^-]+))?)?$/u.exec(literal.id);
	const [, name = '', version = '1', release = '1'] = match ?? [];
	const own = parse(`${name} = ${version}-${release}`);
	return {
		manager: 'rpm',
		name,
		version: `${version}-${release}`,
		arch: 'x86_64',
		license: undefined,
		isEssential: false,
		file: hostPath(`/world/${literal.id}.rpm`),
		repository: repository === undefined ? undefined : hostPath(repository),
		requires: (literal.requires ?? []).map(text => parse(text).need),
		recommends: (literal.recommends ?? []).map(text => parse(text).need),
		provides: [...(literal.provides ?? []).map(parse), own].map(({name: n, range}) => ({
			name: n,
			range,
		})),
		conflicts: (literal.conflicts ?? []).map(text => parse(text).need),
		obsoletes: (literal.obsoletes ?? []).map(text => ({kind: 'capability', ...parse(text)})),
		paths: literal.paths ?? [],
	};
}

export function rpmWorld(
	given: readonly PackageLiteral[],
	available: readonly PackageLiteral[] = [],
): PackageSet {
	return {
		given: given.map(literal => rpmRecord(literal)).sort(compareRecords),
		available: available.map(literal => rpmRecord(literal, '/world')).sort(compareRecords),
		repositories: available.length === 0 ? [] : [hostPath('/world')],
		absent: [],
		findPaths: () => Promise.resolve(new Map()),
	};
}

/** The same from control paragraphs. */
export function debWorld(given: string, available = ''): PackageSet {
	const read = (text: string, repository?: string) =>
		parseDeb822(text, 'world').map(control => {
			const facts = {
				name: control.get('package') ?? '',
				version: control.get('version') ?? '1',
				architecture: 'amd64',
				control,
				dependencies: readDebDependencies(control, 'world'),
			};
			const file = hostPath(`/world/${facts.name}_${facts.version}.deb`);
			return recordOfDeb(facts, file, repository === undefined ? undefined : hostPath(repository));
		});
	return {
		given: read(given),
		available: [...read(available, '/world')].sort(compareRecords),
		repositories: [hostPath('/world')],
		absent: [],
		findPaths: () => Promise.resolve(new Map()),
	};
}
