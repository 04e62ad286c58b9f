/** A bundle that a test can stay in, and `dynpk cache` on its cache. */
import type {RunWorld} from '../worlds/run-file-writer.js';
import {runDynpk, type DynpkAnswer} from './run-dynpk.js';
import type {RunFile} from './run-files.js';

/** Its program waits for a line. */
export const waitingWorld: RunWorld = {
	entry: 'p',
	entries: [
		{path: 'bin'},
		{path: 'bin/p', body: '#!/bin/sh\necho started; read word; echo "$0"\n', mode: 0o755},
		{path: 'share'},
		{path: 'share/large', body: 'x'.repeat(100_000)},
		{path: 'share/same', sameAs: 'share/large'},
		{path: 'dynpk.json', body: '{\n"files": [],\n"name": "tool",\n"version": 1\n}\n'},
	],
};

export async function cacheCommand(
	made: RunFile,
	...words: readonly string[]
): Promise<DynpkAnswer> {
	return runDynpk(['cache', ...words, '--cache', made.cache]);
}
