import {execFile} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {promisify} from 'node:util';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {builtRunner, usualWorld} from '../helpers/run/run-files.js';
import {compileSanitized} from '../helpers/worlds/hosted-c.js';
import {findHead, writeRunFile} from '../helpers/worlds/run-file-writer.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

test('no damaged head or index is followed out of its bounds', async t => {
	if (!need(t, 'gcc', 'zstd')) return;
	const program = await compileSanitized(
		['fuzz/fuzz.c', 'check.c', 'check-rows.c', 'index.c'].map(name => `wrappers/run/${name}`),
	);
	let index = Buffer.alloc(0);
	const file = writeRunFile(
		builtRunner(),
		{...(await usualWorld()), cuts: [1024, 65_536]},
		undefined,
		plain => (index = Buffer.from(plain)),
	);
	const head = file.subarray(findHead(file)).subarray(0, 768);
	const path = makeScratchPlace(t).path('head-and-index');
	writeFileSync(path, Buffer.concat([head, index]));
	const {stdout} = await promisify(execFile)(program, [path, '1', '200000']);
	t.regex(stdout, /^accepted [1-9]/u);
});
