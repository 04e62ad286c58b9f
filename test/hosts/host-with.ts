import {execFile} from 'node:child_process';
import {readdirSync, readFileSync} from 'node:fs';
import {lstat, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {hostWith} from './lib/host-with.js';
import {runOnHost} from './lib/run-on-host.js';

const run = promisify(execFile);

test('the empty host holds one file, the rest are links to it', async t => {
	const host = await needHost(t, 'empty');
	if (!host) return;
	const kinds = readdirSync(host.root, {recursive: true, withFileTypes: true});
	t.deepEqual(
		kinds.filter(entry => entry.isFile()).map(entry => entry.name),
		['busybox'],
	);
	t.true(kinds.filter(entry => entry.isSymbolicLink()).length > 200);
});

test('the empty host cannot start a dynamic program, for want of its loader', async t => {
	const host = await needHost(t, 'empty');
	if (!host || !need(t, 'gcc')) return;
	const directory = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
	t.teardown(async () => rm(directory, {recursive: true}));
	const source = join(directory, 'main.c');
	await writeFile(source, 'int main(void) { return 5; }\n');
	for (const [kind, status] of [
		['-static', 5],
		['-no-pie', 127],
	] as const) {
		const from = join(directory, `program${kind}`);
		await run('gcc', [kind, '-o', from, source]);
		const binds = [{from, to: '/home/user/program', readOnly: true}];
		const answer = await runOnHost(host, {argv: ['./program'], binds});
		t.is(answer.status, status, kind);
	}
});

for (const [name, glibc, release] of [
	['bullseye', '2.31', '11'],
	['trixie', '2.41', '13'],
] as const) {
	test(`${name} is Debian ${release} with glibc ${glibc}`, async t => {
		const host = await needHost(t, name);
		if (!host) return;
		const script =
			'. /etc/os-release; echo $VERSION_ID; getconf GNU_LIBC_VERSION; bash -c "echo $PWD"';
		const answer = await runOnHost(host, {argv: ['sh', '-c', script]});
		t.deepEqual(answer, {
			status: 0,
			signal: undefined,
			stdout: `${release}\nglibc ${glibc}\n/home/user\n`,
			stderr: '',
		});
	});

	test(`the programs and libraries of ${name} are complete`, async t => {
		const host = await needHost(t, name);
		if (!host) return;
		const script = 'for f in /usr/bin/*; do ldd "$f" 2>/dev/null | grep "not found"; done; id -un';
		const answer = await runOnHost(host, {argv: ['sh', '-c', script]});
		t.is(answer.stdout, 'user\n');
	});

	test(`dpkg-query reads ${name} as an installed system`, async t => {
		const host = await needHost(t, name);
		if (!host || !need(t, 'dpkg-query', 'dpkg')) return;
		const root = `--root=${host.root}`;
		const {stdout: owner} = await run('dpkg-query', [root, '--search', '/etc/debian_version']);
		t.is(owner, 'base-files: /etc/debian_version\n');
		const {stdout: files} = await run('dpkg-query', [root, '--listfiles', 'libc6:amd64']);
		t.true(files.startsWith('/.\n'));
		const format = '${db:Status-Status} ${Conffiles}\n';
		const {stdout} = await run('dpkg-query', [root, '--show', '--showformat', format, 'bash']);
		t.regex(stdout, /^installed \n? *\/etc\/bash\.bashrc [0-9a-f]{32}$/mu);
		const {stdout: unmet} = await run('dpkg', [root, '--audit']);
		t.is(unmet, '');
	});

	test(`every file that dpkg lists for ${name} is there`, async t => {
		const host = await needHost(t, name);
		if (!host) return;
		const info = join(host.root, 'var/lib/dpkg/info');
		const lists = readdirSync(info).filter(file => file.endsWith('.list'));
		const paths = lists.flatMap(file => readFileSync(join(info, file), 'utf8').trim().split('\n'));
		t.true(paths.length > 5000);
		await Promise.all(paths.map(async path => t.notThrowsAsync(lstat(join(host.root, path)))));
	});
}

test('el7 is CentOS 7.9: glibc 2.17, bash 4.2, links for the merged directories', async t => {
	const host = await needHost(t, 'el7');
	if (!host) return;
	const script =
		'cat /etc/redhat-release; echo ${BASH_VERSION%.*}; readlink /lib64; ls /etc/debian_version; id -un';
	const answer = await runOnHost(host, {argv: ['sh', '-c', script]});
	t.is(
		answer.stdout,
		'CentOS Linux release 7.9.2009 (Core)\n4.2\nusr/lib64\nuser\n',
		answer.stderr,
	);
	const loader = await runOnHost(host, {argv: ['/lib64/libc.so.6']});
	t.regex(loader.stdout, /^GNU C Library .* version 2\.17,/u);
});

test('on bullseye a program can be linked: headers, start files and libraries are there', async t => {
	const host = await needHost(t, 'bullseye');
	if (!host) return;
	const library = '/usr/lib/x86_64-linux-gnu';
	const argv = [
		...['ls', '-d', '/usr/include/stdio.h', '/usr/include/linux/types.h'],
		...['crt1.o', 'crti.o', 'libc.so', 'libc_nonshared.a', 'libm.so', 'libcrypt.so'].map(
			name => `${library}/${name}`,
		),
	];
	t.is((await runOnHost(host, {argv})).status, 0);
});

test('trixie holds a Python with its extension modules and trusted certificates', async t => {
	const host = await needHost(t, 'trixie');
	if (!host) return;
	const script =
		'import ssl, sqlite3, ctypes, decimal; print(ssl.create_default_context().cert_store_stats()["x509_ca"] > 50)';
	const answer = await runOnHost(host, {argv: ['python3', '-c', script]});
	t.deepEqual(answer, {status: 0, signal: undefined, stdout: 'True\n', stderr: ''});
});

test('alternatives lead to a program, by links inside the root', async t => {
	const host = await needHost(t, 'bullseye');
	if (!host) return;
	const script = 'readlink /usr/bin/awk; awk "BEGIN { print 6 * 7 }"';
	const answer = await runOnHost(host, {argv: ['sh', '-c', script]});
	t.is(answer.stdout, '/etc/alternatives/awk\n42\n');
});

test('alternatives whose registration a script computes are there too', async t => {
	const host = await needHost(t, 'trixie');
	if (!host) return;
	const answer = await runOnHost(host, {argv: ['readlink', '-f', '/usr/bin/lzma']});
	t.is(answer.stdout, '/usr/bin/xz\n');
});

test('packages can be added, and the same set in any order is the same host', async t => {
	const base = await needHost(t, 'bullseye');
	const more = base && (await needHost(t, 'bullseye', ['sqlite3', 'file']));
	if (!base || !more) return;
	t.not(more.root, base.root);
	t.is((await hostWith('bullseye', ['file', 'sqlite3', 'bash'])).root, more.root);
	const answer = await runOnHost(more, {argv: ['sqlite3', ':memory:', 'select 6 * 7']});
	t.is(answer.stdout, '42\n');
});

test('nothing can be added to the empty host', async t => {
	await t.throwsAsync(hostWith('empty', ['bash']), {message: /no archive/u});
});
