/** The packages that anything in a bundle came from, each once, by id. */
import {packageId} from '../installed/package-database.js';
import type {PackageRecord} from '../manifest/manifest.js';
import type {LibraryFacts} from './library-operations.js';
import type {LibraryPlacement} from './library-placement.js';

export function packageRecords(
	{payload, owners, walked}: LibraryFacts,
	placement: LibraryPlacement,
): PackageRecord[] {
	const records = new Map<string, PackageRecord>();
	for (const owner of payload.packages) {
		const {version, architecture, license} = owner;
		const id = packageId(owner);
		const broughtBy = payload.broughtBy.get(id) ?? [];
		records.set(id, {
			...{id, version, architecture},
			...(license === undefined ? {} : {license}),
			...(broughtBy.length === 0 ? {} : {broughtBy}),
		});
	}

	const sources = [
		...placement.libraries.map(({source}) => source),
		...walked.loaders.map(({path}) => path),
	];
	for (const source of sources) {
		const owner = owners.get(source);
		if (owner !== undefined && !records.has(owner.id)) {
			records.set(owner.id, owner);
		}
	}

	return [...records.values()].sort((a, b) => (a.id < b.id ? -1 : 1));
}
