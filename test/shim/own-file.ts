/**
 * Programs that read their own file where a launcher stands for it: what they make of it runs
 * wherever it lies, as long as the bundle stays where it is.
 */
import {execFile as execFileOf} from 'node:child_process';
import {cpSync, mkdirSync, readFileSync, renameSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {buildObjects, type FileSpec} from '../helpers/elf/build-objects.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {call} from '../helpers/worlds/mini-bundle.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {bundlePlace} from '../hosts/lib/prepare-entry.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const execFile = promisify(execFileOf);
const source = readFileSync(
	fileURLToPath(new URL('../../../test/shim/lib/saver.c', import.meta.url)),
	'utf8',
);
/** Programs whose segments lie in the file, and in memory, in every way that linkers know. */
const kinds: Readonly<Record<string, readonly string[]>> = {
	saver: ['-pie'],
	'saver.fixed': ['-no-pie'],
	'saver.dense': ['-pie', '-Wl,-z,noseparate-code'],
	// What is left of the padding between its segments has no room for a stub.
	'saver.full': ['-pie', '-Wl,-z,noseparate-code', '-Wl,-z,norelro'],
};

const saysWords = `
#include <stdio.h>
int main(int count, char **words) { while (*++words) puts(*words); return count == 1; }`;

interface Packed {
	readonly bundle: string;
	readonly original: (name: string) => Buffer;
}

async function pack(t: ExecutionContext, options: readonly string[] = []): Promise<Packed> {
	const programs = Object.entries(kinds).map(([name, flags]): [string, FileSpec] => [
		`opt/saver/bin/${name}`,
		{source, libc: true, flags},
	]);
	const world = await buildObjects(t, {
		'lib64/keep': {text: ''},
		'opt/saver/data': {text: 'seen\n'},
		'usr/lib/crt1.o': {text: ''},
		'usr/bin/linker': {source: saysWords, libc: true},
		...Object.fromEntries(programs),
	});
	const multiarch = world.path('lib/x86_64-linux-gnu');
	mkdirSync(multiarch, {recursive: true});
	cpSync('/lib/x86_64-linux-gnu/libc.so.6', join(multiarch, 'libc.so.6'), {dereference: true});
	cpSync('/lib64/ld-linux-x86-64.so.2', world.path('lib64/ld-linux-x86-64.so.2'), {
		dereference: true,
	});
	const bundle = join(world.directory, 'a bundle');
	const argv = ['pack', '--sysroot', world.directory, '/opt/saver', ...options, '-o', bundle];
	const answer = await runDynpk(argv);
	t.deepEqual({...answer, stdout: ''}, {status: 0, signal: undefined, stdout: '', stderr: ''});
	return {bundle, original: name => readFileSync(world.path(`opt/saver/bin/${name}`))};
}

const tells = (text: string, data = 'seen') =>
	`image: ${text}\none file: 1, size: 1, mode: 111\ndata: ${data}\n`;

const script = (programs: readonly string[]) => `
	top=$PWD
	cd
	for program in ${programs.join(' ')}; do
		for name in exe link argv0 execfn; do
			"$top/bin/$program" save $name image "$program by $name"
			./image
		done
		"$top/bin/$program" start ./image
		./image save exe second 'from an image'
		./second
	done`;
const expected = (programs: readonly string[]) =>
	programs
		.flatMap(program => [
			...['exe', 'link', 'argv0', 'execfn', 'execfn'].map(by => tells(`${program} by ${by}`)),
			tells('from an image'),
		])
		.join('');
/** An entry stub may have taken the padding of the others, and behind the end is their own. */
const roomy = ['saver', 'saver.fixed'];

for (const [strategy, programs] of [
	['map', Object.keys(kinds)],
	['self', roomy],
] as const) {
	for (const engine of ['shim', 'userns']) {
		test(`what a program makes of its own file runs, by ${engine} and strategy ${strategy}`, async t => {
			if (!need(t, 'gcc')) return;
			const {bundle} = await pack(t, ['--strategy', strategy]);
			for (const name of targetHosts) {
				const host = await needHost(t, name);
				if (!host) return;
				const answer = await runOnHost(host, {
					bundle,
					argv: ['sh', '-c', script(programs)],
					env: {DYNPK_ENGINE: engine},
					noUserNamespaces: engine === 'shim',
				});
				t.is(answer.stderr, '', name);
				t.is(answer.stdout, expected(programs), name);
			}
		});
	}
}

test('an image whose bundle has gone says so in a sentence', async t => {
	if (!need(t, 'gcc')) return;
	const packed = await pack(t);
	const bundle = `${packed.bundle}\u009b`;
	renameSync(packed.bundle, bundle);
	const image = `${packed.bundle}.image`;
	await call(join(bundle, 'bin/saver'), ['save', 'exe', image, 'x']);
	t.is((await call(image)).stdout, tells('x'));
	renameSync(bundle, `${bundle} elsewhere`);
	const sentence = `dynpk: this program was made by ${packed.bundle}?/root/opt/saver/bin/saver, and starts only while that is there, without more rights than its caller has\n`;
	t.deepEqual(await call(image), {status: 125, stdout: '', stderr: sentence});
});

test('what a program that reads itself has written without room for a stub says so', async t => {
	if (!need(t, 'gcc')) return;
	const {bundle} = await pack(t, ['--strategy', 'self']);
	const image = `${bundle}.image`;
	await call(join(bundle, 'bin/saver.full'), ['save', 'exe', image, 'x']);
	t.deepEqual(await call(image), {
		status: 125,
		stdout: '',
		stderr: 'dynpk: this program starts from its place in its bundle only, without more rights\n',
	});
});

test('programs read the true bytes of each other, by every name', async t => {
	if (!need(t, 'gcc')) return;
	const {bundle, original} = await pack(t);
	const expected = original('saver.fixed').toString('latin1');
	const reads = async (...words: readonly string[]): Promise<string> => {
		const {stdout} = await execFile(join(bundle, 'bin/saver'), words, {encoding: 'latin1'});
		return stdout;
	};

	for (const name of [
		'/opt/saver/bin/saver.fixed',
		join(bundle, 'bin/saver.fixed'),
		join(bundle, 'root/opt/saver/bin/saver.fixed'),
	]) {
		t.is(await reads('copy', name), expected, name);
	}

	t.is(await reads('copy-running', join(bundle, 'bin/saver.fixed')), expected);
	const inside = {cwd: join(bundle, 'root/opt/saver/bin'), encoding: 'latin1'} as const;
	const {stdout} = await execFile('../../../../bin/saver', ['copy', 'saver.fixed'], {
		...inside,
		env: {PWD: inside.cwd},
	});
	t.is(stdout, expected);
});

test('a linker without a C library in the bundle searches what programs see', async t => {
	if (!need(t, 'gcc')) return;
	const loader = '/lib64/ld-linux-x86-64.so.2';
	const {bundle} = await pack(t, ['--with', loader, '/usr/bin/linker']);
	const words = [`-L${bundle}/root/usr/lib`, '-L/usr/lib', '-dynamic-linker', loader];
	const all = ['start', '/usr/bin/linker', ...words];
	const {stdout} = await execFile(join(bundle, 'bin/saver'), all);
	t.deepEqual(stdout.split('\n').slice(0, -1), ['-L', '/usr/lib', ...words.slice(1)]);
});

test('what is linked against the bundle’s C library starts through the bundle', async t => {
	if (!need(t, 'gcc')) return;
	const loader = '/lib64/ld-linux-x86-64.so.2';
	const more = ['--with', '/usr/lib/crt1.o', '--with', loader, '/usr/bin/linker'];
	const {bundle} = await pack(t, more);
	const interpreter = 'libexec/dynpk/interp';
	const started = async (...words: readonly string[]): Promise<readonly string[]> => {
		const all = ['start', '/usr/bin/linker', ...words];
		return (await execFile(join(bundle, 'bin/saver'), all)).stdout.split('\n').slice(0, -1);
	};

	const ours = join(bundle, interpreter);
	t.deepEqual(await started('-dynamic-linker', loader, loader), ['-dynamic-linker', ours, loader]);
	t.deepEqual(await started('-lc', `--dynamic-linker=${loader}`), [
		'-lc',
		`--dynamic-linker=${ours}`,
	]);
	const own = ['-dynamic-linker', loader, '-dynamic-linker', '/opt/ld.so'];
	t.deepEqual(await started(...own), own);
	t.deepEqual(await call(join(bundle, interpreter)), {
		status: 125,
		stdout: '',
		stderr:
			'dynpk: libexec/dynpk/interp is the interpreter of programs that were linked with its bundle, and starts nothing by itself\n',
	});

	const made = await buildObjects(t, {
		program: {source, libc: true, interpreter: join(bundlePlace, interpreter)},
	});
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (!host) return;
		const answer = await runOnHost(host, {
			bundle,
			argv: ['/opt/made'],
			files: {'/opt/made': {content: readFileSync(made.path('program')), mode: 0o755}},
			noUserNamespaces: true,
		});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout: tells(''), stderr: ''}, name);
	}
});
