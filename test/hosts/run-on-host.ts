import {chmod, mkdtemp, readFile, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {bundlePlace} from './lib/prepare-entry.js';
import type {CapturedRun, HostAnswer} from './lib/run-on-host.js';
import {runOnHost} from './lib/run-on-host.js';

/** Run a shell script on the empty host; `undefined` where there is none here. */
async function script(
	t: ExecutionContext,
	text: string,
	request: Partial<CapturedRun> = {},
): Promise<HostAnswer | undefined> {
	const host = await needHost(t, 'empty');
	return host && runOnHost(host, {argv: ['sh', '-c', text], ...request});
}

function said(stdout: string): HostAnswer {
	return {status: 0, signal: undefined, stdout, stderr: ''};
}

async function scratch(t: ExecutionContext): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
	t.teardown(async () => rm(directory, {recursive: true}));
	return directory;
}

test('the exit status is the program’s own', async t => {
	const answer = await script(t, 'echo out; echo err >&2; exit 7');
	if (answer) t.deepEqual(answer, {status: 7, signal: undefined, stdout: 'out\n', stderr: 'err\n'});
});

test('death by a signal is told apart from an exit status', async t => {
	const answer = await script(t, 'kill -SEGV $$');
	if (answer) t.deepEqual(answer, {...said(''), status: undefined, signal: 'SIGSEGV'});
	const lookalike = await script(t, 'exit 139');
	if (lookalike) t.deepEqual(lookalike, {...said(''), status: 139});
});

test('a program that is not there, or cannot be executed, answers as under a shell', async t => {
	const absent = await script(t, '', {argv: ['/bin/nothing']});
	if (absent) t.is(absent.status, 127);
	const directory = await script(t, '', {argv: ['/bin']});
	if (directory) t.is(directory.status, 126);
});

test('the program is an ordinary user without any capability', async t => {
	const answer = await script(t, 'id -u; id -g; grep -E "^Cap(Prm|Eff|Bnd|Amb)" /proc/self/status');
	const none = ['Prm', 'Eff', 'Bnd', 'Amb'].map(set => `Cap${set}:\t0000000000000000\n`).join('');
	if (answer) t.deepEqual(answer, said(`1000\n1000\n${none}`));
});

test('the environment holds PATH, HOME and TERM, and what the test says', async t => {
	const answer = await script(t, '', {argv: ['env'], env: {TERM: undefined, GREETING: 'a b'}});
	if (answer) {
		t.deepEqual(answer.stdout.trimEnd().split('\n').sort(), [
			'GREETING=a b',
			'HOME=/home/user',
			'PATH=/usr/local/bin:/usr/bin:/bin',
		]);
	}
});

test('the host is read-only, the home and /tmp are not and start empty', async t => {
	for (const place of ['/', '/bin', '/usr/bin', '/proc/sys/kernel']) {
		const answer = await script(t, `echo > '${place}/intruder'`);
		if (answer) t.is(answer.status, 1, place);
	}

	const places = await script(t, 'ls -A /tmp ~; echo a > /tmp/a; echo b > ~/b; cat /tmp/a ~/b');
	if (places) t.deepEqual(places, said('/home/user:\n\n/tmp:\na\nb\n'));
});

test('nothing a run leaves behind is seen by the next', async t => {
	await script(t, 'touch /tmp/left ~/left /dev/shm/left');
	const answer = await script(t, 'ls -A /tmp /dev/shm ~');
	if (answer) t.deepEqual(answer, said('/dev/shm:\n\n/home/user:\n\n/tmp:\n'));
});

test('a bundle lies read-only under an awkward path, where the program starts', async t => {
	const bundle = await scratch(t);
	await writeFile(join(bundle, 'hello'), '#!/bin/sh\npwd\necho x > intruder');
	await chmod(join(bundle, 'hello'), 0o755);
	const answer = await script(t, '', {argv: ['./hello'], bundle});
	if (answer) {
		t.is(answer.stdout, `${bundlePlace}\n`);
		t.regex(answer.stderr, /Read-only file system/u);
	}
});

