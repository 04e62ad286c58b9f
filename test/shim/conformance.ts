/**
 * Every call against the same call in the kernel's own view of the same trees.
 *
 * The oracle is an overlay with the bundle's payload on top and read-only bind mounts where only
 * the bundle is seen; the subject is the host's tree alone, seen through the shim.
 */
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {need} from '../helpers/run/need.js';
import {sampleOf} from '../helpers/run/sample.js';
import {makeView} from './lib/make-view.js';
import {
	absoluteCases,
	changed,
	compileProbe,
	differing,
	host,
	linesOf,
	names,
	packed,
	questions,
	relative,
	relativeCases,
	relativeQuestions,
} from './lib/view-cases.js';
import type {Case} from './lib/view-cases.js';

/** The cases that answer otherwise through the shim than in the kernel's view. */
async function differences(
	t: ExecutionContext,
	cases: readonly Case[],
	options: readonly string[] = [],
): Promise<string[]> {
	const probe = await compileProbe();
	const view = await makeView(t, host, packed);
	const input = linesOf(cases);
	const outputs = await Promise.all([
		view.run('shim', [probe, ...options], input),
		view.run('mounts', [probe, ...options], input),
	]);
	return differing(t, cases, outputs);
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

/** What is answered by who knows nothing is asked of all paths above. */
const KNOWING = 800;

test('what was learned of a path does not change the next answer', async t => {
	const calls = questions.filter(call => !['exec', 'spawn'].includes(call));
	const cases = [
		...absoluteCases(calls, names),
		...relativeCases('at', ['stat', 'lstat', 'open', 'list'], relative),
	];
	if (!needed(t)) return;
	t.deepEqual(await differences(t, sampleOf(t, cases, KNOWING), ['--knowing']), []);
});

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

test('a link in the place of a directory that is known is followed', async t => {
	const cases = absoluteCases(['replace'], ['host/fresh']);
	if (needed(t)) t.deepEqual(await differences(t, cases), []);
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
	const answers = await view.run('shim', [await compileProbe()], linesOf(cases));
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
	const probe = await compileProbe();
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
