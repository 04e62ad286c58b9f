/** What `dynpk cache` needs of a start: a trace of it, and a second look where its tree was removed. */
import {spawn} from 'node:child_process';
import {lstatSync, readdirSync, renameSync, utimesSync} from 'node:fs';
import {once} from 'node:events';
import {join} from 'node:path';
import {createInterface} from 'node:readline';
import {text} from 'node:stream/consumers';
import test from 'ava';
import {runBundleChild, makeBundle} from '../helpers/run/run-bundle-child.js';
import {need} from '../helpers/run/need.js';
import {entriesOf, makeRunFile, onlyEntry} from '../helpers/run/run-files.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

const HOUR = 3600;

/** Let a file be of so many seconds before it was last changed; returns its time. */
function age(path: string, seconds: number): number {
	const time = Math.floor(lstatSync(path).ctimeMs / 1000) - seconds;
	utimesSync(path, time, time);
	return time * 1000;
}

test('a start leaves its time at the state of its tree, once an hour', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	await made.start();
	const name = entriesOf(made.cache).find(entry => entry.endsWith('.state'))!;
	const state = join(made.cache, 'runs', name);
	const published = lstatSync(state);
	const lately = age(state, HOUR / 2);
	await made.start();
	t.is(lstatSync(state).mtimeMs, lately);
	age(state, 2 * HOUR);
	t.is((await made.start()).status, 0);
	t.true(lstatSync(state).mtimeMs >= published.mtimeMs);
	t.is(lstatSync(state).ino, published.ino);
});

test('so does run', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = scratch.path('b.tar.gz');
	await makeBundle(bundle, {entry: 'echo hello'}, 'tar.gz');
	const order = {bundle, cache: scratch.path('cache')};
	await runBundleChild(order);
	const bundles = scratch.path('cache/bundles');
	const state = join(
		bundles,
		readdirSync(bundles).find(name => name.endsWith('.json'))!,
	);
	const published = lstatSync(state);
	const lately = age(state, HOUR / 2);
	await runBundleChild(order);
	t.is(lstatSync(state).mtimeMs, lately);
	age(state, 2 * HOUR);
	const {stdout, stderr} = await runBundleChild(order);
	t.deepEqual([stdout, stderr], ['hello\n', '']);
	t.true(lstatSync(state).mtimeMs >= published.mtimeMs);
	t.is(lstatSync(state).ino, published.ino);
});

test('a tree that is removed between the look and the start is unpacked anew', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'strace')) return;
	await made.start();
	const top = onlyEntry(made.cache);
	// The first call of the file's own; strace does not count that by which it starts it.
	const inject = 'inject=execve:delay_enter=3000000:when=1';
	const child = spawn('strace', ['-qq', '-o', '/dev/null', '-e', inject, made.file], {
		env: {...process.env, DYNPK_CACHE: made.cache, DYNPK_EXPLAIN: '1'},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const stdout = text(child.stdout);
	const closed = once(child, 'close');
	const lines: string[] = [];
	for await (const line of createInterface(child.stderr)) {
		if (lines.push(line) === 1) renameSync(top, `${top}.old-1`);
	}

	await closed;
	t.deepEqual(lines, [
		`dynpk: cache: using ${top}`,
		`dynpk: cache: unpacking 15 entries into ${made.cache}/runs/${top.slice(-64)}`,
		`dynpk: cache: using ${top}`,
	]);
	t.is(child.exitCode, 0);
	t.regex(
		await stdout,
		new RegExp(`^comm prog\nexe ${top}/root/usr/bin/prog\nargv ${top}/bin/prog\n`),
	);
});
