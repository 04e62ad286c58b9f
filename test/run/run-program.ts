import {once} from 'node:events';
import {chmodSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {createInterface} from 'node:readline';
import {setTimeout} from 'node:timers/promises';
import test from 'ava';
import {runCommand} from '../helpers/run/command.js';
import {missingHere, need} from '../helpers/run/need.js';
import {
	makeBundle,
	runBundleChild,
	runChildCommand,
	startBundleChild,
} from '../helpers/run/run-bundle-child.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

/** Long enough for any signal to come, and over some time where none does. */
const waiting = 'i=0; while [ $i -lt 2000 ]; do i=$((i+1)); sleep 0.01; done';

test('a program gets its arguments, its name and the environment as they are', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = scratch.path("odd 'name");
	await makeBundle(bundle, {show: 'printf "%s\\n" "$0" "$#" "$@" "$WORD"; echo said >&2; exit 7'});
	const args = ['', 'two words', 'new\nline', '--option', "it's", '$HOME', 'grün'];
	const env = {PATH: process.env.PATH, WORD: 'given'};
	t.deepEqual(await runBundleChild({bundle, program: 'show', args}, {env}), {
		status: 7,
		signal: null,
		stdout: `${bundle}/bin/show\n7\n${args.join('\n')}\ngiven\n`,
		stderr: 'said\n',
	});
});

test('without a name, the entry program runs', async t => {
	const scratch = makeScratchPlace(t);
	await makeBundle(scratch.path('b'), {entry: 'echo entry', other: 'echo other'});
	t.is((await runBundleChild({bundle: scratch.path('b')})).stdout, 'entry\n');
});

test('without /proc a program starts, and its status and signals are its own', async t => {
	if (!need(t, 'unshare', 'mount')) return;
	if ((await runCommand('unshare', ['-Urm', 'true'])).status !== 0) {
		return missingHere(t, 'needs user namespaces');
	}

	const scratch = makeScratchPlace(t);
	const cache = scratch.path('cache');
	const bundle = scratch.path('b.tar');
	await makeBundle(bundle, {entry: 'echo hello; exit 3', killed: 'kill -TERM $$'}, 'tar');
	const script = 'mount -t tmpfs none /proc || exit 99; exec "$@"';
	const wrapper = ['unshare', '-Urm', 'sh', '-c', script, 'sh'];
	const {status, stdout, stderr} = await runBundleChild({bundle, cache}, {wrapper});
	t.deepEqual([status, stdout, stderr], [3, 'hello\n', 'unpacking\n']);
	const killed = await runBundleChild({bundle, cache, program: 'killed'}, {wrapper});
	t.deepEqual([killed.signal, killed.stderr], ['SIGTERM', '']);
});

test('no such program is 127 and says which there are', async t => {
	const scratch = makeScratchPlace(t);
	await makeBundle(scratch.path('b'), {one: 'exit 0', two: 'exit 0'});
	for (const program of ['three', '', '.', '..', '../bin/one', '/bin/sh', 'one/']) {
		const {status, stderr} = await runBundleChild({bundle: scratch.path('b'), program});
		t.is(status, 127, program);
		t.regex(stderr, /^not-started there is no program .*; it has one, two\n$/u);
	}
});

test('of a mistyped program the nearest one is named', async t => {
	const scratch = makeScratchPlace(t);
	await makeBundle(scratch.path('b'), {prog: 'exit 0', two: 'exit 0'});
	const {stderr} = await runBundleChild({bundle: scratch.path('b'), program: 'prgo'});
	t.regex(stderr, /; did you mean prog\? it has prog, two\n$/u);
});

test('what is there but cannot be started is 126, with the reason', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = scratch.path('b');
	await makeBundle(bundle, {plain: 'exit 0', orphan: '#!/no/such/sh\n'});
	chmodSync(`${bundle}/bin/plain`, 0o644);
	mkdirSync(`${bundle}/bin/directory`);
	const reasons: Record<string, RegExp> = {
		plain: /bin\/plain cannot be run;/u,
		directory: /bin\/directory is not a program/u,
		orphan: /bin\/orphan needs \/no\/such\/sh, which is not on this machine/u,
	};
	for (const [program, reason] of Object.entries(reasons)) {
		const {status, stderr} = await runBundleChild({bundle, program});
		t.is(status, 126, program);
		t.regex(stderr, reason);
	}
});

test('no such bundle is a fault of dynpk, 125', async t => {
	const scratch = makeScratchPlace(t);
	const {status, stderr} = await runBundleChild({bundle: scratch.path('absent')});
	t.is(status, 125);
	t.regex(stderr, /^fault TARGET_NOT_FOUND there is no bundle .*absent/u);
});

for (const signal of ['TERM', 'INT', 'HUP', 'KILL', 'USR1', 'PIPE', 'SEGV', 'ABRT', 'ALRM']) {
	test(`a program that dies of SIG${signal} makes us die of it`, async t => {
		const scratch = makeScratchPlace(t);
		await makeBundle(scratch.path('b'), {entry: `ulimit -c 0; kill -${signal} $$`});
		const result = await runBundleChild({bundle: scratch.path('b')}, {cwd: scratch.directory});
		t.deepEqual(result, {
			status: null,
			signal: `SIG${signal}` as NodeJS.Signals,
			stdout: '',
			stderr: '',
		});
	});
}

