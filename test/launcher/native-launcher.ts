/** What a program started by the native launcher sees of itself, wherever its bundle lies. */
import {readdir, rename, rm, symlink} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {reportProgram, told} from '../helpers/run/report-program.js';
import {
	call,
	compile,
	miniBundle,
	newLoaderOptions,
	oldLoaderOptions,
	scratch,
} from '../helpers/worlds/mini-bundle.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {
	run,
	siteEnvironment,
	prebuilt,
	reportBundle,
	expectNative,
	ways,
} from './lib/report-bundle.js';

for (const [way, spec] of Object.entries(ways)) {
	for (const kind of ['-pie', '-no-pie']) {
		test(`started ${way}, a ${kind} program sees itself as it would natively`, async t => {
			const bundle = await reportBundle(t, {spec}, [kind]);
			if (bundle === undefined) return;
			const answer = await call(bundle.start, ['an argument'], {argv0: 'b', env: siteEnvironment});
			t.is(answer.stderr, '');
			t.is(answer.status, 7);
			expectNative(t, bundle, answer.stdout);
		});
	}

	for (const [suite, loaderOptions] of [
		['bullseye', oldLoaderOptions],
		['bullseye', {...oldLoaderOptions, preload: false}],
		['trixie', newLoaderOptions],
	] as const) {
		const preload = loaderOptions.preload ? '' : ' without --preload';
		test(`argv[0] is exact with the loader of ${suite}${preload}, started ${way}`, async t => {
			const host = await needHost(t, suite);
			const launcher = prebuilt(t);
			if (!host || launcher === undefined) return;
			const directory = join(host.root, 'lib/x86_64-linux-gnu');
			const loaderName = (await readdir(directory)).find(name => /^ld-(2|linux)/u.test(name))!;
			const libraries = ['libc.so.6', 'libpthread.so.0'].map(name => join(directory, name));
			const start = suite === 'bullseye' ? oldStart(host.root) : [];
			const from = await compile(t, reportProgram, ['-no-pie', ...start]);
			const bundle = await miniBundle(t, {
				...{name: 'report', from, libraries, loader: join(directory, loaderName)},
				...{prebuilt: launcher, spec: {...spec, loaderOptions}},
			});
			const answer = await call(bundle.start, ['an argument'], {argv0: 'b', env: siteEnvironment});
			t.is(answer.stderr, '');
			expectNative(t, bundle, answer.stdout);
		});
	}
}

/** Link with the start files and libraries of an older release, libpthread's initialisation included. */
function oldStart(root: string): readonly string[] {
	const dev = join(root, 'usr/lib/x86_64-linux-gnu');
	const lib = join(root, 'lib/x86_64-linux-gnu');
	return [
		...['-nostdlib', join(dev, 'crt1.o'), join(dev, 'crti.o'), '-Wl,--no-as-needed'],
		...[join(lib, 'libpthread.so.0'), join(lib, 'libc.so.6'), join(dev, 'libc_nonshared.a')],
		...[`-Wl,-rpath-link,${lib}`, join(dev, 'crtn.o')],
	];
}

test('a host child sees what the caller had set, and nothing of the bundle', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const env = {...siteEnvironment, LD_PRELOAD: '', LD_LIBRARY_PATH: '/nowhere'};
	const {stdout} = await call(bundle.start, ['host-child'], {env});
	t.deepEqual(
		stdout.trimEnd().split('\n').sort(),
		Object.entries(env)
			.map(([name, value]) => `${name}=${value}`)
			.sort(),
	);
});

test('re-executing /proc/self/exe works three levels deep', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const {stdout, status} = await call(bundle.start, ['again', '3'], {argv0: 'b'});
	t.is(status, 7);
	t.deepEqual(told(stdout, 'argv'), ['b', 'again', '0']);
	t.deepEqual(told(stdout, 'exe'), [join(bundle.top, 'root/usr/bin/report')]);
});

for (const name of ["a b'c", 'new\nline', 'with:colon;and more', '$ORIGIN', 'ünï']) {
	for (const [way, spec] of Object.entries(ways)) {
		test(`a bundle in ${JSON.stringify(name)} works, started ${way}`, async t => {
			const bundle = await reportBundle(t, {spec});
			if (bundle === undefined) return;
			const moved = join(await scratch(t), name);
			await rename(bundle.top, moved);
			const {status, stderr} = await call(join(moved, 'bin/report'));
			t.is(stderr, '');
			t.is(status, 7);
		});
	}
}

test('a bundle is found through a link from outside', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const link = join(await scratch(t), 'other-name');
	await symlink(bundle.start, link);
	const {stdout} = await call(link);
	t.deepEqual(told(stdout, 'argv'), [link]);
	t.deepEqual(told(stdout, 'comm'), ['other-name']);
});

