/** Programs that a packed program starts: which file, with which words and variables. */
import {fileURLToPath} from 'node:url';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import type {EnvironmentRule} from '../../lib/launcher/launch-spec.js';
import {need} from '../helpers/run/need.js';
import {compiledBy} from '../helpers/worlds/made-file.js';
import {makeView} from './lib/make-view.js';
import type {PackedTree, Tree, View} from './lib/make-view.js';

const starterSource = fileURLToPath(new URL('../../../test/shim/lib/starter.c', import.meta.url));

const show = '#!/bin/sh\necho "packed $# $*"\nexit 3\n';
const packed: PackedTree = {
	tree: {
		'usr/bin/show': {kind: 'file', content: show, mode: 0o755},
		'share/whole/a': {kind: 'file', content: 'a\n'},
		'share/whole/to-a': {kind: 'link', target: 'a'},
		'share/single': {kind: 'file', content: 'single\n'},
		'share/out': {kind: 'link', target: '../host/file'},
	},
	whole: ['share/whole'],
	launched: ['usr/bin/show'],
};

const executable = (content: string) => ({kind: 'file', content, mode: 0o755}) as const;
const host: Tree = {
	'usr/bin/show': executable('#!/bin/sh\nexit 99\n'),
	'host/file': {kind: 'file', content: 'file\n'},
	'share/of-host': {kind: 'file', content: 'of host\n'},
	'host/script': executable('#! /opt/view/usr/bin/show  one  two\n'),
	'host/by-env': executable('#!/usr/bin/env show\n'),
	'host/by-sh': executable('#!/bin/sh\nshow inner\n'),
	'host/no-line': executable('echo "by sh $*"\n'),
	'host/no-program': {kind: 'file', content: 'text\n'},
};

const rules: readonly EnvironmentRule[] = [
	{
		variable: 'PATH',
		action: 'prepend',
		when: 'always',
		parts: [
			{kind: 'bundle', text: 'root/usr/bin'},
			{kind: 'bundle', text: 'root/usr/sbin'},
		],
	},
	{
		variable: 'DATA_DIR',
		action: 'default',
		when: 'always',
		parts: [{kind: 'bundle', text: 'root/usr/share/data'}],
	},
	{
		variable: 'SEARCH',
		action: 'append',
		when: 'always',
		parts: [
			{kind: 'literal', text: ''},
			{kind: 'bundle', text: 'root/etc/x'},
		],
	},
];

interface Stage {
	readonly view: View;
	readonly starter: string;
}

async function setUp(t: ExecutionContext): Promise<Stage | undefined> {
	if (!need(t, 'gcc', 'unshare', 'setpriv', 'mount')) return undefined;
	const starter = await compiledBy('gcc', ['-O1', starterSource, '-pthread']);
	return {starter, view: await makeView(t, host, {...packed, rules})};
}

/** What the program says that `call` starts, and the status. */
async function start({view, starter}: Stage, argv: readonly string[]): Promise<string> {
	const script = '"$@"; echo "status $?"';
	return view.run(
		'shim',
		['PATH=/opt/view/usr/bin:/usr/bin:/bin', 'sh', '-c', script, 'sh', starter, ...argv],
		'',
	);
}

const byPath = [
	'execve',
	'execv',
	'execvp',
	'execvpe',
	'execl',
	'execlp',
	'execle',
	'execveat',
	'posix_spawn',
	'posix_spawnp',
];

test('a packed program is started in the place of the host’s', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	for (const call of byPath) {
		t.is(
			await start(stage, [call, '/opt/view/usr/bin/show', 'x y']),
			'packed 1 x y\nstatus 3\n',
			call,
		);
	}

	for (const call of ['execvp', 'execvpe', 'execlp', 'posix_spawnp']) {
		t.is(await start(stage, [call, 'show', 'x y']), 'packed 1 x y\nstatus 3\n', call);
	}

	for (const call of ['system', 'popen']) {
		t.is(
			await start(stage, [call, '/opt/view/usr/bin/show x y']),
			'packed 2 x y\nstatus 3\n',
			call,
		);
	}
});

