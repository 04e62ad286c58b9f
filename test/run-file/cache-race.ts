import {spawn, type ChildProcess} from 'node:child_process';
import {existsSync, lstatSync, mkdirSync, readdirSync, readFileSync} from 'node:fs';
import {rmSync, symlinkSync, unlinkSync, utimesSync, writeFileSync} from 'node:fs';
import {once} from 'node:events';
import {basename, dirname, join} from 'node:path';
import {text} from 'node:stream/consumers';
import {setTimeout as sleep} from 'node:timers/promises';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {
	entriesOf,
	impatientRunner,
	isTidy,
	makeRunFile,
	onlyEntry,
	type RunFile,
} from '../helpers/run/run-files.js';
import {listTree} from '../helpers/worlds/list-tree.js';
import type {RunWorld} from '../helpers/worlds/run-file-writer.js';

/** Long enough to be caught at work. */
const slowWorld: RunWorld = {
	entry: 'p',
	entries: [
		{path: 'bin'},
		{path: 'bin/p', body: '#!/bin/sh\necho "$0"\n', mode: 0o755},
		...Array.from({length: 20}, (_, at) => ({path: `d${at}`})),
		...Array.from({length: 4000}, (_, at) => ({path: `d${at % 20}/f${at}`, body: `${at}`})),
	],
};

function countUnpackings(stderr: string): number {
	return stderr.split('\n').filter(line => line.startsWith('dynpk: cache: unpacking ')).length;
}

interface Started {
	readonly child: ChildProcess;
	/** Status and signal. */
	readonly ended: Promise<readonly [number | null, NodeJS.Signals | null]>;
	readonly stdout: Promise<string>;
	readonly stderr: Promise<string>;
}

