/** What pack is told about single files, about what programs see, and about compression. */
import {mkdirSync, readFileSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {runCommand} from '../helpers/run/command.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';

test('what is to travel verbatim is data, be it a program, a library that lacks others, or a script', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = (await buildObjects(t, {prog: {}, 'libx.so': {needs: ['libgone.so.1']}})).directory;
	mkdirSync(join(cwd, 'parts'));
	const parts = {
		prog: readFileSync(join(cwd, 'prog')),
		'libx.so': readFileSync(join(cwd, 'libx.so')),
		script: Buffer.from('#!/usr/bin/no-such-interpreter\n'),
	};
	for (const [name, bytes] of Object.entries(parts)) {
		writeFileSync(join(cwd, 'parts', name), bytes, {mode: 0o755});
	}

	const words = ['pack', './prog', '--with', 'parts', '--verbatim', 'parts/*', '-o', 'out'];
	const {status, stderr} = await runDynpk(words, {cwd});
	t.deepEqual([status, stderr], [0, '']);
	for (const [name, bytes] of Object.entries(parts)) {
		t.deepEqual(readFileSync(join(cwd, 'out/root', cwd, 'parts', name)), bytes, name);
	}

	t.notDeepEqual(readFileSync(join(cwd, 'out/root', cwd, 'prog')), parts.prog);
	await assertRefused(t, {
		cwd,
		pack: ['./prog', '--verbatim', '/nowhere/*'],
		code: 'PATTERN_MATCHES_NOTHING',
		says: '--verbatim /nowhere/* matches nothing',
	});
});

test('without an engine a program sees the files and the environment of the host', async t => {
	const cwd = (await buildObjects(t, {})).directory;
	const packed = async (...more: readonly string[]): Promise<string> => {
		const output = join(cwd, `out${more.length}`);
		const {status, stderr} = await runDynpk(['pack', 'perl', '-q', '-o', output, ...more]);
		if (status !== 0) throw new Error(stderr);
		return output;
	};
	const code = 'print join("\\n", map {"$_=$ENV{$_}"} sort keys %ENV)';
	const environment = {HOME: '/', LD_LIBRARY_PATH: '/nowhere', PATH: '/usr/bin'};
	const said = async (bundle: string): Promise<string> =>
		(await runCommand(join(bundle, 'bin/perl'), ['-e', code], {env: environment})).stdout;
	const bundle = await packed('--engine', 'none');
	t.is(await said(bundle), 'HOME=/\nLD_LIBRARY_PATH=/nowhere\nPATH=/usr/bin');
	t.not(await said(await packed()), await said(bundle));
	const {stdout} = await runDynpk(['inspect', bundle]);
	t.regex(stdout, /^paths seen by direct \(it was packed with --engine=none\)$/mu);
});

test('a level of compression makes files smaller, and is refused where there is no such level', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = (await buildObjects(t, {prog: {}})).directory;
	for (const form of ['tar.gz', 'tar.zst', 'run']) {
		const sizes = [];
		for (const level of ['1', '9']) {
			const output = `prog${level}.${form}`;
			const words = ['pack', './prog', '--level', level, '-o', output];
			const {status, stderr} = await runDynpk(words, {cwd});
			t.deepEqual([status, stderr], [0, '']);
			sizes.push(statSync(join(cwd, output)).size);
		}

		t.true(sizes[1]! < sizes[0]!, form);
	}

	const refused = {
		'--level 10: of a .tar.gz the highest is 9': ['-o', 'x.tar.gz', '--level', '10'],
		'--level 3: the output is not compressed': ['-o', 'x.tar', '--level', '3'],
		'--level is no level of compression: fast': ['-o', 'x.run', '--level', 'fast'],
	};
	for (const [says, words] of Object.entries(refused)) {
		await assertRefused(t, {cwd, pack: ['./prog', ...words], says, code: 'USAGE'});
	}
});
