/** The ground floor of what runs on targets: its headers by themselves, its text, its system calls. */
import {execFile} from 'node:child_process';
import {readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {projectRoot} from '../helpers/worlds/audit-world.js';
import {compileSanitized, wrappers} from '../helpers/worlds/hosted-c.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const execute = promisify(execFile);

const strict = [
	...['-std=c11', '-Os', '-fPIC', '-ffreestanding', '-Wall', '-Wextra', '-Wshadow', '-Wpedantic'],
	...['-Wmissing-prototypes', '-Wstrict-prototypes', '-Wundef', '-Werror'],
];

for (const compiler of ['gcc', 'aarch64-linux-gnu-gcc', 'i686-linux-gnu-gcc']) {
	test(`every header can be included alone and by itself: ${compiler}`, async t => {
		if (!need(t, compiler)) return;
		const headers = readdirSync(join(wrappers, 'base')).filter(name => name.endsWith('.h'));
		t.true(headers.length > 0);
		for (const header of headers) {
			const file = join(makeScratch(t), 'alone.c');
			writeFileSync(file, `#include "base/${header}"\n#include "base/${header}"\n`);
			const words = [...strict, `-I${wrappers}`, '-fsyntax-only', file];
			await t.notThrowsAsync(execute(compiler, words), header);
		}
	});
}

test('text and variables hold by example, under the sanitizers', async t => {
	if (!need(t, 'gcc')) return;
	const program = await compileSanitized(['test/native/programs/text-check.c']);
	const {stdout} = await execute(program);
	t.is(stdout, '0 failures\n');
});

test('system calls of any number of arguments reach the kernel, and copies are copies', async t => {
	if (!need(t, 'gcc')) return;
	const program = join(makeScratch(t), 'call-check');
	const sources = ['call-check.c', '../../../wrappers/base/memory.c'];
	await execute('gcc', [
		...[...strict, '-fno-builtin', '-fno-tree-loop-distribute-patterns', `-I${wrappers}`],
		...['-o', program, ...sources.map(name => join(projectRoot, 'test/native/programs', name))],
		...['text.c', 'variables.c'].map(name => join(wrappers, 'base', name)),
	]);
	const {stdout} = await execute(program);
	t.is(stdout, '0 failures\n');
});
