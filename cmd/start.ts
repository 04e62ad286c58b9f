#!/usr/bin/env node
/**
 * What is started, as build/bin/dynpk.cjs: answers `--version`, which scripts ask often, and loads the
 * rest of the command line for everything else.
 */
import {writeSync} from 'node:fs';
import {makeChunkLoader} from './load-chunk.js';
import type * as Main from './main.js';
import {VERSION} from './version.js';

const words = process.argv.slice(2);
if (words.length !== 1 || words[0] !== '--version' || !say(`${VERSION}\n`)) {
	const {main} = makeChunkLoader(import.meta.dirname).load('main.cjs') as typeof Main;
	void main(words);
}

/** False when nothing was written, for a reason that `main` will meet again and report. */
function say(text: string): boolean {
	try {
		writeSync(1, text);
		return true;
	} catch {
		return false;
	}
}