test('without /proc a program still starts, by its path or through links', async t => {
	const bundle = await reportBundle(t);
	const host = await needHost(t, 'empty');
	if (bundle === undefined || !host) return;
	for (const argv of [['bin/report'], ['root/usr/bin/report'], ['/home/user/link']]) {
		const answer = await runOnHost(host, {
			argv,
			bundle: bundle.top,
			noProc: true,
			binds: [],
			...(argv[0]!.startsWith('/')
				? {argv: ['sh', '-c', 'ln -s "$PWD/bin/report" /tmp/l; cd /; /tmp/l']}
				: {}),
		});
		t.is(answer.stderr, '');
		t.is(answer.status, 7, argv[0]);
	}
});

/** A system call filter that denies reading links, as some containers have it. */
const denyReadlink = `
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	struct sock_filter filter[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_readlink, 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, __NR_readlinkat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = {sizeof(filter) / sizeof(*filter), filter};
	if (argc < 2 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 ||
	    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) != 0)
		return 99;
	execv(argv[1], argv + 1);
	return 98;
}
`;

test('where links cannot be read, a bundle is found above what was started', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const deny = await compile(t, denyReadlink);
	for (const [name, cwd] of [
		[bundle.start, '/'],
		['bin/report', bundle.top],
		['report', join(bundle.top, 'bin')],
		['./report', join(bundle.top, 'root/usr/bin')],
	] as const) {
		const {status, stderr} = await call(deny, [name], {cwd});
		t.deepEqual([status, stderr], [7, ''], name);
	}
});

test('without /proc links above the program are followed as well: /bin leads to /usr/bin', async t => {
	const bundle = await reportBundle(t);
	const host = await needHost(t, 'empty');
	if (bundle === undefined || !host) return;
	await symlink('usr/bin', join(bundle.top, 'root/bin'));
	await rm(bundle.start);
	await symlink('../root/bin/report', bundle.start);
	for (const argv of [
		['bin/report'],
		['root/bin/report'],
		['sh', '-c', 'cd root/bin && ./report'],
	]) {
		const answer = await runOnHost(host, {argv, bundle: bundle.top, noProc: true, binds: []});
		t.deepEqual([answer.status, answer.stderr], [7, ''], argv.join(' '));
	}
});

test('on a host without any library or loader it runs, from a read-only directory', async t => {
	const bundle = await reportBundle(t);
	const host = await needHost(t, 'empty');
	if (bundle === undefined || !host) return;
	const answer = await runOnHost(host, {argv: ['bin/report', 'x'], bundle: bundle.top, argv0: 'b'});
	t.is(answer.stderr, '');
	t.is(answer.status, 7);
	t.deepEqual(told(answer.stdout, 'argv'), ['b', 'x']);
	t.deepEqual(told(answer.stdout, 'comm'), ['report']);
});

test('a library deleted from the bundle is missed, and the host’s is not taken', async t => {
	const poison = {
		'/etc/ld.so.preload': '/lib/x86_64-linux-gnu/libc.so.6\n',
		'/etc/ld.so.cache': 'poison',
	};
	for (const [way, spec] of Object.entries(ways)) {
		const bundle = await reportBundle(t, {spec});
		const host = await needHost(t, 'bullseye');
		if (bundle === undefined || !host) return;
		const request = {argv: ['bin/report'], bundle: bundle.top, files: poison};
		const whole = await runOnHost(host, request);
		t.is(whole.stderr, '', way);
		t.is(whole.status, 7, way);
		await rm(join(bundle.top, 'lib/libc.so.6'));
		const broken = await runOnHost(host, request);
		t.is(broken.status, 127);
		t.regex(broken.stderr, /libc\.so\.6: cannot open shared object file: No such file/u);
	}
});

test('two megabytes of arguments and a huge environment get through', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const argv = Array.from({length: 9000}, (_, index) => `${index}${'x'.repeat(100)}`);
	const env = Object.fromEntries(argv.map((text, index) => [`V${index}`, text]));
	const {stdout, status} = await call(bundle.start, argv, {env});
	t.is(status, 7);
	t.deepEqual(told(stdout, 'argv').slice(1), argv);
	t.is(told(stdout, 'env').length, argv.length);
});

test('closed standard streams and a directory beyond PATH_MAX do not matter', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const closed = await run('sh', ['-c', '"$0" <&- >&- 2>&-; echo $?', bundle.start]);
	t.is(closed.stdout, '7\n');
	const component = 'd'.repeat(200);
	// Only the shell can climb down, and remove what it has made.
	const deep = `cd "$1" || exit 1
		for i in {1..30}; do mkdir ${component} && cd ${component} || exit 1; done
		cp -a "$0" bundle && bundle/bin/report
		echo status $?
		cd "$1" && rm -rf ${component}`;
	const {stdout} = await run('bash', ['-c', deep, bundle.top, await scratch(t)]);
	t.regex(stdout, /status 7\n$/u);
});

test('no argument at all, not even argv[0], is passed on as it is', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const caller = await compile(
		t,
		'#include <unistd.h>\nint main(int c, char **v) { char *e[] = {0}, *n[] = {0}; execve(v[1], n, e); return 9; }',
	);
	// Linux puts an empty argv[0] in place since 5.18.
	const {status} = await call(caller, [bundle.start]);
	t.is(status, 7);
});
