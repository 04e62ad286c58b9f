/**
 * Every call against the same call in the kernel's own view of the same trees.
 *
 * The oracle is an overlay with the bundle's payload on top and read-only bind mounts where only
 * the bundle is seen; the subject is the host's tree alone, seen through the shim.
 */
import {execFile} from 'node:child_process';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {need} from '../helpers/need.js';
import {makeScratch} from '../helpers/scratch.js';
import {makeView} from './lib/make-view.js';
import type {PackedTree, Tree} from './lib/make-view.js';

const run = promisify(execFile);
const probeSource = fileURLToPath(new URL('../../../test/shim/lib/probe.c', import.meta.url));

const host: Tree = {
	'host/file': {kind: 'file', content: 'host file\n'},
	'host/dir/x': {kind: 'file', content: 'host x\n'},
	'host/dir/deep/y': {kind: 'file', content: 'host y\n'},
	'host/dir/to-magic': {kind: 'link', target: '/opt/view/share/magic'},
	'host/to-whole': {kind: 'link', target: '../share/whole'},
	'host/to-share': {kind: 'link', target: '/opt/view/share'},
	'host/to-dir': {kind: 'link', target: 'dir'},
	'host/to-new': {kind: 'link', target: '/opt/view/share/whole/new'},
	'host/dangling': {kind: 'link', target: '/opt/view/share/none'},
	'host/loop': {kind: 'link', target: 'loop'},
	'host/closed/x': {kind: 'file', content: 'closed x\n'},
	'host/closed': {kind: 'directory', mode: 0},
	'host/secret': {kind: 'file', content: 'secret\n', mode: 0},
	'host/script': {kind: 'file', content: '#!/opt/view/usr/bin/prog -o two\n', mode: 0o755},
	'share/both': {kind: 'file', content: 'host both\n'},
	'share/host-only': {kind: 'file', content: 'host only\n'},
	'share/hostdir/z': {kind: 'file', content: 'host z\n'},
	'share/whole/a': {kind: 'file', content: 'host a\n'},
	'share/whole/hidden': {kind: 'file', content: 'host hidden\n'},
	'usr/bin/prog': {kind: 'file', content: '#!/bin/sh\nexit 99\n', mode: 0o755},
	'usr/bin/hostprog': {
		kind: 'file',
		content: '#!/bin/sh\nprintf "hostprog $* ${0##*/}"\nexit 4\n',
		mode: 0o755,
	},
};

const program = '#!/bin/sh\nprintf "prog $*"\nexit 3\n';

const packed: PackedTree = {
	tree: {
		'share/magic': {kind: 'file', content: 'bundle magic\n'},
		'share/both': {kind: 'file', content: 'bundle both\n'},
		'share/link-file': {kind: 'link', target: 'magic'},
		'share/link-dir': {kind: 'link', target: 'whole'},
		'share/link-host': {kind: 'link', target: '../host/dir'},
		'share/link-absolute': {kind: 'link', target: '/opt/view/host/file'},
		'share/link-slash': {kind: 'link', target: 'whole/'},
		'share/whole/a': {kind: 'file', content: 'bundle a\n'},
		'share/whole/sub/b': {kind: 'file', content: 'bundle b\n'},
		'share/whole/link-in': {kind: 'link', target: 'sub/b'},
		'share/whole/link-out': {kind: 'link', target: '../../host/file'},
		'share/whole/link-up': {kind: 'link', target: '..'},
		'share/whole/dangling': {kind: 'link', target: 'nowhere'},
		'share/whole/loop': {kind: 'link', target: 'loop'},
		'share/whole/tool': {kind: 'file', content: program, mode: 0o755},
		'share/only/c': {kind: 'file', content: 'bundle c\n'},
		'usr/bin/prog': {kind: 'file', content: program, mode: 0o755},
		'usr/bin/multi': {kind: 'link', target: 'prog'},
		bin: {kind: 'link', target: 'usr/bin'},
	},
	whole: ['share/whole', 'share/only'],
	launched: ['share/whole/tool', 'usr/bin/prog'],
};