for (const signal of [
	'SIGTERM',
	'SIGHUP',
	'SIGUSR1',
	'SIGUSR2',
	'SIGINT',
	'SIGQUIT',
	'SIGWINCH',
] as const) {
	test(`${signal} sent to us reaches the program`, async t => {
		const scratch = makeScratchPlace(t);
		const name = signal.slice(3);
		const script = `trap 'echo got ${name}; exit 3' ${name}; echo ready; ${waiting}`;
		await makeBundle(scratch.path('b'), {entry: script});
		const child = startBundleChild({bundle: scratch.path('b')}, ['ignore', 'pipe', 'inherit']);
		let stdout = '';
		child.stdout!.setEncoding('utf8').on('data', (text: string) => {
			if (stdout === '') child.kill(signal);
			stdout += text;
		});
		t.deepEqual(await once(child, 'close'), [3, null]);
		t.is(stdout, `ready\ngot ${name}\n`);
	});
}

test('SIGTSTP stops the program and us, SIGCONT wakes both', async t => {
	const scratch = makeScratchPlace(t);
	const script = `trap 'echo stopping; kill -STOP $$' TSTP; trap 'echo awake; exit 0' CONT
		echo $$; ${waiting}`;
	await makeBundle(scratch.path('b'), {entry: script});
	const child = startBundleChild({bundle: scratch.path('b')}, ['ignore', 'pipe', 'inherit']);
	const closed = once(child, 'close');
	const said: string[] = [];
	for await (const line of createInterface({input: child.stdout!})) {
		said.push(line);
		if (said.length === 1) child.kill('SIGTSTP');
		if (line === 'stopping') {
			await untilStopped(child.pid!, Number(said[0]));
			child.kill('SIGCONT');
		}
	}

	t.deepEqual(await closed, [0, null]);
	t.deepEqual(said.slice(1), ['stopping', 'awake']);
});

/** As a shell waits for a job: one that is woken on its way to a stop stays stopped. */
async function untilStopped(...processes: readonly number[]): Promise<void> {
	const isStopped = (id: number): boolean =>
		readFileSync(`/proc/${id}/stat`, 'latin1').includes(') T ');
	while (!processes.every(isStopped)) await setTimeout(1);
}

test('an interrupt from the terminal reaches the program once', async t => {
	if (!need(t, 'script')) return;
	const scratch = makeScratchPlace(t);
	const program = `trap 'echo interrupted' INT; echo ready; read word || read word; echo "read $word"`;
	await makeBundle(scratch.path('b'), {entry: program});
	const quoted = runChildCommand({bundle: scratch.path('b')}).map(word => `'${word}'`);
	const {spawn} = await import('node:child_process');
	const child = spawn('script', ['-qec', `exec ${quoted.join(' ')}`, '/dev/null'], {
		stdio: ['pipe', 'pipe', 'inherit'],
		env: {...process.env, SHELL: '/bin/sh'},
	});
	let stdout = '';
	child.stdout.setEncoding('utf8').on('data', (text: string) => {
		const before = stdout;
		stdout += text;
		const now = (word: string): boolean => stdout.includes(word) && !before.includes(word);
		if (now('ready')) child.stdin.write('\x03');
		if (now('interrupted')) child.stdin.write('word\n');
	});
	t.deepEqual(await once(child, 'close'), [0, null]);
	t.is(stdout.match(/interrupted/gu)?.length, 1, stdout);
	t.regex(stdout, /read word/u);
});

test('descriptors that we were given beyond the standard three reach the program', async t => {
	const scratch = makeScratchPlace(t);
	writeFileSync(scratch.path('file'), 'from a file\n');
	await makeBundle(scratch.path('b'), {
		entry: '#!/bin/bash\ncat <&3 && cat <&5 && cat <&63 && echo out >&9',
	});
	const script = '"$@" 3<file 5<<X 63<<Y 9>written\nfrom a pipe\nX\nfrom far up\nY\ncat written';
	const args = ['-c', script, 'bash', ...runChildCommand({bundle: scratch.path('b')})];
	if (!need(t, 'bash')) return;
	t.deepEqual(await runCommand('bash', args, {cwd: scratch.directory}), {
		status: 0,
		signal: null,
		stdout: 'from a file\nfrom a pipe\nfrom far up\nout\n',
		stderr: '',
	});
});

test('of Node.js’s own descriptors the program sees none', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = scratch.path('b');
	await makeBundle(bundle, {entry: 'exec ls /proc/self/fd'});
	const direct = await runCommand(`${bundle}/bin/entry`, []);
	t.is((await runBundleChild({bundle})).stdout, direct.stdout);
});

test('the program ignores no signal that we do', async t => {
	const scratch = makeScratchPlace(t);
	const bundle = scratch.path('b');
	await makeBundle(bundle, {entry: 'exec grep SigIgn /proc/self/status'});
	// Whoever runs the tests may ignore some already; these are inherited.
	const direct = await runCommand(`${bundle}/bin/entry`, []);
	t.is((await runBundleChild({bundle})).stdout, direct.stdout);
});
