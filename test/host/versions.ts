/** Libraries whose version definitions are what somebody wanted them to be. */
import {execFile} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {compileSanitized} from '../helpers/worlds/hosted-c.js';
import {mutate, seededRandom} from '../helpers/worlds/mutate.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const execute = promisify(execFile);
const sources = ['test/native/programs/versions-check.c', 'wrappers/host/versions.c'];

const script = [
	...['A_1.9', 'A_1.10', 'A_1.9.9', 'B_2', 'A_TM_1', 'A_1.', 'A_1..2', 'lower_1', 'NONUMBER'],
	...['GLIBC_PRIVATE', `C_${'1'.repeat(30)}`, 'X'.repeat(80)],
];

test('nodes are told by family, whatever else has the form of none, and a damaged file ends', async t => {
	if (!need(t, 'gcc')) return;
	const directory = makeScratch(t);
	const [map, library] = [join(directory, 'map'), join(directory, 'lib.so')];
	const nodes = script.map((name, index) => `${name} { f${index}; };\n`);
	writeFileSync(map, nodes.join(''));
	const code = join(directory, 'lib.c');
	writeFileSync(code, script.map((_, index) => `void f${index}(void) {}\n`).join(''));
	await execute('gcc', [
		...['-shared', '-fPIC', '-nostdlib', `-Wl,--version-script=${map}`],
		...['-o', library, code],
	]);
	const program = await compileSanitized(sources);
	const {stdout} = await execute(program, [library, code, '/nowhere', '/bin/sh']);
	t.deepEqual(stdout.trim().split('\n'), [
		...['A 1.10', 'B 2', `C ${'1'.repeat(30)}`],
		...['A_TM_1', 'A_1.', 'A_1..2', 'lower_1', 'NONUMBER'],
		...['none', 'none'],
	]);

	const original = readFileSync(library);
	const random = seededRandom(18);
	const damaged = Array.from({length: 600}, (_, index) => {
		const path = join(directory, `damaged-${index}`);
		writeFileSync(path, mutate(original, random));
		return path;
	});
	const answer = await execute(program, damaged);
	t.is(answer.stderr, '');
	t.regex(answer.stdout, /none\n/u);
});
