import {chmodSync, existsSync, linkSync, lstatSync, mkdirSync, readdirSync} from 'node:fs';
import {readFileSync, readlinkSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import {basename, join} from 'node:path';
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';
import test from 'ava';
import {parseHostFacts} from '../../lib/host/read-host-facts.js';
import {runCommand} from '../helpers/run/command.js';
import {need} from '../helpers/run/need.js';
import {copyTo, entriesOf, isTidy, makeRunFile, onlyEntry, told} from '../helpers/run/run-files.js';
import {listTree} from '../helpers/worlds/list-tree.js';

test('a .run file starts its entry as the entry would be started', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	for (const time of ['first', 'second']) {
		const {status, stdout, stderr} = await made.start(['seven', '', 'b c', '--dynpk-list'], {
			A: 'x',
		});
		const path = `${onlyEntry(made.cache)}/bin/prog`;
		t.is(status, 7, time);
		t.is(stderr, '', time);
		t.deepEqual(told(stdout, 'argv'), [path, 'seven', '', 'b c', '--dynpk-list']);
		t.deepEqual(told(stdout, 'comm'), ['prog']);
		t.deepEqual(told(stdout, 'exe'), [join(onlyEntry(made.cache), 'root/usr/bin/prog')]);
		t.deepEqual(told(stdout, 'env'), [`DYNPK_CACHE=${made.cache}`, 'A=x']);
	}

	t.true(isTidy(made.cache));
	t.is(entriesOf(made.cache).length, 2);
});

test('what is unpacked is what was packed', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	await made.start();
	const top = onlyEntry(made.cache);
	const share = join(top, 'root/usr/share');
	t.deepEqual(readFileSync(join(top, 'root/usr/bin/prog')), made.program);
	t.is(readFileSync(join(share, 'empty'), 'utf8'), '');
	t.is(readlinkSync(join(top, 'bin/tool')), '../root/usr/bin/prog');
	t.is(lstatSync(join(share, 'one')).ino, lstatSync(join(share, 'same')).ino);
	t.is(lstatSync(join(share, 'secret')).mode & 0o777, 0o400);
	for (const path of ['', 'bin', 'root/usr/bin/prog', 'dynpk.json']) {
		t.is(lstatSync(join(top, path)).mtimeMs, 1000, path);
	}

	t.is(lstatSync(top).mode & 0o777, 0o755);
	t.is(lstatSync(join(top, '..')).mode & 0o777, 0o700);
});

test('zeros are holes, within a frame, across frames and at the end', async t => {
	const zeros = (size: number): Buffer => Buffer.alloc(size);
	const bodies = [
		zeros(1 << 20),
		Buffer.concat([zeros(300_000), Buffer.from('x'), zeros(300_000)]),
		Buffer.concat([Buffer.from('begin'), zeros(20_000), Buffer.from('end')]),
		zeros(16_383),
		Buffer.concat([Buffer.alloc(16_384, 1), zeros(16_384)]),
	];
	const made = await makeRunFile(t, {
		entries: bodies.map((body, number) => ({path: `f${number}`, body})),
		cuts: [65_536, 262_144],
	});
	if (made === undefined) return;
	const out = made.path('out');
	t.like(await made.start(['--dynpk-extract', out]), {status: 0, stderr: ''});
	for (const [number, body] of bodies.entries()) {
		t.true(readFileSync(join(out, `f${number}`)).equals(body), `f${number}`);
	}

	for (const name of ['f0', 'f1']) t.true(lstatSync(join(out, name)).blocks * 512 < 100_000, name);
});

test('files larger than a frame, and many, come out whole by every processor', async t => {
	const bodies = [0, 1, 5000, 70_000, 16_384, 300_001, 0, 9].map((size, number) =>
		Buffer.from(Array.from({length: size}, (_, at) => (at * 7 + number) % 251)),
	);
	const made = await makeRunFile(t, {
		entries: bodies.map((body, number) => ({path: `f${number}`, body})),
		cuts: [8192, 16_384],
	});
	if (made === undefined) return;
	const directory = made.path('out');
	t.like(await made.start(['--dynpk-extract', directory]), {status: 0, stderr: ''});
	for (const [number, body] of bodies.entries()) {
		t.true(readFileSync(join(directory, `f${number}`)).equals(body), String(number));
	}
});

