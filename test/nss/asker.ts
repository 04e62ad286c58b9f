/**
 * The module for names, asked function by function, and what a program notices of being asked for:
 * nothing.
 */
import {execFile} from 'node:child_process';
import {chmodSync, copyFileSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {projectRoot} from '../helpers/worlds/audit-world.js';
import {wrappers} from '../helpers/worlds/hosted-c.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {again, ask, noEntry, notFound, packAsker, range, success, unavailable} from './lib/ask.js';
import {nscdKnowing, sssdKnowing, startNscd, startSssd} from './lib/name-daemons.js';
import {alice, getent, hostFiles} from './lib/name-host.js';

const execute = promisify(execFile);

const user = 'alice:x:1000:1000:Alice Liddell:/home/user:/bin/sh\n';

test('a buffer that is too small is said to be, to the byte', async t => {
	const files = {...hostFiles('files sss'), ...getent()};
	// Of the five strings, each with its NUL.
	const needed = 'alice:x:Alice Liddell:/home/user:/bin/sh'.length + 1;
	const at = (room: number): string => `bin/asker raw sss getpwnam_r alice ${room};`;
	const answer = await ask(t, at(0) + at(1) + at(needed - 1) + at(needed), {files});
	if (answer === undefined) return;
	const small = `${again} ${range}\n`;
	t.is(answer, `${small}${small}${small}${success} 4711\n${user}`);
});

test('an unknown user is not found; a host that cannot be asked is unavailable', async t => {
	const asking = 'bin/asker raw sss getpwnam_r nobody2 100; bin/asker raw nis getpwuid_r 77 100';
	const asked = await ask(t, asking, {files: {...hostFiles('files'), ...getent()}});
	if (asked !== undefined) t.is(asked, `${notFound} ${noEntry}\n${notFound} ${noEntry}\n`);
	const mute = await ask(t, asking, {files: hostFiles('files')});
	if (mute !== undefined) t.is(mute, `${unavailable} 0\n${unavailable} 0\n`);
});

test('groups of a user are appended, without the one that is there, up to the limit', async t => {
	const files = {
		...hostFiles('files'),
		...getent({
			'initgroups alice': `alice  1000 ${[...Array(40).keys()].map(n => n + 50).join(' ')}`,
		}),
	};
	const answer = await ask(
		t,
		'bin/asker raw sss initgroups_dyn alice 0; bin/asker raw sss initgroups_dyn alice 3',
		{files},
	);
	if (answer === undefined) return;
	const all = [...Array(40).keys()].map(n => ` ${n + 50}`).join('');
	t.is(answer, `${success} 0: 7${all}\n${success} 0: 7 50 51\n`);
});

test('a group of thousands is asked for once, however often its buffer has to grow', async t => {
	const members = [...Array(20_000).keys()].map(n => `member${n}`).join(',');
	const files = {
		...hostFiles('files sss'),
		...getent({'group crowd': `crowd:x:5:${members}`}),
	};
	const host = await needHost(t, 'empty');
	const bundle = host && (await packOnce(t, ['/usr/bin/python3']));
	if (bundle === undefined) return;
	const code =
		'import grp; print(len(grp.getgrnam("crowd").gr_mem)); print(open("/tmp/asked").read())';
	const answer = await runOnHost(host!, {bundle, files, argv: ['bin/python3', '-c', code]});
	t.deepEqual([answer.stdout, answer.stderr], ['20000\ngroup crowd\n\n', '']);
});

test('neither SIGCHLD nor wait tells of the getent that was started', async t => {
	const answers = Object.fromEntries(
		['', '1', '2', '3'].map(n => [`passwd alice${n}`, `alice${n}:x:1000:1000::/:/bin/sh`]),
	);
	const files = {...hostFiles('files sss'), ...getent(answers)};
	const answer = await ask(t, ['children', 'alice'], {files});
	if (answer !== undefined) t.is(answer, 'undisturbed\n');
});

test('threads ask at once, and children that they leave without a lock', async t => {
	const answers = Object.fromEntries(
		[...Array(16).keys()].map(n => [`passwd user${n}`, `user${n}:x:${n}:1000::/:/bin/sh`]),
	);
	const files = {...hostFiles('files sss'), ...getent(answers)};
	const answer = await ask(t, ['threads', '8'], {files});
	if (answer !== undefined) t.is(answer, 'all known\n');
});

test('the getent gets a clean environment, three descriptors and nothing else', async t => {
	const look = 'env | grep -v -e ^PWD= -e ^SHLVL= -e ^_= >/tmp/seen; ls /proc/$$/fd >>/tmp/seen';
	const files = {...hostFiles('files sss'), ...getent(undefined, look)};
	const env = {LD_PRELOAD: '/nothing.so', EVIL: '1'};
	const asking = 'bin/asker descriptors alice 2>/dev/null; sort /tmp/seen';
	const answer = await ask(t, asking, {files, env});
	if (answer === undefined) return;
	// A shell opens its own script, and moves it out of the way.
	const lines = answer.split('\n').filter(line => !/^1\d$/u.test(line));
	t.deepEqual(lines, [
		'as many',
		'0',
		'1',
		'2',
		'DYNPK_NAMES=host',
		'LC_ALL=C',
		'PATH=/usr/bin:/bin',
		'',
	]);
});

test('descriptors are closed one by one where the kernel has no call for all', async t => {
	if (!need(t, 'gcc', 'strace', 'getent')) return;
	const asker = join(await packAsker(), 'bin/asker');
	const record = join(makeScratch(t), 'record');
	const strace = `strace -f -o '${record}' --inject=close_range:error=ENOSYS`;
	const asking = `${strace} '${asker}' raw ldap getpwnam_r root 1000 9>&1`;
	const {stdout} = await execute('/bin/sh', ['-c', asking]);
	t.regex(stdout, /^1 4711\nroot:/u);
	t.regex(readFileSync(record, 'utf8'), /close\(9\) += 0/u);
});

test('a getent that has said all and does not end is not waited for without end', async t => {
	const files = {...hostFiles('files sss'), ...getent(undefined, 'exec >&-; sleep 1000')};
	const asking = ['raw', 'sss', 'getpwnam_r', 'alice', '100'];
	// The module's patience is half a minute, less than that of the tests.
	const answer = await ask(t, asking, {files});
	if (answer !== undefined) t.is(answer, `${unavailable} 0\n`);
});

test('a getent that is itself packed does not ask itself', async t => {
	const files = {...hostFiles('files sss'), ...getent()};
	const env = {DYNPK_NAMES: 'host'};
	const answer = await ask(t, ['raw', 'sss', 'getpwnam_r', 'alice', '100'], {files, env});
	if (answer !== undefined) t.is(answer, `${unavailable} 0\n`);
});

test('nscd is asked before SSSD, and SSSD before getent', async t => {
	const files = {...hostFiles('files'), ...getent()};
	const nscd = await startNscd(t, nscdKnowing({...alice, gecos: 'of nscd'}));
	const sssd = await startSssd(t, sssdKnowing({...alice, gecos: 'of SSSD'}));
	const asking = 'bin/asker raw ldap getpwnam_r alice 100; cat /tmp/asked 2>/dev/null';
	const gecos = (answer: string): string | undefined => answer.split(':')[4];
	const both = await ask(t, asking, {files, binds: [nscd.bind, sssd.bind]});
	if (both === undefined) return;
	t.is(gecos(both), 'of nscd');
	t.deepEqual(sssd.asked, []);
	const one = await ask(t, asking, {files, binds: [sssd.bind]});
	t.is(one && gecos(one), 'of SSSD');
	t.deepEqual(sssd.asked, ['1 ', '11 alice']);
	const none = await ask(t, asking, {files});
	t.is(none && gecos(none), 'Alice Liddell');
	t.true(none?.endsWith('passwd alice\n'));
});

test('a daemon that says nothing is waited for once, and then left alone for a while', async t => {
	const users = ['alice', 'bob', 'carol'].map(name => `${name}:x:1000:1000::/:/bin/sh`);
	const answers = Object.fromEntries(
		users.map(user => [`passwd ${user.slice(0, user.indexOf(':'))}`, user]),
	);
	const files = {...hostFiles('files'), ...getent(answers)};
	const nscd = await startNscd(t, () => 'silence');
	const asking = [
		'raw',
		'ldap',
		'getpwnam_r',
		...['alice', 'bob', 'carol'].flatMap(n => [n, '99']),
	];
	const answer = await ask(t, asking, {files, binds: [nscd.bind]});
	if (answer === undefined) return;
	t.is(answer, users.map(one => `${success} 4711\n${one}\n`).join(''));
	t.deepEqual(nscd.asked, ['0 alice']);
});

test('what SSSD does not know is not in the service of its name, and may be in another', async t => {
	const files = {...hostFiles('files'), ...getent()};
	const sssd = await startSssd(t, () => Buffer.alloc(8));
	const asking = ['sss', 'ldap']
		.map(name => `bin/asker raw ${name} getpwnam_r alice 100;`)
		.join('');
	const answer = await ask(t, asking, {files, binds: [sssd.bind]});
	if (answer !== undefined) t.is(answer, `${notFound} ${noEntry}\n${success} 4711\n${user}`);
});

test('names that getent would take for an option or a number are not asked for', async t => {
	const files = {...hostFiles('files'), ...getent(undefined, 'echo never')};
	const asking = ['--help', '1000', 'a:b', '""', '"a\nb"']
		.map(name => `bin/asker raw sss getpwnam_r ${name} 100;`)
		.join('');
	const answer = await ask(t, `${asking} cat /tmp/asked 2>/dev/null`, {files});
	if (answer !== undefined) t.is(answer, `${notFound} ${noEntry}\n`.repeat(5));
});

for (const [compiler, under] of [
	['gcc', undefined],
	['aarch64-linux-gnu-gcc', 'qemu-aarch64-static'],
] as const) {
	test(`a process of ${compiler} starts on a stack of its own, and ends with what it returns`, async t => {
		if (!need(t, compiler) || (under !== undefined && !need(t, under))) return;
		const source = join(projectRoot, 'test/nss/programs/cloner.c');
		for (const optimised of ['-O0', '-O2', '-Os']) {
			const program = join(makeScratch(t), 'cloner');
			await execute(compiler, [optimised, '-static', `-I${wrappers}`, '-o', program, source]);
			const [command = '', ...words] = under === undefined ? [program] : [under, program];
			const {stdout} = await execute(command, words);
			t.is(stdout, '23 4711 1\n', optimised);
		}
	});
}

test('the module for aarch64 asks both daemons', async t => {
	if (!need(t, 'aarch64-linux-gnu-gcc', 'qemu-aarch64-static')) return;
	const host = await needHost(t, 'empty');
	if (host === undefined) return;
	const bundle = makeScratch(t);
	chmodSync(bundle, 0o755);
	const at = (name: string): string => join(bundle, name);
	const source = join(projectRoot, 'test/nss/programs/asker.c');
	await execute('aarch64-linux-gnu-gcc', ['-pthread', '-o', at('asker'), source]);
	for (const name of ['ld-linux-aarch64.so.1', 'libc.so.6']) {
		copyFileSync(join('/usr/aarch64-linux-gnu/lib', name), at(name));
	}

	const {stdout: qemu} = await execute('which', ['qemu-aarch64-static']);
	copyFileSync(qemu.trim(), at('qemu'));
	const module = join(projectRoot, 'build/native/aarch64/libdynpk-names.so');
	copyFileSync(module, at('libnss_sss.so.2'));
	const files = hostFiles('files');
	const asking = ['./asker', 'raw', 'sss', 'getpwnam_r', 'alice', '100'];
	const argv = ['./qemu', './ld-linux-aarch64.so.1', '--library-path', '.', ...asking];
	for (const {bind} of [
		await startNscd(t, nscdKnowing(alice)),
		await startSssd(t, sssdKnowing(alice)),
	]) {
		const answer = await runOnHost(host, {bundle, files, argv, binds: [bind]});
		t.is(answer.stderr, '');
		t.is(answer.stdout.split('\n')[0], `${success} 4711`, bind.to);
	}
});

test('the module answers for the services of the data file, and for no other', async t => {
	const module = join(projectRoot, 'build/native/x86_64/libdynpk-names.so');
	if (!need(t, 'nm')) return;
	const {stdout} = await execute('nm', ['-D', '--defined-only', module]);
	const exported = stdout.matchAll(/ T _nss_(\w+?)_(getpwnam_r|gethostbyname4_r)$/gmu);
	const answers = new Map<string, string[]>();
	for (const [, service = '', symbol] of exported) {
		const what = symbol === 'getpwnam_r' ? 'users' : 'hosts';
		answers.set(service, [...(answers.get(service) ?? []), what].sort().reverse());
	}

	const data = readFileSync(join(projectRoot, 'lib/plan/data/name-services.json'), 'utf8');
	const rows = JSON.parse(data) as readonly {service: string; answers: readonly string[]}[];
	t.deepEqual(
		[...answers].sort(([a], [b]) => (a < b ? -1 : 1)),
		rows.map(row => [row.service, row.answers.map(what => what.replace('local-', ''))]),
	);
});
