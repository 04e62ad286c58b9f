/** How many packages of a Debian index need each name: `Depends` and `Pre-Depends`, every alternative. */
import {parseDeb822} from '../../../lib/deb/deb822.js';
import {parseRelations} from '../../../lib/deb/relations.js';

const fields = ['depends', 'pre-depends'];

export function countReverseDependencies(index: string): ReadonlyMap<string, number> {
	const counts = new Map<string, number>();
	for (const paragraph of parseDeb822(index, 'Packages', new Set(fields))) {
		const needed = fields.flatMap(field => parseRelations(paragraph.get(field) ?? '') ?? []);
		for (const name of new Set(needed.flat().map(relation => relation.name))) {
			counts.set(name, (counts.get(name) ?? 0) + 1);
		}
	}

	return counts;
}