test('the name it is started by chooses the program', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	const env = {DYNPK_CACHE: made.cache};
	symlinkSync(made.file, made.path('tool'));
	linkSync(made.file, made.path('prog'));
	copyTo(made.file, made.path('a b/tool.run'));
	copyTo(made.file, made.path('dir/other.run'));
	for (const [name, program] of [
		...[
			['tool', 'tool'],
			['prog', 'prog'],
			['a b/tool.run', 'tool.run'],
			['dir/other.run', 'prog'],
		],
	] as const) {
		const {stdout} = await runCommand(made.path(name), [], {env});
		t.deepEqual(
			told(stdout, 'argv').map(path => basename(path)),
			[program],
			name,
		);
	}

	renameSync(made.path('a b/tool.run'), made.path('tool.run'));
	rmSync(join(onlyEntry(made.cache), 'bin/tool.run'));
	const {stdout} = await runCommand(made.path('tool.run'), ['--dynpk-program=prog'], {env});
	t.deepEqual(
		told(stdout, 'argv').map(path => basename(path)),
		['prog'],
	);
});

test('a final .run is no part of the name', async t => {
	const made = await makeRunFile(t, {
		...{entry: 'prog'},
		entries: [
			{path: 'bin'},
			{path: 'bin/prog', body: '#!/bin/sh\necho prog\n', mode: 0o755},
			{path: 'bin/other', body: '#!/bin/sh\necho other\n', mode: 0o755},
			{path: 'bin/dir'},
		],
	});
	if (made === undefined) return;
	const env = {DYNPK_CACHE: made.cache};
	for (const [name, answer] of [
		...[
			['other.run', 'other\n'],
			['dir', 'prog\n'],
			['.run', 'prog\n'],
		],
	] as const) {
		copyTo(made.file, made.path(`x/${name}`));
		t.like(await runCommand(made.path(`x/${name}`), [], {env}), {stdout: answer});
	}
});

test('--dynpk-program starts another one, and refuses what is none', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	const {stdout} = await made.start(['--dynpk-program', 'tool', '--dynpk-program', 'tool', 'x']);
	t.deepEqual(told(stdout, 'argv'), [`${onlyEntry(made.cache)}/bin/tool`, 'x']);
	const refused: readonly (readonly [readonly string[], number, RegExp])[] = [
		[['--dynpk-program', 'none'], 127, /^dynpk: none is no program of .*: --dynpk-list lists/u],
		[['--dynpk-program=../x'], 125, /^dynpk: \.\.\/x is no name of a program/u],
		[['--dynpk-program='], 125, /^dynpk: --dynpk-program= needs a value\n$/u],
		[['--dynpk-program'], 125, /^dynpk: --dynpk-program needs a value\n$/u],
		[['--dynpk-list=x'], 125, /^dynpk: --dynpk-list=x takes no value\n$/u],
		[['--dynpk-lists'], 125, /^dynpk: --dynpk-lists is no option/u],
		[['--dynpk-'], 125, /^dynpk: --dynpk- is no option/u],
	];
	for (const [words, status, sentence] of refused) {
		const result = await made.start(words);
		t.is(result.status, status, words.join(' '));
		t.regex(result.stderr, sentence);
	}
});

test('a bundle without programs, and one that may not be executed, are told', async t => {
	const made = await makeRunFile(t, {entries: [{path: 'f', body: 'x'}]});
	const other = await makeRunFile(t, {
		...{entry: 'f'},
		entries: [{path: 'bin'}, {path: 'bin/f', body: 'x', mode: 0o644}],
	});
	if (made === undefined || other === undefined) return;
	const none = await made.start();
	t.is(none.status, 127);
	t.regex(
		none.stderr,
		/^dynpk: .*x\.run has no program to start: --dynpk-extract DIR unpacks it\n$/u,
	);
	const kept = await other.start();
	t.is(kept.status, 126);
	t.regex(kept.stderr, /^dynpk: cannot start .*\/bin\/f: permission denied\n$/u);
});