test('a packed program is started by a descriptor of its file, too', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	for (const call of [
		...['fexecve', 'fexecve-named', 'execveat-empty', 'execve-raw-empty'],
		...['execv-proc', 'execv-dev', 'spawn-proc'],
	]) {
		t.is(
			await start(stage, [call, '/opt/view/usr/bin/show', 'x y']),
			'packed 1 x y\nstatus 3\n',
			call,
		);
	}
});

test('openat2 with rules for the way opens what the bundle has', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	const [noLinks, beneath, inRoot, noMagic] = ['4', '8', '10', '2'];
	const cases: readonly (readonly [string, string, string, string])[] = [
		[noLinks, '-', '/opt/view/share/whole/a', 'a\nstatus 0\n'],
		[noLinks, '-', '/opt/view/share/whole/to-a', 'ELOOP\nstatus 1\n'],
		[noMagic, '-', '/opt/view/share/whole/to-a', 'a\nstatus 0\n'],
		[beneath, '/opt/view/share', 'single', 'single\nstatus 0\n'],
		[beneath, '/opt/view/share', 'of-host', 'of host\nstatus 0\n'],
		[beneath, '/opt/view/share', 'whole/to-a', 'a\nstatus 0\n'],
		[beneath, '/opt/view/share', '/opt/view/share/single', 'EXDEV\nstatus 1\n'],
		[beneath, '/opt/view/share/whole', '../single', 'EXDEV\nstatus 1\n'],
		[beneath, '/opt/view/share', 'out', 'ENOENT\nstatus 1\n'],
		[inRoot, '/opt/view/share', '/single', 'single\nstatus 0\n'],
		[inRoot, '/opt/view/share', '/whole/a', 'a\nstatus 0\n'],
	];
	for (const [rules, directory, path, expected] of cases) {
		const answer = await start(stage, ['openat2', rules, directory, path]);
		t.is(answer, expected, `${rules} ${directory} ${path}`);
	}
});

test('/proc/self/root is the root that the program sees', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	const script = `for of in self thread-self self/root/proc/self; do
		"$0" openat2 0 - /proc/$of/root/opt/view/share/single
		"$0" execv /proc/$of/root/opt/view/usr/bin/show; done
		cat /proc/self/root/opt/view/share/single /proc/self/root/opt/view/host/file`;
	const answer = await stage.view.run('shim', ['sh', '-c', script, stage.starter], '');
	t.is(answer, `${'single\npacked 0 \n'.repeat(3)}single\nfile\n`);
});

test('a script of the host is started by its interpreter’s launcher where that is packed', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	const answer = 'packed 3 one  two /opt/view/host/script x\nstatus 3\n';
	for (const call of byPath) {
		t.is(await start(stage, [call, '/opt/view/host/script', 'x']), answer, call);
	}

	t.is(
		await start(stage, ['execve', '/opt/view/host/by-env', 'x']),
		'packed 2 /opt/view/host/by-env x\nstatus 3\n',
	);
});

test('a file without a first line is for the shell, where the call searches', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	t.is(await start(stage, ['execvp', '/opt/view/host/no-line', 'x']), 'by sh x\nstatus 0\n');
	t.is(await start(stage, ['execve', '/opt/view/host/no-line', 'x']), 'ENOEXEC\nstatus 1\n');
	t.is(await start(stage, ['execve', '/opt/view/host/no-program']), 'EACCES\nstatus 1\n');
	t.is(await start(stage, ['execve', '/opt/view/host/none']), 'ENOENT\nstatus 1\n');
	t.is(await start(stage, ['posix_spawnp', 'no-such-program']), 'ENOENT\nstatus 1\n');
});

