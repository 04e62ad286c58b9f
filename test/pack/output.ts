/** What an output is called inside, and what of one that is there gives way. */
import {chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {runCommand} from '../helpers/run/command.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {dynpkScript, runDynpk, type DynpkRun} from '../helpers/run/run-dynpk.js';

/** A directory with a program, and one that cannot be packed whole. */
async function makePlace(t: ExecutionContext): Promise<string> {
	return (await buildObjects(t, {prog: {}, broken: {needs: ['libgone.so.1']}})).directory;
}

async function pack(cwd: string, argv: readonly string[], run: DynpkRun = {}): Promise<void> {
	const {status, stderr} = await runDynpk(['pack', './prog', '-q', ...argv], {cwd, ...run});
	if (status !== 0) {
		throw new Error(stderr);
	}
}

const nameIn = (directory: string): string =>
	(JSON.parse(readFileSync(join(directory, 'dynpk.json'), 'utf8')) as {readonly name: string}).name;

test('two versions unpack side by side: the top of an archive is named as the archive is', async t => {
	if (!need(t, 'gcc', 'tar')) return;
	const cwd = await makePlace(t);
	const outputs = ['v1.tar.gz', 'v2.tgz', 'v3.tar'];
	for (const output of outputs) {
		await pack(cwd, ['-o', output]);
		await runCommand('tar', ['-xf', output], {cwd});
	}

	t.deepEqual(
		['v1', 'v2', 'v3'].map(name => nameIn(join(cwd, name))),
		['v1', 'v2', 'v3'],
	);
	await pack(cwd, ['-o', 'dir']);
	t.is(nameIn(join(cwd, 'dir')), 'dir');
	await pack(cwd, ['-o', 'v4.tar', '--name', 'mine']);
	t.regex((await runCommand('tar', ['-tf', 'v4.tar'], {cwd})).stdout, /^mine\/\n/u);
});

test('a default output that is there is found out before any library is looked for', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = await makePlace(t);
	const output = 'broken-x86_64.tar.gz';
	writeFileSync(join(cwd, output), 'precious');
	const says = `$PWD/${output} exists already`;
	const rest = await assertRefused(t, {cwd, pack: ['./broken'], code: 'OUTPUT_EXISTS', says});
	t.deepEqual(rest, ['hint: choose another name with -o, or replace it with --force']);
});

for (const output of ['out', 'out.tar.gz']) {
	test(`--force replaces ${output}, whole or not at all`, async t => {
		if (!need(t, 'gcc', 'prlimit')) return;
		const cwd = await makePlace(t);
		await pack(cwd, ['-o', output]);
		const name = (): string => (output === 'out' ? nameIn(join(cwd, 'out')) : '');
		const before = readdirSync(cwd);
		const full = {cwd, under: ['prlimit', '--fsize=4096']};
		const argv = ['pack', './prog', '-o', output, '--name', 'new', '--force'];
		t.is((await runDynpk(argv, full)).status, 6);
		t.deepEqual(readdirSync(cwd), before);
		t.is((await runDynpk(['inspect', output], {cwd})).stdout.split(',')[0], 'bundle out');

		t.is((await runDynpk(argv, {cwd})).status, 0);
		t.deepEqual(readdirSync(cwd), before);
		t.is((await runDynpk(['inspect', output], {cwd})).stdout.split(',')[0], 'bundle new');
		t.is(name(), output === 'out' ? 'new' : '');
	});
}

test('--force replaces no directory but a bundle and an empty one, and no link', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = await makePlace(t);
	mkdirSync(join(cwd, 'home/precious'), {recursive: true});
	const link = {output: 'link.tar', says: '$PWD/link.tar is there, and is no regular file'};
	await runCommand('ln', ['-s', 'prog', 'link.tar'], {cwd});
	const home = {output: 'home', says: '$PWD/home is there, and is no bundle'};
	for (const {output, says} of [home, link]) {
		const argv = ['./prog', '-o', output, '--force'];
		await assertRefused(t, {cwd, pack: argv, code: 'OUTPUT_EXISTS', says});
	}

	mkdirSync(join(cwd, 'empty'));
	chmodSync(join(cwd, 'empty'), 0o755);
	await pack(cwd, ['-o', 'empty', '--force']);
	t.true(existsSync(join(cwd, 'empty/bin/prog')));
});

test('on a terminal two lines tell how large a bundle is, what it needs, and how to start it', async t => {
	if (!need(t, 'gcc', 'script')) return;
	const cwd = await makePlace(t);
	const command = (...argv: string[]): string =>
		[process.execPath, dynpkScript, 'pack', './prog', ...argv].map(word => `'${word}'`).join(' ');
	for (const [output, unpacking] of [
		['a b.tar', "tar -xf 'a b.tar' && 'a b/bin/prog'"],
		['out.tar.gz', 'tar -xzf out.tar.gz && out/bin/prog'],
		['dir', 'dir/bin/prog'],
	] as const) {
		const words = ['--quiet', '--return', '--command', command('-o', output), '/dev/null'];
		const {status, stdout} = await runCommand('script', words, {cwd});
		t.is(status, 0, stdout);
		// What was shown for the waiting is taken back.
		const shown = stdout.replace(/[^\n]*\r\u001b\[K/gu, '').replaceAll('\r', '');
		const [path, size, start] = shown.split('\n');
		t.is(path, join(cwd, output));
		const whole = output === 'dir' ? '' : String.raw`\d+\.\d MB unpacked, `;
		t.regex(
			size!,
			new RegExp(`^dynpk: \\d+\\.\\d MB \\(${whole}\\d packages?\\), for x86_64 with Linux`),
		);
		t.is(start, `dynpk: there: ${unpacking}`);
		t.regex(stdout, /^\rreading \.\/prog: packages and files\u001b\[K/u);
	}

	const quiet = ['--quiet', '--return', '--command', command('-q', '-o', 'q.tar'), '/dev/null'];
	t.is((await runCommand('script', quiet, {cwd})).stdout, `${join(cwd, 'q.tar')}\r\n`);
});