const names = [
	...['', 'share', 'share/', 'share/.', 'share/..', 'share/magic', 'share/magic/', 'share/magic/.'],
	...['share/magic/x', 'share/magic/..', 'share/both', 'share/host-only', 'share/hostdir'],
	...['share/hostdir/z', 'share/hostdir/../magic', 'share//magic', 'share/./magic', 'share/none'],
	...[
		'share/none/x',
		'share/none/../magic',
		'share/link-file',
		'share/link-file/',
		'share/link-dir',
	],
	...['share/link-dir/', 'share/link-dir/a', 'share/link-dir/../magic', 'share/link-host'],
	...['share/link-host/x', 'share/link-host/../file', 'share/link-host/to-magic'],
	...['share/link-absolute', 'share/link-slash', 'share/link-slash/a', 'share/whole'],
	...[
		'share/whole/',
		'share/whole/a',
		'share/whole/hidden',
		'share/whole/sub',
		'share/whole/sub/b',
	],
	...['share/whole/sub/../a', 'share/whole/link-in', 'share/whole/link-out', 'share/whole/link-up'],
	...['share/whole/link-up/both', 'share/whole/link-up/host-only', 'share/whole/dangling'],
	...['share/whole/loop', 'share/whole/loop/x', 'share/whole/tool', 'share/whole/..'],
	...['share/whole/../host-only', 'share/whole/../../host/file', 'share/whole/new', 'share/only'],
	...['share/only/c', 'share/only/none', 'usr/bin/prog', 'usr/bin/multi', 'usr/bin/hostprog'],
	...['usr/bin/.prog.dynpk', 'bin', 'bin/prog', 'bin/hostprog', 'bin/..', 'bin/../share/magic'],
	...[
		'host',
		'host/file',
		'host/file/',
		'host/file/..',
		'host/dir',
		'host/dir/x',
		'host/dir/deep/y',
	],
	...[
		'host/dir/to-magic',
		'host/dir/to-magic/',
		'host/to-whole',
		'host/to-whole/',
		'host/to-whole/a',
	],
	...['host/to-whole/hidden', 'host/to-whole/../magic', 'host/to-share', 'host/to-share/magic'],
	...['host/to-share/host-only', 'host/to-share/whole/sub/b', 'host/to-dir', 'host/to-dir/x'],
	...['host/to-dir/to-magic', 'host/to-dir/../to-whole/a', 'host/to-new', 'host/dangling'],
	...['host/loop', 'host/loop/x', 'host/closed', 'host/closed/x', 'host/closed/../file'],
	...[
		'host/secret',
		'host/script',
		'host/none',
		'host/none/../file',
		'host/dir//x',
		'host/./dir/x',
	],
];

const questions = [
	...['stat', 'lstat', 'statx', 'open', 'open-path', 'open-unfollowed', 'open-directory', 'fopen'],
	...['freopen', 'access-read', 'access-execute', 'eaccess', 'readlink', 'realpath', 'list'],
	...[
		'list-again',
		'scandir',
		'glob',
		'nftw',
		'chdir',
		'up',
		'exec',
		'spawn',
		'statvfs',
		'getxattr',
	],
];

const relative = [
	...[
		'.',
		'..',
		'a',
		'./a',
		'sub/b',
		'../magic',
		'../both',
		'../host-only',
		'../../host/file',
		'link-up',
	],
	...[
		'link-out',
		'none',
		'x',
		'deep/y',
		'to-magic',
		'../to-whole/a',
		'../file',
		'magic',
		'host-only',
	],
	...['whole/a', 'hostdir/z', 'whole/../magic', 'prog', 'multi', 'hostprog', '../../share/magic'],
];
const directories = [
	...['share', 'share/whole', 'share/whole/sub', 'share/only', 'share/link-dir', 'share/link-host'],
	...['host', 'host/dir', 'host/to-whole', 'host/to-share', 'usr/bin', 'bin'],
];
const relativeQuestions = {
	in: [
		'stat',
		'lstat',
		'open',
		'fopen',
		'access-read',
		'readlink',
		'realpath',
		'list',
		'chdir',
		'exec',
	],
	at: [
		'stat',
		'lstat',
		'statx',
		'open',
		'access-read',
		'access-execute',
		'readlink',
		'list',
		'fchdir',
	],
};

interface Case {
	readonly call: string;
	readonly path: string;
	readonly how: string;
	readonly directory: string;
}

const absoluteCases = (calls: readonly string[], paths: readonly string[]): Case[] =>
	calls.flatMap(call =>
		paths.map(path => ({call, path: `/opt/view/${path}`, how: 'as-is', directory: '/'})),
	);

