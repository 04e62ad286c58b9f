/** Why something may differ: rows of a data file, each with its reason. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import {pathPattern} from '../../../lib/paths/path-pattern.js';

interface Row {
	readonly paths: readonly string[];
	/** Whose differences it explains; everybody's where it names nobody. */
	readonly programs?: readonly string[];
	readonly reason: string;
}

export interface Explanations {
	/** The reason, if there is one. */
	explain(path: string, program: string): string | undefined;
	/** Patterns of the rows that explained nothing. */
	unused(): readonly string[];
}

export function readData(name: string): unknown {
	const file = join(import.meta.dirname, '../../../../test/sweeps/data', name);
	return JSON.parse(readFileSync(file, 'utf8'));
}

export function readExplanations(name: string): Explanations {
	const rows = (readData(name) as readonly Row[]).map(({paths, programs, reason}) => ({
		text: paths.join(' '),
		matches: pathPattern(paths, {dot: true}),
		programs,
		reason,
	}));
	const used = new Set<string>();
	return {
		explain(path, program) {
			const row = rows.find(
				({matches, programs}) => matches(path) && programs?.includes(program) !== false,
			);
			if (row !== undefined) {
				used.add(row.text);
			}

			return row?.reason;
		},
		unused: () => rows.map(({text}) => text).filter(text => !used.has(text)),
	};
}