/** Without what the harness itself puts in, and what `sh` does. */
function variablesOf(output: string): string[] {
	return output
		.split('\n')
		.filter(line => line !== '' && !/^(?:LD_PRELOAD|PWD|OLDPWD|SHLVL|_|LC_ALL)=/u.test(line))
		.filter(line => !line.startsWith('status '));
}

async function environmentOf(
	{view, starter}: Stage,
	settings: readonly string[],
	argv: readonly string[],
): Promise<string[]> {
	const clean = settings.map(setting => setting.replaceAll('TOP', view.bundle));
	return variablesOf(await view.run('shim', [...clean, starter, ...argv], ''));
}

test('a program of the host gets the environment the user had, whoever starts it', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	const given = [
		'PATH=TOP/root/usr/bin:TOP/root/usr/sbin:/usr/bin:/bin',
		'DATA_DIR=TOP/root/usr/share/data',
		'SEARCH=/own::TOP/root/etc/x',
		'OTHER=TOP/root/usr/bin',
	];
	const expected = ['PATH=/usr/bin:/bin', 'SEARCH=/own', `OTHER=${stage.view.bundle}/root/usr/bin`];
	for (const call of [...byPath, 'fexecve']) {
		t.deepEqual(await environmentOf(stage, given, [call, '/usr/bin/env']), expected, call);
	}

	for (const call of ['system', 'popen']) {
		t.deepEqual(
			(await environmentOf(stage, given, [call, 'exec /usr/bin/env'])).sort(),
			[...expected].sort(),
			call,
		);
	}

	t.deepEqual(await environmentOf(stage, given, ['execve-nothing', '/usr/bin/env']), []);
});

test('what the user or a program set stays, wherever the bundle’s words stand', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	const cases = [
		[['PATH=/a:TOP/root/usr/bin:TOP/root/usr/sbin:/b'], ['PATH=/a:/b']],
		[['PATH=TOP/root/usr/bin:TOP/root/usr/sbin'], []],
		[['PATH=TOP/root/usr/bin:/b'], ['PATH=TOP/root/usr/bin:/b']],
		[['DATA_DIR=/own'], ['DATA_DIR=/own']],
		[['DATA_DIR=TOP/root/usr/share/data/more'], ['DATA_DIR=TOP/root/usr/share/data/more']],
		[['SEARCH=:TOP/root/etc/x'], []],
		[['SEARCH='], ['SEARCH=']],
	] as const;
	for (const [given, expected] of cases) {
		t.deepEqual(
			await environmentOf(stage, given, ['execve', '/usr/bin/env']),
			expected.map(setting => setting.replaceAll('TOP', stage.view.bundle)),
		);
	}
});

test('a packed program gets the environment as it is', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	const given = 'DATA_DIR=TOP/root/usr/share/data'.replaceAll('TOP', stage.view.bundle);
	const {view, starter} = stage;
	const script = 'show() { :; }; exec "$@"';
	const answer = await view.run(
		'shim',
		[given, 'sh', '-c', script, 'sh', starter, 'execve', '/opt/view/usr/bin/show'],
		'',
	);
	t.is(answer, 'packed 0 \n');
});

test('streams of popen are written to, closed apart and answer with the status', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	t.is(await start(stage, ['popen-write', 'cat; exit 5']), 'piped\nstatus 5\n');
});

test('the working directory of a child by vfork is the child’s alone', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	const argv = ['child-directory', '/opt/view/host', '/opt/view/share/whole'];
	t.is(await start(stage, argv), 'status 0\n');
	const script = 'cd /opt/view/host && "$@"; echo "status $?"';
	const first = ['first-child-directory', 'file', '/opt/view/share/whole'];
	t.is(
		await stage.view.run('shim', ['sh', '-c', script, 'sh', stage.starter, ...first], ''),
		'status 0\n',
	);
});

test('any number of threads may ask at once', async t => {
	const stage = await setUp(t);
	if (!stage) return;
	const argv = ['threads', '/opt/view/share/whole/a', '/opt/view/host/file'];
	t.is(await start(stage, argv), '0 wrong\nstatus 0\n');
});