function relativeCases(
	how: 'in' | 'at',
	calls: readonly string[],
	paths: readonly string[],
): Case[] {
	return calls.flatMap(call =>
		directories.flatMap(directory =>
			paths.map(path => ({call, path, how, directory: `/opt/view/${directory}`})),
		),
	);
}

async function compileProbe(t: ExecutionContext): Promise<string> {
	const probe = join(makeScratch(t), 'probe');
	await run('gcc', ['-O1', '-o', probe, probeSource]);
	return probe;
}

function linesOf(cases: readonly Case[]): string {
	return cases
		.map(({call, path, how, directory}) => `${[call, path, how, directory].join('\t')}\n`)
		.join('');
}

/** The cases that answer otherwise through the shim than in the kernel's view. */
async function differences(
	t: ExecutionContext,
	cases: readonly Case[],
	options: readonly string[] = [],
): Promise<string[]> {
	const probe = await compileProbe(t);
	const view = await makeView(t, host, packed);
	const input = linesOf(cases);
	const [subject, oracle] = await Promise.all([
		view.run('shim', [probe, ...options], input),
		view.run('mounts', [probe, ...options], input),
	]);
	const answers = [subject, oracle].map(output => output.split('\n').slice(0, -1));
	t.deepEqual(
		answers.map(lines => lines.length),
		[cases.length, cases.length],
	);
	return cases.flatMap(({call, path, how, directory}, index) => {
		const [got, expected] = answers.map(lines => lines[index]);
		const where = how === 'as-is' ? '' : ` ${how} ${directory}`;
		return got === expected ? [] : [`${call} ${path}${where}: ${got}, not ${expected}`];
	});
}

function needed(t: ExecutionContext): boolean {
	return need(t, 'gcc', 'unshare', 'setpriv', 'mount');
}

test('what is asked of absolute paths is answered as in a mounted view', async t => {
	if (needed(t)) t.deepEqual(await differences(t, absoluteCases(questions, names)), []);
});

test('relative paths count from the working directory, wherever that is', async t => {
	if (needed(t)) {
		t.deepEqual(await differences(t, relativeCases('in', relativeQuestions.in, relative)), []);
	}
});

test('paths count from descriptors of directories', async t => {
	if (needed(t)) {
		t.deepEqual(await differences(t, relativeCases('at', relativeQuestions.at, relative)), []);
	}
});

test('what was learned of a path does not change the next answer', async t => {
	const calls = questions.filter(call => !['exec', 'spawn'].includes(call));
	const cases = [
		...absoluteCases(calls, names),
		...relativeCases('at', ['stat', 'lstat', 'open', 'list'], relative),
	];
	if (needed(t)) t.deepEqual(await differences(t, cases, ['--twice']), []);
});

const changed = [
	...['share/magic', 'share/both', 'share/host-only', 'share/whole/a', 'share/whole/sub'],
	...['share/whole/new', 'share/whole/link-in', 'share/whole/link-out', 'share/link-absolute'],
	...['share/none', 'share/none/x', 'share/new', 'share/hostdir/z', 'host/file', 'host/new'],
	...['host/to-whole/new', 'host/to-whole/a', 'host/to-new', 'host/dir/to-magic', 'host/none/x'],
	...['host/closed/x', 'host/secret', 'share/whole/tool'],
];

test('trees are walked as in a mounted view', async t => {
	const calls = [
		...[
			'nftw-chdir',
			'nftw-depth',
			'nftw-logical',
			'fts',
			'fts-chdir',
			'fts-logical',
			'fts-children',
		],
	];
	if (!needed(t)) return;
	t.deepEqual(await differences(t, absoluteCases(calls, names)), []);
	t.deepEqual(
		await differences(t, relativeCases('in', ['nftw-chdir', 'fts-chdir', 'fts'], relative)),
		[],
	);
});

test('a walk through links enters each directory once, whatever the order of names', async t => {
	const starts = [
		...['host/dir', 'host/to-dir', 'share/link-host', 'share/hostdir', 'share/only', 'share/none'],
		...['share/whole/sub', 'share/whole/loop', 'host/dangling', 'host/dir/to-magic', 'usr', 'bin'],
	];
	if (needed(t)) t.deepEqual(await differences(t, absoluteCases(['nftw-logical'], starts)), []);
});

