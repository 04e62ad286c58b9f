/**
 * Who can meet a need, over all packages of a set.
 *
 * Capabilities are indexed by name, paths too; answers are remembered, because thousands of
 * packages need the same `libc.so.6(GLIBC_2.34)(64bit)`. Of paths, both spellings of a directory
 * that `/usr` has taken in count as one: `/bin/sh` is met by who has `/usr/bin/sh`.
 */
import {
	capabilitiesOf,
	formatNeed,
	meets,
	type Capability,
	type CapabilityNeed,
	type Need,
} from '../set/need.js';
import {belowUsr, outsideUsr} from '../../paths/merged-usr.js';
import {parseEvr} from '../../rpm/evr.js';
import type {PackageSet} from '../set/open-package-set.js';
import {compareRecords, type PackageRecord} from '../set/package-record.js';
import type {Demand} from './demand.js';

export interface PackageUniverse {
	/** Every package that meets a need by itself, given ones first, then in the order of names. */
	providers(need: Need): readonly PackageRecord[];
	/** Packages that a package of rpm says it obsoletes: by their own names, not by what they offer. */
	obsoleted(record: PackageRecord): readonly PackageRecord[];
	/** Whether these packages together do what is demanded. */
	isMet(demand: Demand, chosen: (record: PackageRecord) => boolean): boolean;
}

interface Offer {
	readonly record: PackageRecord;
	readonly capability: Capability;
}

interface Index {
	/** By the name of the capability, or the path. */
	readonly offers: ReadonlyMap<string, readonly Offer[]>;
	/** Answers, by the text of the need. */
	readonly remembered: Map<string, readonly PackageRecord[]>;
}

export async function makeUniverse(set: PackageSet): Promise<PackageUniverse> {
	const records = [...set.given, ...set.available];
	const offers = indexOffers(records);
	await addPaths(set, records, offers);
	const index: Index = {offers, remembered: new Map()};
	return {
		providers: need => providersOf(index, need),
		obsoleted: record =>
			record.obsoletes.flatMap(need =>
				offering(index, need).filter(
					({name, version}) =>
						name === need.name && name !== record.name && meetsOwn(need, version),
				),
			),
		isMet: (demand, chosen) => isMet(index, demand, chosen),
	};
}

function meetsOwn(need: CapabilityNeed, version: string): boolean {
	const range = {manager: 'rpm', range: {relation: '=', evr: parseEvr(version)}} as const;
	return meets(need, {name: need.name, range});
}

function indexOffers(records: readonly PackageRecord[]): Map<string, Offer[]> {
	const offers = new Map<string, Offer[]>();
	for (const record of records) {
		for (const capability of record.provides) {
			addOffer(offers, record, capability);
		}
	}

	return offers;
}

function addOffer(
	offers: Map<string, Offer[]>,
	record: PackageRecord,
	capability: Capability,
): void {
	const list = offers.get(capability.name);
	if (list === undefined) {
		offers.set(capability.name, [{record, capability}]);
	} else {
		list.push({record, capability});
	}
}

/** Only paths that some package needs are indexed: of a million paths a few dozen. */
async function addPaths(
	set: PackageSet,
	records: readonly PackageRecord[],
	offers: Map<string, Offer[]>,
): Promise<void> {
	const wanted = new Set<string>();
	for (const record of records) {
		for (const {name} of [...record.requires, ...record.recommends, ...record.conflicts].flatMap(
			capabilitiesOf,
		)) {
			if (name.startsWith('/')) {
				[name, ...otherSpellings(name)].forEach(path => wanted.add(path));
			}
		}
	}

	const missing = new Set(wanted);
	for (const record of records) {
		for (const path of record.paths) {
			if (wanted.has(path)) {
				addOffer(offers, record, {name: path, range: undefined});
				missing.delete(path);
			}
		}
	}

	offers.forEach((_, name) => missing.delete(name));
	for (const [path, owners] of missing.size === 0 ? [] : await set.findPaths(missing)) {
		owners.forEach(record => {
			addOffer(offers, record, {name: path, range: undefined});
		});
	}
}

function otherSpellings(name: string): readonly string[] {
	return [outsideUsr(name) ?? belowUsr(name)].filter(other => other !== name);
}

function providersOf(index: Index, need: Need): readonly PackageRecord[] {
	const key = formatNeed(need);
	let answer = index.remembered.get(key);
	if (answer === undefined) {
		answer = findProviders(index, need);
		index.remembered.set(key, answer);
	}

	return answer;
}

function findProviders(index: Index, need: Need): readonly PackageRecord[] {
	const providers = (part: Need) => providersOf(index, part);
	switch (need.kind) {
		case 'capability':
			return offering(index, need);
		case 'any':
			return inOrder(need.needs.flatMap(providers));
		case 'same-package':
			return need.needs.map(providers).reduce((all, some) => all.filter(one => some.includes(one)));
		case 'without': {
			const excluded = new Set(providers(need.excluded));
			return providers(need.need).filter(record => !excluded.has(record));
		}

		// Met by several packages together, or under a condition: no one provides them.
		case 'all':
		case 'if':
		case 'unless':
			return [];
	}
}

function offering({offers}: Index, need: CapabilityNeed): readonly PackageRecord[] {
	const spellings = [need.name, ...otherSpellings(need.name)];
	const found = spellings
		.flatMap(name => offers.get(name) ?? [])
		.filter(({capability}) => meets(need, capability));
	return inOrder(found.map(({record}) => record));
}

function inOrder(records: readonly PackageRecord[]): readonly PackageRecord[] {
	return records.length < 2
		? records
		: [...new Set(records)].sort(
				(a, b) =>
					Number(a.repository !== undefined) - Number(b.repository !== undefined) ||
					compareRecords(a, b),
			);
}

function isMet(index: Index, demand: Demand, chosen: (record: PackageRecord) => boolean): boolean {
	switch (demand.kind) {
		case 'take':
			return providersOf(index, demand.need).some(chosen);
		case 'refuse':
			return !providersOf(index, demand.need).some(
				record => record.name !== demand.except && chosen(record),
			);
		case 'all':
			return demand.parts.every(part => isMet(index, part, chosen));
		case 'any':
			return demand.parts.some(part => isMet(index, part, chosen));
	}
}
