/**
 * Tools of languages that install scripts on the target, with the interpreter's path in the first line.
 *
 * Packed, they would write the path that the interpreter has in the bundle's view, and the host has
 * another one there or none. What they read that path from is told where the bundle lies, in words of
 * the language appended to it. The bundle is known by its programs' directory in PATH.
 */
import {pathPattern} from '../paths/path-pattern.js';
import type {SysrootPath} from '../paths/paths.js';
import rows from './data/installers.json' with {type: 'json'};

const installers = rows.map(({pattern, text}) => ({
	matches: pathPattern(pattern, {dot: true}),
	text: [...text, ''].join('\n'),
}));

/** What to append to a file; `undefined` where nothing. */
export function appendixOf(path: SysrootPath): string | undefined {
	return installers.find(({matches}) => matches(path))?.text;
}
