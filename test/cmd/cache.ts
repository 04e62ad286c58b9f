/** `dynpk cache` as a user types it, on caches that `.run` files and `dynpk run` have made. */
import {spawn, type ChildProcess} from 'node:child_process';
import {
	chmodSync,
	existsSync,
	lstatSync,
	mkdirSync,
	readdirSync,
	symlinkSync,
	utimesSync,
} from 'node:fs';
import {once} from 'node:events';
import {basename, join} from 'node:path';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {makeBundle, runBundleChild} from '../helpers/run/run-bundle-child.js';
import {need} from '../helpers/run/need.js';
import {runDynpk, type DynpkAnswer} from '../helpers/run/run-dynpk.js';
import {entriesOf, isTidy, makeRunFile, onlyEntry, type RunFile} from '../helpers/run/run-files.js';
import {listTree} from '../helpers/worlds/list-tree.js';
import type {RunWorld} from '../helpers/worlds/run-file-writer.js';

const DAY = 86_400;

const world: RunWorld = {
	entry: 'p',
	entries: [
		{path: 'bin'},
		{path: 'bin/p', body: '#!/bin/sh\necho started; read word; echo "$0"\n', mode: 0o755},
		{path: 'share'},
		{path: 'share/large', body: 'x'.repeat(100_000)},
		{path: 'share/same', sameAs: 'share/large'},
		{path: 'dynpk.json', body: '{\n"files": [],\n"name": "tool",\n"version": 1\n}\n'},
	],
};

async function cacheCommand(made: RunFile, ...words: readonly string[]): Promise<DynpkAnswer> {
	return runDynpk(['cache', ...words, '--cache', made.cache]);
}

function stateOf(made: RunFile): string {
	const [state] = entriesOf(made.cache).filter(name => name.endsWith('.state'));
	return join(made.cache, 'runs', state!);
}

/** As if the last start had been so long ago. */
function age(path: string, days: number): void {
	const time = lstatSync(path).ctimeMs / 1000 - days * DAY;
	utimesSync(path, time, time);
}

function today(path: string): string {
	return lstatSync(path).mtime.toISOString().slice(0, 10);
}

/** Beside the `.run` file's, the bundle of an archive; returns its name. */
async function addArchive(made: RunFile): Promise<string> {
	const bundle = made.path('b.tar.gz');
	await makeBundle(bundle, {entry: 'echo hello'}, 'tar.gz');
	await runBundleChild({bundle, cache: made.cache});
	return readdirSync(join(made.cache, 'bundles')).find(name => name.length === 64)!;
}

test('list has a line for each bundle of both kinds, and the total of the place', async t => {
	const made = await makeRunFile(t, world);
	if (made === undefined) return;
	t.deepEqual(await cacheCommand(made, 'list'), {
		...{status: 0, signal: undefined, stderr: ''},
		stdout: 'nothing is unpacked here\n',
	});
	await made.start();
	const archive = await addArchive(made);
	const id = basename(onlyEntry(made.cache));
	age(stateOf(made), 40);
	const {stdout} = await cacheCommand(made, 'list');
	const [first = '', second = '', total = '', ...rest] = stdout.split('\n');
	t.regex(
		first,
		new RegExp(
			`^${id.slice(0, 16)}  tool  0\\.1 MB  ${today(stateOf(made))}  whole  ${made.cache}$`,
		),
	);
	t.regex(
		second,
		new RegExp(
			`^${archive.slice(0, 16)}  -     0\\.0 MB  ${today(made.file)}  whole  ${made.cache}$`,
		),
	);
	t.regex(total, new RegExp(`^${made.cache}: 2 bundles, 0\\.\\d MB \\(by --cache\\)$`));
	t.deepEqual(rest, ['']);
});

test('list --json tells the same, and counts a file with two names once', async t => {
	const made = await makeRunFile(t, world);
	if (made === undefined) return;
	await made.start();
	const {stdout} = await cacheCommand(made, 'list', '--json');
	const answer = JSON.parse(stdout) as {
		readonly places: readonly {readonly entries: readonly {readonly bytes: number}[]}[];
	};
	const top = onlyEntry(made.cache);
	t.like(answer, {
		schema: 'dynpk-cache/1',
		places: [{path: made.cache, source: '--cache', network: null, passedBy: []}],
	});
	const [entry] = answer.places[0]!.entries;
	t.like(entry, {
		...{layout: 'runs', id: basename(top), name: 'tool', state: 'whole', paths: [top]},
		lastUse: new Date(lstatSync(stateOf(made)).mtimeMs).toISOString(),
	});
	t.true(entry!.bytes >= 100_000 && entry!.bytes < 200_000);
});

