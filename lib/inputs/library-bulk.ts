/** What a library's package holds for itself and its users seldom need, by a data file that says why. */
import picomatch from 'picomatch';
import {belowUsr} from '../paths/merged-usr.js';
import type {SysrootPath} from '../paths/paths.js';
import libraryBulk from './data/library-bulk.json' with {type: 'json'};

const rules = libraryBulk.map(rule => ({
	matches: picomatch(rule.pattern, {dot: true}),
	evidence: rule.unlessImported,
}));

/** Whether it stays behind, where these functions are all that the user's objects import of the watched. */
export function isLibraryBulk(path: SysrootPath, imports: ReadonlySet<string>): boolean {
	const merged = belowUsr(path);
	return rules.some(
		({matches, evidence}) => matches(merged) && (evidence === undefined || !imports.has(evidence)),
	);
}