test('--dynpk-host tells of the host without unpacking, and takes the words behind it', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	const {status, stdout, stderr} = await made.start(['--dynpk-host', '--json']);
	t.deepEqual([status, stderr], [0, '']);
	t.is(parseHostFacts(Buffer.from(stdout), 'x.run').cpu.architecture, 'x86_64');
	t.regex((await made.start(['--dynpk-host', '--page'])).stdout, /^kernel$/mu);
	const wrong = await made.start(['--dynpk-host', '--jsn']);
	t.deepEqual([wrong.status, wrong.stdout], [2, '']);
	t.false(existsSync(made.cache));
});

test('--dynpk-list, --dynpk-verify and --dynpk-help unpack nothing', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	t.like(await made.start(['--dynpk-list']), {status: 0, stdout: 'prog\ntool\ntool.run\n'});
	const verified = await made.start(['--dynpk-verify']);
	t.like(verified, {status: 0, stdout: `${made.file} is whole: 5 files\n`, stderr: ''});
	const helped = await made.start(['--dynpk-help']);
	t.is(helped.status, 0);
	t.regex(helped.stdout, /: the bundle bundle, which starts prog\n/u);
	const licences = await made.start(['--dynpk-licences']);
	t.regex(licences.stdout, /^This file contains zstd\.\n\n.*Meta Platforms.*DAMAGE\.\s*$/su);
	t.false(existsSync(made.cache));
});

test('--dynpk-extract unpacks to what does not exist, whatever the umask', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'sh')) return;
	const directory = made.path('a b');
	const {status} = await runCommand('sh', [
		...['-c', 'umask 077; exec "$0" --dynpk-extract "$1/"', made.file, directory],
	]);
	t.is(status, 0);
	await made.start();
	const relative = (top: string) => listTree(top);
	t.deepEqual(relative(directory), relative(onlyEntry(made.cache)));
	t.is(lstatSync(join(directory, 'bin')).mode & 0o777, 0o755);

	const again = await made.start([`--dynpk-extract=${directory}`]);
	t.is(again.status, 125);
	t.regex(again.stderr, /^dynpk: cannot unpack to .*a b: it is there already\n$/u);
	const nowhere = await made.start(['--dynpk-extract', made.path('none/x')]);
	t.is(nowhere.status, 125);
	t.regex(nowhere.stderr, /^dynpk: cannot open the directory of .*: no such file/u);
});

test('it starts without /proc, HOME, a shell and anything else, by any name', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'unshare', 'chroot')) return;
	const root = made.path('root');
	copyTo(made.file, join(root, 'a b/it'));
	mkdirSync(join(root, 'tmp'));
	chmodSync(join(root, 'tmp'), 0o1777);
	const inside = ['chroot', root, '/a b/it', 'seven'];
	for (const [command, ...words] of [
		['unshare', '-r', ...inside],
		['unshare', '-r', ...inside],
	]) {
		const {status, stdout, stderr} = await runCommand(command!, words, {
			env: {PATH: process.env.PATH},
		});
		t.is(stderr, '');
		t.is(status, 7);
		t.regex(told(stdout, 'argv')[0] ?? '', /^\/tmp\/dynpk-0\/runs\/[0-9a-f]{64}\/bin\/prog$/u);
	}

	t.deepEqual(readdirSync(join(root, 'tmp')), ['dynpk-0']);
});

test('it may be removed while it runs', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'sh')) return;
	// The shell becomes the runner when its input ends: by then the file has no name.
	const script = 'exec 3<"$0"; echo ready >&2; read x; exec /proc/self/fd/3 seven';
	const child = spawn('sh', ['-c', script, made.file], {
		env: {DYNPK_CACHE: made.cache},
		stdio: ['pipe', 'pipe', 'pipe'],
	});
	const closed = once(child, 'close');
	await once(child.stderr, 'data');
	rmSync(made.file);
	child.stdin.end('\n');
	const stdout = await text(child.stdout);
	t.deepEqual(await closed, [7, null]);
	t.deepEqual(told(stdout, 'argv').slice(1), ['seven']);
});

test('it starts from read-only media', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh')) return;
	mkdirSync(made.path('media'));
	const script =
		'mount -t tmpfs none "$1" && cp "$0" "$1/x" && mount -o remount,ro "$1" && exec "$1/x" seven';
	const {status, stderr} = await runCommand(
		'unshare',
		['-rm', 'sh', '-c', script, made.file, made.path('media')],
		{env: {PATH: process.env.PATH, DYNPK_CACHE: made.cache}},
	);
	t.is(stderr, '');
	t.is(status, 7);
});
