/**
 * Which of several packages to take for one need: a total order, so the answer is always the same.
 *
 * Debian's alternatives are in the packager's order of preference and keep it. Otherwise the
 * package that bears the needed name comes first, then the one that brings the fewest others
 * along, then the first by name; of one package the newest version.
 */
import type {Need} from '../set/need.js';
import {compareRecords, type PackageRecord} from '../set/package-record.js';
import type {PackageUniverse} from './package-universe.js';

/** Far enough to tell a small helper from a desktop. */
const CLOSURE_LIMIT = 300;

export function rankOptions(
	need: Need,
	options: readonly PackageRecord[],
	universe: PackageUniverse,
	isChosen: (record: PackageRecord) => boolean,
): readonly PackageRecord[] {
	const names = new Set(options.map(({name}) => name));
	const cost = new Map<string, number>();
	for (const record of names.size > 1 ? options : []) {
		// The newest version stands for all: options of one name come newest first.
		if (!cost.has(record.name)) {
			cost.set(record.name, closureSize(record, universe, isChosen));
		}
	}

	const preference = preferenceOf(need, universe);
	return [...options].sort(
		(a, b) =>
			preference(a) - preference(b) ||
			(cost.get(a.name) ?? 0) - (cost.get(b.name) ?? 0) ||
			compareRecords(a, b),
	);
}

/** A lower number is better. */
function preferenceOf(need: Need, universe: PackageUniverse): (record: PackageRecord) => number {
	if (need.kind === 'any') {
		const isDebian = need.needs.every(
			part => part.kind === 'capability' && part.range?.manager !== 'rpm',
		);
		const ranks = need.needs.map(part => new Set(universe.providers(part)));
		return record =>
			isDebian && record.manager === 'deb' ? ranks.findIndex(set => set.has(record)) : 0;
	}

	return record => (need.kind === 'capability' && record.name === need.name ? 0 : 1);
}

/** How many further packages it would bring along, taking the first option for each need. */
function closureSize(
	root: PackageRecord,
	universe: PackageUniverse,
	isChosen: (record: PackageRecord) => boolean,
): number {
	const reached = new Set([root]);
	for (const record of reached) {
		for (const need of record.requires) {
			const options = universe.providers(need);
			const first = options[0];
			if (first !== undefined && !options.some(option => reached.has(option) || isChosen(option))) {
				reached.add(first);
			}
		}

		if (reached.size > CLOSURE_LIMIT) {
			break;
		}
	}

	return reached.size;
}
