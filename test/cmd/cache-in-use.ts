/** `dynpk cache clear` beside processes that use what it would remove. */
import {spawn, type ChildProcess} from 'node:child_process';
import {existsSync} from 'node:fs';
import {once} from 'node:events';
import {join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {cacheCommand, waitingWorld} from '../helpers/run/cache-command.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {entriesOf, isTidy, makeRunFile, onlyEntry, type RunFile} from '../helpers/run/run-files.js';
import {listTree} from '../helpers/worlds/list-tree.js';

/** Ends when it is told to, or with the test. */
function begin(
	t: ExecutionContext,
	command: string,
	args: readonly string[],
	cwd?: string,
): ChildProcess {
	const child = spawn(command, args, {
		stdio: ['pipe', 'pipe', 'inherit'],
		...(cwd === undefined ? {} : {cwd}),
	});
	t.teardown(() => child.kill('SIGKILL'));
	return child;
}

/** How a process uses the tree: what is started, and where. */
const uses: readonly (readonly [
	string,
	(made: RunFile, top: string) => readonly [string, readonly string[], string?],
])[] = [
	['runs a program of it', made => ['env', [`DYNPK_CACHE=${made.cache}`, made.file]]],
	['works in it', (_, top) => ['sh', ['-c', 'echo started; read word'], join(top, 'share')]],
	[
		'has a file of it open',
		(_, top) => ['sh', ['-c', 'exec 3<"$0"; echo started; read word', join(top, 'share/same')]],
	],
	[
		'sees it by another name',
		(_, top) => [
			'unshare',
			['-rm', 'sh', '-c', 'mount --bind . /mnt; cd /mnt; exec sh -c "echo started; read word"'],
			join(top, 'share'),
		],
	],
];

for (const [how, commandOf] of uses) {
	test(`clear keeps a tree while a process ${how}, and tells which`, async t => {
		const made = await makeRunFile(t, waitingWorld);
		if (made === undefined || !need(t, 'sh', 'unshare')) return;
		await made.start();
		const whole = listTree(made.cache);
		const [command, args, cwd] = commandOf(made, onlyEntry(made.cache));
		const child = begin(t, command, args, cwd);
		await once(child.stdout!, 'data');
		const {status, stdout} = await cacheCommand(made, 'clear');
		t.is(status, 0);
		t.regex(
			stdout,
			new RegExp(`^kept  .*  in use by process ${child.pid}\n0\\.0 MB freed; 1 bundle of `),
		);
		t.deepEqual(listTree(made.cache), whole);
		child.stdin!.end('go on\n');
		await once(child, 'close');
		t.is(child.exitCode, 0);
		t.regex((await cacheCommand(made, 'clear')).stdout, /^removed /u);
		t.deepEqual(entriesOf(made.cache), []);
	});
}

test('where processes cannot be seen, nothing is removed', async t => {
	const made = await makeRunFile(t, waitingWorld);
	if (made === undefined || !need(t, 'unshare', 'sh')) return;
	await made.start();
	const under = ['unshare', '-rm', 'sh', '-c', 'mount -t tmpfs none /proc && exec "$@"', 'sh'];
	t.deepEqual(await runDynpk(['cache', 'clear', '--cache', made.cache], {under}), {
		...{status: 6, signal: undefined, stdout: ''},
		stderr:
			'dynpk: cannot tell which bundles are in use: /proc shows no processes\nhint: mount it: mount -t proc proc /proc\n',
	});
	t.true(existsSync(onlyEntry(made.cache)));
});

test('starts that race with clear are right, or unpack anew', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	const rounds = 4;
	let isOver = false;
	let started = 0;
	const starter = async (): Promise<void> => {
		while (!isOver) {
			const {status, stdout, stderr} = await made.start();
			t.deepEqual([status, stderr], [0, '']);
			t.regex(stdout, /^comm /u);
			started += 1;
		}
	};
	const starters = [starter(), starter()];
	let removed = 0;
	for (let round = 0; round < rounds; round++) {
		const {status, stdout, stderr} = await cacheCommand(made, 'clear');
		t.deepEqual([status, stderr], [0, '']);
		removed += stdout.startsWith('removed ') ? 1 : 0;
	}

	isOver = true;
	await Promise.all(starters);
	t.log(`${started} starts, ${removed} of ${rounds} rounds removed the tree`);
	t.true(started > rounds);
	await made.start();
	t.true(isTidy(made.cache));
});

test('one start at any moment of clear is right, or unpacks anew', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	for (let round = 0; round < 8; round++) {
		await made.start();
		const [cleared, {status, stdout, stderr}] = await Promise.all([
			cacheCommand(made, 'clear'),
			sleep(round * 200).then(async () => made.start()),
		]);
		t.deepEqual([status, stderr, cleared.status], [0, '', 0]);
		t.regex(stdout, /^comm /u);
		t.true(isTidy(made.cache));
	}

	await made.start();
	t.regex((await cacheCommand(made, 'clear')).stdout, /^removed /u);
	t.deepEqual(entriesOf(made.cache), []);
});
