/** What a library's package holds for itself and its users seldom need, by a data file that says why. */
import picomatch from 'picomatch';
import {belowUsr} from '../paths/merged-usr.js';
import type {SysrootPath} from '../paths/paths.js';
import libraryBulk from './data/library-bulk.json' with {type: 'json'};

/** Who imports each watched function: sonames, or names of files. */
export type Importers = ReadonlyMap<string, ReadonlySet<string>>;

const rules = libraryBulk.map(rule => ({
	matches: picomatch(rule.pattern, {dot: true}),
	evidence: rule.unlessImported,
	butBy: new Set(rule.butBy ?? []),
}));

/** Whether it stays behind, by what objects of the payload import. */
export function isLibraryBulk(path: SysrootPath, importers: Importers): boolean {
	const merged = belowUsr(path);
	return rules.some(({matches, evidence, butBy}) => {
		const asking = [...(importers.get(evidence ?? '') ?? [])].filter(name => !butBy.has(name));
		return matches(merged) && asking.length === 0;
	});
}
