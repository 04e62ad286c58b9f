/** `-`: a bundle that goes to standard output, and an archive that comes by standard input. */
import {readdirSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

const into = (file: string): readonly string[] => ['sh', '-c', `exec "$@" >"${file}"`, 'sh'];

test('standard output gets the bytes that a file gets, and nothing else', async t => {
	if (!need(t, 'gcc', 'zstd')) return;
	const cwd = (await buildObjects(t, {prog: {}})).directory;
	for (const form of [undefined, 'tar.zst']) {
		const file = `prog.${form ?? 'tar.gz'}`;
		await runDynpk(['pack', './prog', '-o', file], {cwd});
		const words = ['pack', './prog', '-o', '-', ...(form === undefined ? [] : ['--form', form])];
		const {status, stderr} = await runDynpk(words, {cwd, under: into('piped')});
		t.deepEqual([status, stderr], [0, '']);
		t.deepEqual(readFileSync(join(cwd, 'piped')), readFileSync(join(cwd, file)));
	}
});

test('what comes by standard input is run, inspected and verified, and goes', async t => {
	const cwd = makeScratchPlace(t).directory;
	await runDynpk(['pack', '/usr/bin/true', '--scope', 'closure', '-o', 'prog.tar'], {cwd});
	const env = {TMPDIR: cwd, XDG_CACHE_HOME: join(cwd, 'cache')};
	const before = [...readdirSync(cwd), 'cache'].sort();
	const stdin = readFileSync(join(cwd, 'prog.tar'));
	const run = await runDynpk(['run', '-', 'true', '-'], {cwd, env, stdin});
	t.deepEqual([run.status, run.stderr], [0, '']);
	const inspected = await runDynpk(['inspect', '-'], {cwd, env, stdin});
	t.regex(inspected.stdout, /^bundle prog, id /u);
	const verified = await runDynpk(['verify', '-', '--static'], {cwd, env, stdin});
	t.is(verified.stdout, '/dev/stdin: nothing found\n');
	const cut = await runDynpk(['verify', '-'], {cwd, env, stdin: stdin.subarray(0, 5000)});
	t.is(cut.status, 3, cut.stderr);
	t.deepEqual(readdirSync(cwd).sort(), before);
});

test('a stream that takes nothing is told, and so is a form for a file', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = (await buildObjects(t, {prog: {}})).directory;
	const full = await runDynpk(['pack', './prog', '-o', '-'], {cwd, under: into('/dev/full')});
	t.is(full.status, 6);
	t.is(full.stderr, 'dynpk: cannot write to standard output: no space left\n');
	const elsewhere = {says: '--form is for standard output, -o -', code: 'USAGE'} as const;
	await assertRefused(t, {cwd, pack: ['./prog', '-o', 'a', '--form', 'tar'], ...elsewhere});
	const mixed = {says: '--json prints to where the bundle goes', code: 'USAGE'} as const;
	await assertRefused(t, {cwd, pack: ['./prog', '-o', '-', '--json'], ...mixed});
});