test('what is not the user’s own is passed by, and list tells why', async t => {
	const made = await makeRunFile(t, world);
	if (made === undefined) return;
	mkdirSync(made.path('home/.cache'), {recursive: true});
	mkdirSync(made.path('job'));
	mkdirSync(made.path('open'));
	chmodSync(made.path('open'), 0o777);
	symlinkSync('../../open', made.path('home/.cache/dynpk'));
	const env = {
		HOME: made.path('home'),
		DYNPK_CACHE: made.path('open'),
		SLURM_TMPDIR: made.path('job'),
	};
	const {stdout} = await runDynpk(['cache', 'list'], {env});
	const own = stdout.split('\n').filter(line => line.includes(made.directory));
	t.deepEqual(own, [
		`passed by: ${made.path('open')} can be written to by others, who may have put programs there: remove it`,
		`passed by: ${made.path('home/.cache/dynpk')} is a symbolic link`,
	]);
	const {status} = await runDynpk(['cache', 'clear', '--cache', made.path('home/.cache/dynpk')]);
	t.is(status, 0);
	t.true(existsSync(made.path('open')));
});

test('gc removes what was not used for so long, and nothing else; --dry-run only tells', async t => {
	const made = await makeRunFile(t, world);
	if (made === undefined) return;
	await made.start();
	const archive = await addArchive(made);
	age(stateOf(made), 8);
	const before = listTree(made.cache);
	const dry = await cacheCommand(made, 'gc', '--unused', '1w', '--dry-run');
	t.regex(
		dry.stdout,
		/^would remove  [0-9a-f]{16}  tool .*\nkept .* used lately\n0\.1 MB would be freed; 1 bundle of /u,
	);
	t.deepEqual(listTree(made.cache), before);
	t.regex((await cacheCommand(made, 'gc')).stdout, /^kept .*\nkept .*\n0\.0 MB freed; 2 bundles /u);
	const {stdout, stderr} = await cacheCommand(made, 'gc', '--unused', '1w');
	t.regex(
		stdout,
		/^removed  [0-9a-f]{16}  tool .*\nkept .* used lately\n0\.1 MB freed; 1 bundle of /u,
	);
	t.is(stderr, '');
	t.deepEqual(entriesOf(made.cache), []);
	t.true(existsSync(join(made.cache, 'bundles', archive)));
	const {stdout: room} = await cacheCommand(made, 'gc', '--max-size', '1k');
	t.regex(room, /^removed /u);
	t.deepEqual(readdirSync(join(made.cache, 'bundles')), []);
});

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
		const made = await makeRunFile(t, world);
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
	const made = await makeRunFile(t, world);
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

const wrong: readonly (readonly [argv: string, sentence: string, hint: string])[] = [
	['', 'say what to do', 'dynpk cache list|gc|clear; dynpk help cache tells more'],
	['lst', 'cache knows no lst', 'did you mean list?'],
	['list --unused 3d', 'cache list has no use for --unused', 'it is an option of dynpk cache gc'],
	['clear --json', 'cache clear has no use for --json', 'it is an option of dynpk cache list'],
	[
		'list --dry-run',
		'cache list has no use for --dry-run',
		'it is an option of dynpk cache gc and clear',
	],
	[
		'gc --unused 0d',
		'--unused is no time: 0d',
		'give a number of hours, days or weeks: 12h, 30d, 8w',
	],
	[
		'gc --max-size much',
		'--max-size is no size: much',
		'give bytes, or a number with k, M, G or T: 500M',
	],
];

for (const [argv, sentence, hint] of wrong) {
	test(`cache ${argv}: one line, one hint, status 2`, async t => {
		const words = argv.split(' ').filter(word => word !== '');
		t.deepEqual(await runDynpk(['cache', ...words, '--cache', '/nowhere']), {
			...{status: 2, signal: undefined, stdout: ''},
			stderr: `dynpk: ${sentence}\nhint: ${hint}\n`,
		});
	});
}
