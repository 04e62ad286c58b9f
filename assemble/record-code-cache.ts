/**
 * `node build/assemble/record-code-cache.js DIRECTORY`: write V8's code cache of the chunks in DIRECTORY.
 *
 * A cache holds the functions that were called when it was made, so commands are run first; what comes of
 * them does not matter.
 */
import {mkdirSync, readdirSync, writeFileSync} from 'node:fs';
import {codeCache, makeChunkLoader} from '../cmd/load-chunk.js';
import type * as Main from '../cmd/main.js';

const [directory = ''] = process.argv.slice(2);
const {load, scripts} = makeChunkLoader(directory);
const {main} = load('main.cjs') as typeof Main;

const program = process.execPath;
for (const words of [
	['--help'],
	['inspect', program],
	['pack', program, '--scope', 'closure', '--dry-run'],
	['run', '/nowhere'],
	['verify', '/nowhere'],
]) {
	await main(words);
}

process.exitCode = 0;
for (const name of readdirSync(directory).filter(name => name.endsWith('.cjs'))) {
	if (name !== 'dynpk.cjs') {
		load(name);
	}
}

const cache = codeCache(directory);
mkdirSync(cache, {recursive: true});
for (const [name, script] of scripts) {
	writeFileSync(`${cache}/${name}`, script.createCachedData());
}