test('what is bound writable can be written, and nothing else of it leads outside', async t => {
	const from = await scratch(t);
	const answer = await script(t, 'echo made > "/home/user/o\nut/file" && ls /home/user', {
		binds: [{from, to: '/home/user/o\nut', readOnly: false}],
	});
	if (answer) {
		t.is(answer.status, 0);
		t.is(await readFile(join(from, 'file'), 'utf8'), 'made\n');
	}
});

test('a single file can be bound', async t => {
	const from = join(await scratch(t), 'f');
	await writeFile(from, 'bytes');
	const answer = await script(t, 'cat /opt/x/y', {binds: [{from, to: '/opt/x/y', readOnly: true}]});
	if (answer) t.deepEqual(answer, said('bytes'));
});

test('files are put over the host’s own for one run', async t => {
	const host = await needHost(t, 'empty');
	if (!host) return;
	const files = {
		'/bin/ls': {content: '#!/bin/sh\nexit 99\n', mode: 0o755},
		'/etc/ld.so.preload': '/nowhere.so\n',
	};
	const poisoned = await runOnHost(host, {argv: ['sh', '-c', 'cat /etc/*; /bin/ls'], files});
	t.deepEqual(poisoned, {...said('/nowhere.so\n'), status: 99});
	const after = await runOnHost(host, {argv: ['/bin/ls', '-d', '/bin']});
	t.deepEqual(after, said('/bin\n'));
});

test('/tmp can be noexec', async t => {
	const text = 'cp /bin/busybox /tmp/true && /tmp/true';
	const answer = await script(t, text, {noexecTmp: true});
	if (answer) t.is(answer.status, 126);
	const usual = await script(t, text);
	if (usual) t.deepEqual(usual, said(''));
});

test('/proc can be absent', async t => {
	const answer = await script(t, 'ls -A /proc', {noProc: true});
	if (answer) t.deepEqual(answer, said(''));
});

test('user namespaces can be forbidden, and are allowed otherwise', async t => {
	const forbidden = await script(t, 'unshare -U true', {noUserNamespaces: true});
	if (forbidden) t.is(forbidden.status, 1);
	const usual = await script(t, 'unshare -U true');
	if (usual) t.deepEqual(usual, said(''));
});

test('devices work, and a terminal can be made', async t => {
	const text =
		'head -c 3 /dev/zero | wc -c; head -c 3 /dev/urandom | wc -c; echo > /dev/null; ls /dev/pts';
	const answer = await script(t, `${text}; test -c /dev/ptmx && exec 3<>/dev/ptmx; ls /dev/pts`);
	if (answer) t.deepEqual(answer, said('3\n3\nptmx\n0\nptmx\n'));
});

test('input reaches the program, and argv[0] can be any word', async t => {
	const cat = await script(t, '', {argv: ['/bin/cat'], stdin: 'fed'});
	if (cat) t.deepEqual(cat, said('fed'));
	const renamed = await script(t, '', {
		argv: ['/bin/sh', '-c', 'tr "\\0" "\\n" < /proc/$$/cmdline | head -n 1'],
		argv0: 'ash',
	});
	if (renamed) t.deepEqual(renamed, said('ash\n'));
});

test('processes that the program leaves behind end with it', async t => {
	// The sleeper holds the output open: if it lived on, the answer would not come in time.
	const answer = await script(t, 'sleep 1000 & echo done');
	if (answer) t.deepEqual(answer, said('done\n'));
});

test('a program that does not end is killed, and the test told', async t => {
	const host = await needHost(t, 'empty');
	if (!host) return;
	const endless = runOnHost(host, {argv: ['sleep', '1000'], timeout: 200});
	await t.throwsAsync(endless, {message: /sleep 1000: did not end in time/u});
});

test('a host that cannot be entered is an error, not an answer', async t => {
	const host = await needHost(t, 'empty');
	if (!host) return;
	const missing = runOnHost(host, {argv: ['true'], bundle: '/nonexistent/bundle'});
	await t.throwsAsync(missing, {message: /bind \/nonexistent\/bundle: No such file/u});
});

test('the program is not the first process of its tree, so that signals act as anywhere', async t => {
	const answer = await script(t, 'echo $$; kill -TERM $$; echo survived');
	if (answer) t.deepEqual(answer, {...said('2\n'), status: undefined, signal: 'SIGTERM'});
});