test('system calls through syscall() see the same', async t => {
	const calls = ['raw-open', 'raw-stat', 'raw-statx', 'raw-access', 'raw-readlink', 'raw-chdir'];
	if (!needed(t)) return;
	t.deepEqual(await differences(t, absoluteCases(calls, names)), []);
	t.deepEqual(await differences(t, relativeCases('at', calls.slice(0, 5), relative)), []);
});

test('rarer calls see the same', async t => {
	const calls = [
		...['pathconf', 'ftok', 'inotify', 'mount-table', 'catalogue', 'realpath-checked'],
		...['connect', 'sendto', 'sendmsg'],
	];
	if (needed(t)) t.deepEqual(await differences(t, absoluteCases(calls, names)), []);
});

test('a descriptor that became another directory’s is not taken for the first', async t => {
	const paths = ['a', 'x', 'dir/x', 'magic', 'b', 'prog', '../magic', '../host/file', 'hidden'];
	const cases = ['moved-descriptor', 'child-descriptor'].flatMap(call =>
		paths.map(path => ({call, path, how: 'as-is', directory: '/'})),
	);
	if (needed(t)) t.deepEqual(await differences(t, cases), []);
});

test('nothing of the bundle can be changed, and everything of the host can', async t => {
	const calls = [
		...['open-write', 'access-write', 'truncate', 'chmod', 'utimens', 'open-create'],
		...['open-create-read', 'open-exclusive', 'fopen-write', 'setxattr'],
		...['removexattr'],
	];
	if (needed(t)) t.deepEqual(await differences(t, absoluteCases(calls, changed)), []);
});

test('names are made and removed on the host alone', async t => {
	const calls = [
		'mkdir',
		'unlink',
		'symlink',
		'rmdir',
		'mkstemp',
		'open-temporary',
		'mkostemps',
		'bind',
	];
	const paths = [
		...['share/whole/new', 'share/whole/sub/new', 'share/new', 'host/new', 'host/to-whole/new'],
		...[
			'share/hostdir',
			'share/host-only',
			'host/dir/deep',
			'share/whole/sub',
			'host/to-share/more',
		],
		...['share/whole/a', 'share/none/x'],
	];
	if (needed(t)) t.deepEqual(await differences(t, absoluteCases(calls, paths)), []);
});

test('where the host has a directory for a link of the bundle, both are seen in it', async t => {
	if (!needed(t)) return;
	const own = {'bin/own': {kind: 'file', content: 'own\n', mode: 0o755}} as const;
	const view = await makeView(t, {...host, ...own}, packed);
	const cases = [
		...absoluteCases(['stat', 'open'], ['bin/own', 'bin/prog']),
		...absoluteCases(['list'], ['bin']),
		...relativeCases('in', ['open'], ['own', 'prog']).filter(({directory}) =>
			directory.endsWith('/bin'),
		),
	];
	const answers = await view.run('shim', [await compileProbe(t)], linesOf(cases));
	t.deepEqual(answers.split('\n'), [
		...['100755 4', '100755 34', "'own'", "'#!/bin/sh'", '../ ./ multi@ own prog'],
		...['ENOENT', "'#!/bin/sh'", "'own'", "'#!/bin/sh'", ''],
	]);
});

test('who enters the bundle by its own name sees it there', async t => {
	if (!needed(t)) return;
	const view = await makeView(t, host, packed);
	const inside = `${view.bundle}/root/opt/view/share/whole`;
	const argv = ['sh', '-c', 'cd "$0" && exec env "$@"', inside];
	const probe = await compileProbe(t);
	const input = linesOf(
		[
			['chdir', '.'],
			['chdir', 'sub'],
			['chdir', inside],
			['chdir', '/opt/view/share/whole'],
			['open', '../../host/file'],
			['open', '../magic'],
		].map(([call = '', path = '']) => ({call, path, how: 'as-is', directory: '/'})),
	);
	const meant = await view.run('shim', [...argv, `PWD=${inside}`, probe], input);
	t.deepEqual(meant.split('\n'), [
		...[inside, `${inside}/sub`, inside, '/opt/view/share/whole', 'ENOENT', "'bundle magic'", ''],
	]);
	const seen = await view.run('shim', [...argv, 'PWD=/opt/view/share/whole', probe], input);
	t.deepEqual(seen.split('\n'), [
		...['/opt/view/share/whole', '/opt/view/share/whole/sub', inside, '/opt/view/share/whole'],
		...["'host file'", "'bundle magic'", ''],
	]);
});