/** In a process group of its own. */
function begin({file, cache}: RunFile, command: readonly string[] = []): Started {
	const words = [...command, file];
	const child = spawn(words[0]!, words.slice(1), {
		...{env: {DYNPK_CACHE: cache, DYNPK_EXPLAIN: '1', PATH: process.env.PATH}, detached: true},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const ended = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
	return {child, ended, stdout: text(child.stdout), stderr: text(child.stderr)};
}

/** Begin until one is seen with a tree that is not published; nothing is done between two looks. */
async function beginUntilAtWork(made: RunFile, command: readonly string[] = []): Promise<Started> {
	for (;;) {
		rmSync(made.cache, {recursive: true, force: true});
		const started = begin(made, command);
		for (const isOver = started.child; isOver.exitCode === null; await sleep(0)) {
			if (entriesOf(made.cache).some(name => name.includes('.new-'))) return started;
			if (entriesOf(made.cache).some(name => name.length === 64)) break;
		}

		await started.ended;
	}
}

test('of fifty first starts one unpacks, and all start', async t => {
	const made = await makeRunFile(t, slowWorld);
	if (made === undefined) return;
	const starts = Array.from({length: 50}, () => made.start([], {DYNPK_EXPLAIN: '1'}));
	const results = await Promise.all(starts);
	const path = `${onlyEntry(made.cache)}/bin/p\n`;
	t.deepEqual(
		results.map(({status, stdout}) => [status, stdout]),
		results.map(() => [0, path]),
	);
	t.is(countUnpackings(results.map(({stderr}) => stderr).join('')), 1);
	t.true(isTidy(made.cache));
	t.is(entriesOf(made.cache).length, 2);
});

test('a killed unpacker is noticed by its silence, and what it left removed', async t => {
	const made = await makeRunFile(t, slowWorld, {runner: await impatientRunner(5000)});
	const whole = await makeRunFile(t, slowWorld);
	if (made === undefined || whole === undefined) return;
	const killed = await beginUntilAtWork(made);
	process.kill(killed.child.pid!, 'SIGKILL');
	t.deepEqual(await killed.ended, [null, 'SIGKILL']);
	t.false(isTidy(made.cache));
	const results = await Promise.all(
		Array.from({length: 4}, () => made.start([], {DYNPK_EXPLAIN: '1'})),
	);
	t.deepEqual(
		results.map(({status}) => status),
		[0, 0, 0, 0],
	);
	const said = results.map(({stderr}) => stderr).join('');
	t.is(countUnpackings(said), 1);
	t.regex(said, /^dynpk: cache: the start that unpacks into .* is silent: taking over$/mu);
	t.true(isTidy(made.cache));
	await whole.start();
	t.deepEqual(listTree(onlyEntry(made.cache)), listTree(onlyEntry(whole.cache)));
});

test('one that was only stopped, and taken for dead, ends right as well', async t => {
	const made = await makeRunFile(t, slowWorld, {runner: await impatientRunner(5000)});
	if (made === undefined) return;
	const stopped = await beginUntilAtWork(made);
	process.kill(-stopped.child.pid!, 'SIGSTOP');
	const second = await made.start();
	t.like(second, {status: 0, stdout: `${onlyEntry(made.cache)}/bin/p\n`, stderr: ''});
	process.kill(-stopped.child.pid!, 'SIGCONT');
	t.deepEqual(await stopped.ended, [0, null]);
	t.is(await stopped.stdout, second.stdout);
	t.true(isTidy(made.cache));
	t.is(countUnpackings((await made.start([], {DYNPK_EXPLAIN: '1'})).stderr), 0);
});

for (const whom of ['it', 'its whole group'] as const) {
	for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
		test(`${signal} to ${whom} ends an unpacking, and nothing is left`, async t => {
			const made = await makeRunFile(t, slowWorld);
			if (made === undefined) return;
			const started = await beginUntilAtWork(made);
			process.kill(whom === 'it' ? started.child.pid! : -started.child.pid!, signal);
			const ended = await started.ended;
			if (ended[1] === null) {
				// It had published by then; the program is not ours to end.
				t.deepEqual(ended, [0, null]);
			} else {
				t.deepEqual(ended, [null, signal]);
				t.deepEqual(entriesOf(made.cache), []);
			}
		});
	}
}

test('children of the caller are neither waited for nor taken from it', async t => {
	const made = await makeRunFile(t, slowWorld);
	if (made === undefined || !need(t, 'sh')) return;
	const script = 'sleep 300 >/dev/null 2>&1 & exec "$0"';
	const started = await beginUntilAtWork(made, ['sh', '-c', script]);
	process.kill(started.child.pid!, 'SIGTERM');
	t.deepEqual(await started.ended, [null, 'SIGTERM']);
	process.kill(-started.child.pid!, 'SIGKILL');
	t.deepEqual(entriesOf(made.cache), []);
});

test('signals that the caller ignores are ignored', async t => {
	const made = await makeRunFile(t, slowWorld);
	if (made === undefined || !need(t, 'sh')) return;
	const script = 'trap "" HUP TERM CHLD; exec "$0"';
	const started = await beginUntilAtWork(made, ['sh', '-c', script]);
	process.kill(started.child.pid!, 'SIGHUP');
	process.kill(started.child.pid!, 'SIGTERM');
	t.deepEqual(await started.ended, [0, null]);
	t.true(isTidy(made.cache));
});

test('a lock that nobody holds is taken over', async t => {
	const made = await makeRunFile(t, undefined, {runner: await impatientRunner(5000)});
	if (made === undefined) return;
	await made.start();
	const id = basename(onlyEntry(made.cache));
	const runs = join(made.cache, 'runs');
	rmSync(onlyEntry(made.cache), {recursive: true});
	mkdirSync(join(runs, `${id}.lock`));
	for (const left of ['.new-0', '.old-1', '.gone-2']) {
		mkdirSync(join(runs, `${id}${left}/a/b`), {recursive: true, mode: 0o500});
	}

	const other = `${'0'.repeat(64)}.new-0`;
	mkdirSync(join(runs, other));
	t.is((await made.start()).status, 0);
	t.deepEqual(
		entriesOf(made.cache).filter(name => !/^[0-9a-f]{64}(\.\d+\.state)?$/u.test(name)),
		[other],
	);
	t.is(entriesOf(made.cache).length, 3);
});

/** What was done to an entry, and whether it is made anew then. */
const changes: readonly (readonly [string, boolean, (top: string) => void])[] = [
	['nothing', false, () => undefined],
	['a file is gone', true, top => unlinkSync(join(top, 'root/usr/share/one'))],
	['an empty file is gone', true, top => unlinkSync(join(top, 'root/usr/share/empty'))],
	['a link is gone', true, top => unlinkSync(join(top, 'bin/tool'))],
	['a name of the top is gone', true, top => unlinkSync(join(top, 'dynpk.json'))],
	['a directory is gone', true, top => rmSync(join(top, 'root/usr'), {recursive: true})],
	[
		'a file was replaced by a longer one',
		true,
		top => {
			const path = join(top, 'root/usr/share/one');
			unlinkSync(path);
			writeFileSync(path, 'longer\n');
		},
	],
	[
		'a file was replaced by a link',
		true,
		top => {
			unlinkSync(join(top, 'root/usr/share/one'));
			symlinkSync('same', join(top, 'root/usr/share/one'));
		},
	],
	['a program was cut off', true, top => writeFileSync(join(top, 'root/usr/bin/prog'), '')],
	['a program was touched', true, top => utimesSync(join(top, 'root/usr/bin/prog'), 5, 5)],
	['a name was added', false, top => writeFileSync(join(top, 'root/usr/share/new.pyc'), '')],
	['a name was added to the top', false, top => mkdirSync(join(top, '__pycache__'))],
	[
		'it was replaced by a file',
		true,
		top => {
			rmSync(top, {recursive: true});
			writeFileSync(top, '');
		},
	],
	['its state is gone', false, top => removeStates(top)],
	[
		'its state was damaged',
		false,
		top => {
			for (const state of statesOf(top)) {
				const bytes = readFileSync(state);
				bytes[bytes.length - 30]! ^= 1;
				writeFileSync(state, bytes);
			}
		},
	],
	[
		'its state is gone, and a program is another',
		true,
		top => {
			removeStates(top);
			utimesSync(join(top, 'root/usr/bin/prog'), 5, 5);
		},
	],
];

function statesOf(top: string): readonly string[] {
	return readdirSync(dirname(top))
		.filter(name => name.endsWith('.state'))
		.map(name => join(dirname(top), name));
}

function removeStates(top: string): void {
	for (const state of statesOf(top)) unlinkSync(state);
}

test('an entry that lacks anything is made again, and one that has more is not', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	for (const [what, isMadeAnew, change] of changes) {
		rmSync(made.cache, {recursive: true, force: true});
		await made.start();
		const top = onlyEntry(made.cache);
		const whole = listTree(top);
		change(top);
		const {status, stderr} = await made.start([], {DYNPK_EXPLAIN: '1'});
		t.is(status, 0, what);
		t.is(countUnpackings(stderr), isMadeAnew ? 1 : 0, what);
		t.true(isTidy(made.cache), what);
		if (isMadeAnew) t.deepEqual(listTree(top), whole, what);
		// What the index had to decide once, need not be asked again.
		t.is(statesOf(top).length, 1, what);
		const before = lstatSync(statesOf(top)[0]!).ino;
		await made.start();
		t.is(lstatSync(statesOf(top)[0]!).ino, before, what);
	}
});

test('a damaged file starts from a sound entry, and from no other', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	await made.start();
	const bytes = readFileSync(made.file);
	bytes[bytes.length - 100]! ^= 1;
	writeFileSync(made.file, bytes);
	t.is((await made.start()).status, 0);
	unlinkSync(join(onlyEntry(made.cache), 'dynpk.json'));
	const {status, stderr} = await made.start();
	t.is(status, 125);
	t.regex(stderr, /^dynpk: .* is damaged, its index cannot be read: copy it again\n$/u);
	t.false(existsSync(join(onlyEntry(made.cache), 'dynpk.json')));
	t.true(isTidy(made.cache));
});
