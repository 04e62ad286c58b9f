import {execFile} from 'node:child_process';
import {
	chmod,
	chown,
	copyFile,
	cp,
	mkdir,
	readdir,
	readFile,
	rename,
	rm,
	symlink,
	writeFile,
} from 'node:fs/promises';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import type {EnvironmentRule, LoaderLaunch, ScriptLaunch} from '../../lib/launcher/launch-spec.js';
import {bundlePath} from '../../lib/paths/paths.js';
import {needHost} from '../helpers/run/host-need.js';
import {missingHere, need} from '../helpers/run/need.js';
import {reportProgram, told} from '../helpers/run/report-program.js';
import {
	buildLauncher,
	call,
	compile,
	librariesOf,
	miniBundle,
	newLoaderOptions,
	oldLoaderOptions,
	placeLauncher,
	scratch,
	type MiniBundle,
	type MiniProgram,
} from '../helpers/worlds/mini-bundle.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const run = promisify(execFile);
const loader = '/lib64/ld-linux-x86-64.so.2';
/** What some sites set for everybody. */
const siteEnvironment = {
	FIRST: '1',
	LD_LIBRARY_PATH: '/site/lib',
	LD_PRELOAD: '/site/accounting.so',
	GLIBC_TUNABLES: 'glibc.malloc.check=0',
	LAST: '2',
};

/** `undefined`, with the test ended, where the tests here cannot run. */
async function prebuilt(t: ExecutionContext): Promise<Buffer | undefined> {
	if (process.arch !== 'x64') {
		missingHere(t, 'needs an x86-64 machine');
		return undefined;
	}

	return need(t, 'gcc', 'ldd') ? (await buildLauncher()).launcher : undefined;
}

async function reportBundle(
	t: ExecutionContext,
	changes: Partial<MiniProgram> = {},
	options: readonly string[] = [],
): Promise<MiniBundle | undefined> {
	const launcher = await prebuilt(t);
	if (launcher === undefined) return undefined;
	const from = await compile(t, reportProgram, options);
	const libraries = await librariesOf(from);
	return miniBundle(t, {name: 'report', from, libraries, loader, prebuilt: launcher, ...changes});
}

/** What a program sees that was started with `siteEnvironment`, `b` as its argv[0] and one argument. */
function expectNative(t: ExecutionContext, {top, start}: MiniBundle, report: string): void {
	t.deepEqual(told(report, 'argv'), ['b', 'an argument']);
	t.deepEqual(told(report, 'invocation'), ['b b']);
	t.deepEqual(told(report, 'exe'), [join(top, 'root/usr/bin/report')]);
	t.deepEqual(told(report, 'comm'), ['report']);
	t.deepEqual(told(report, 'execfn'), [start]);
	t.deepEqual(told(report, 'headers'), ['1']);
	t.deepEqual(told(report, 'entry'), ['1']);
	t.deepEqual(told(report, 'base'), ['1']);
	const entries = Object.entries(siteEnvironment).map(([name, value]) => `${name}=${value}`);
	t.deepEqual(told(report, 'env'), entries);
	t.deepEqual(told(report, 'early'), ['LD_LIBRARY_PATH=/site/lib LD_PRELOAD=/site/accounting.so ']);
	t.deepEqual(
		told(report, 'object').filter(object => object.startsWith('/') && !object.startsWith(top)),
		[],
	);
}

const ways: Readonly<Record<string, Partial<LoaderLaunch>>> = {
	'like the kernel': {},
	'with options, for a library whose DT_RPATH leads out': {
		inhibitRpath: [bundlePath('lib/libc.so.6')],
	},
};

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
			const launcher = await prebuilt(t);
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

test('a launcher that was copied out of its bundle says so', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const copy = join(await scratch(t), 'copy');
	await copyFile(bundle.start, copy);
	await chmod(copy, 0o755);
	t.deepEqual(await call(copy), {
		status: 125,
		stdout: '',
		stderr: `dynpk: cannot find the bundle of ${copy}: it does not lie at root/usr/bin/report in a bundle\n`,
	});
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

test('the rules of the environment add to what the user has set, and only once', async t => {
	const part = (text: string) => ({kind: 'bundle', text}) as const;
	const bundle = await reportBundle(t, {
		spec: {
			environment: [
				{
					variable: 'UNSET',
					action: 'default',
					when: 'always',
					parts: [part('share/a'), {kind: 'literal', text: '/b'}],
				},
				{variable: 'MINE', action: 'default', when: 'always', parts: [part('x')]},
				{variable: 'FRONT', action: 'prepend', when: 'always', parts: [part('f')]},
				{variable: 'BACK', action: 'append', when: 'always', parts: [part('k')]},
			],
		},
	});
	if (bundle === undefined) return;
	const env = {MINE: '', FRONT: 'one', BACK: `two:${bundle.top}/k`};
	const {stdout} = await call(bundle.start, [], {env});
	t.deepEqual(told(stdout, 'env'), [
		'MINE=',
		`FRONT=${bundle.top}/f:one`,
		`BACK=two:${bundle.top}/k`,
		`UNSET=${bundle.top}/share/a:/b`,
	]);
});

test('a rule that chooses takes the first place that is there, where the user has set nothing', async t => {
	const choose = (variable: string, ...texts: readonly string[]): EnvironmentRule => ({
		variable,
		action: 'choose',
		when: 'always',
		parts: texts.map(text => ({kind: text.startsWith('/') ? 'literal' : 'bundle', text})),
	});
	const bundle = await reportBundle(t, {
		spec: {
			environment: [
				choose('OF_THE_HOST', '/./nowhere', '/./dev/null', 'libexec'),
				choose('OF_THE_BUNDLE', '/./nowhere', 'missing', 'libexec', '/./dev/null'),
				choose('OF_NOBODY', '/./nowhere', 'missing'),
				choose('MINE', '/./dev/null'),
			],
		},
	});
	if (bundle === undefined) return;
	const {stdout} = await call(bundle.start, [], {env: {MINE: ''}});
	t.deepEqual(told(stdout, 'env'), [
		'MINE=',
		'OF_THE_HOST=/./dev/null',
		`OF_THE_BUNDLE=${bundle.top}/libexec`,
	]);
});

test('a kernel older than the bundle needs gets one sentence and 125', async t => {
	const bundle = await reportBundle(t, {
		spec: {requires: {kernel: [3, 2, 0], isa: 0, machine: 62, class: 64}},
	});
	if (bundle === undefined || !need(t, 'qemu-x86_64-static')) return;
	t.deepEqual(await call('/usr/bin/qemu-x86_64-static', ['-r', '2.6.18', bundle.start]), {
		status: 125,
		stdout: '',
		stderr: 'dynpk: root/usr/bin/report needs Linux 3.2.0 or newer, and this host runs 2.6.18\n',
	});
	t.is((await call('/usr/bin/qemu-x86_64-static', ['-r', '3.2.0', bundle.start])).status, 7);
});

test('a CPU below what the objects need gets one sentence and 125', async t => {
	const bundle = await reportBundle(t, {
		spec: {requires: {kernel: [0, 0, 0], isa: 4, machine: 62, class: 64}},
	});
	if (bundle === undefined || !need(t, 'qemu-x86_64-static')) return;
	t.deepEqual(await call('/usr/bin/qemu-x86_64-static', ['-cpu', 'Nehalem', bundle.start]), {
		status: 125,
		stdout: '',
		stderr:
			"dynpk: root/usr/bin/report needs a CPU of level x86-64-v3, and this host's is x86-64-v2\n",
	});
	t.is((await call('/usr/bin/qemu-x86_64-static', ['-cpu', 'Haswell', bundle.start])).status, 7);
});

test('a program linked for one place lies there, whatever its variables are aligned to', async t => {
	if (!need(t, 'gcc')) return;
	const source =
		'__attribute__((aligned(0x200000))) int far = 7;\n' +
		'int main(void) { return far + (int)((unsigned long)&far % 0x200000); }\n';
	const placed = ['-no-pie', '-Wl,-Ttext-segment=0x401000', '-Wl,-z,max-page-size=4096'];
	const from = await compile(t, source, placed);
	const bundle = await reportBundle(t, {from, libraries: await librariesOf(from)});
	if (bundle !== undefined)
		t.deepEqual(await call(bundle.start), {status: 7, stdout: '', stderr: ''});
});

test('no control character of a name reaches the terminal', async t => {
	const bundle = await reportBundle(t, {
		spec: {view: {engine: 'shim', reason: 'r', table: bundlePath('libexec/dynpk/paths.tbl')}},
	});
	if (bundle === undefined) return;
	const {status, stderr} = await call(bundle.start, [], {
		env: {DYNPK_ENGINE: 'a\u001b[2J\u009b2J\u0080\u009f\u00a0\u00dcb\u007f'},
	});
	t.is(status, 125);
	t.is(
		stderr,
		'dynpk: DYNPK_ENGINE is a?[2J?2J??\u00a0\u00dcb?, and there are auto, direct, shim and userns\n',
	);
});

test('a set-user-id launcher starts nothing', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	if (process.getuid?.() !== 0) return missingHere(t, 'needs root');
	const launcher = join(bundle.top, 'root/usr/bin/report');
	await chown(launcher, 65534, 65534);
	await chmod(launcher, 0o4755);
	t.deepEqual(await call(bundle.start, [], {env: {DYNPK_EXPLAIN: '1'}}), {
		status: 125,
		stdout: '',
		stderr:
			'dynpk: root/usr/bin/report was given more rights than its caller has, and refuses them: ' +
			'a bundle is no place for set-id programs\n',
	});
});

test('a missing loader is named', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	await rm(join(bundle.top, 'libexec/dynpk/ld.so'));
	t.deepEqual(await call(bundle.start), {
		status: 125,
		stdout: '',
		stderr: `dynpk: cannot open ${bundle.top}/libexec/dynpk/ld.so: no such file or directory\n`,
	});
});

test('a script gets the interpreter’s arguments, its own path and its own name', async t => {
	const launcher = await prebuilt(t);
	if (launcher === undefined) return;
	const bundle = await miniBundle(t, {
		...{name: 'sh', from: '/bin/dash', libraries: await librariesOf('/bin/dash')},
		...{loader, prebuilt: launcher},
	});
	const spec: ScriptLaunch = {
		kind: 'script',
		launcher: bundlePath('bin/greet'),
		program: bundlePath('root/usr/bin/greet'),
		interpreter: bundle.spec.launcher,
		arguments: ['-e'],
		settings: ['SETTING=a b'],
		environment: [],
		requires: bundle.spec.requires,
	};
	await writeFile(
		join(bundle.top, spec.program),
		'#!/bin/sh -e\necho "$0|$*|$SETTING|$-|$DYNPK_PROCESS_NAME"; read name < /proc/$$/comm; echo "$name"; false; echo no\n',
	);
	await placeLauncher(bundle.top, spec, launcher);
	const answer = await call(join(bundle.top, 'bin/greet'), ['x', 'y z'], {env: {SETTING: 'old'}});
	t.is(answer.stderr, '');
	t.is(answer.stdout, `${bundle.top}/root/usr/bin/greet|x y z|a b|e|\ngreet\n`);
	t.is(answer.status, 1);
});

test('musl programs start, and a directory with colons is no list', async t => {
	const launcher = await prebuilt(t);
	if (launcher === undefined || !need(t, 'musl-gcc')) return;
	const from = await compile(t, reportProgram, [], 'musl-gcc');
	const musl = '/lib/ld-musl-x86_64.so.1';
	const bundle = await miniBundle(t, {
		...{name: 'report', from, libraries: [], loader: musl, prebuilt: launcher},
		spec: {libc: 'musl'},
	});
	const env = {A: '1', LD_LIBRARY_PATH: '/x', LD_PRELOAD: '/nope.so'};
	const moved = join(await scratch(t), 'a:b;c\nd');
	await cp(bundle.top, moved, {recursive: true, verbatimSymlinks: true});
	for (const top of [bundle.top, moved]) {
		const {stdout, status} = await call(join(top, 'bin/report'), ['x'], {env, argv0: 'b'});
		t.is(status, 7);
		t.deepEqual(told(stdout, 'argv'), ['b', 'x']);
		t.deepEqual(told(stdout, 'env'), ['A=1', 'LD_LIBRARY_PATH=/x', 'LD_PRELOAD=/nope.so']);
		t.deepEqual(told(stdout, 'entry'), ['1']);
	}
});

for (const [machine, compiler, loaderName, qemu] of [
	[183, 'aarch64-linux-gnu-gcc', 'ld-linux-aarch64.so.1', 'qemu-aarch64-static'],
	[3, 'i686-linux-gnu-gcc', 'ld-linux.so.2', 'qemu-i386-static'],
] as const) {
	for (const [way, spec] of Object.entries(ways)) {
		test(`${compiler.split('-')[0]!} programs start ${way}`, async t => {
			if (!need(t, compiler, qemu)) return;
			const {launcher} = await buildLauncher(compiler);
			const from = await compile(t, reportProgram, [], compiler);
			const lib = `/usr/${compiler.replace('-gcc', '')}/lib`;
			const bundle = await miniBundle(t, {
				...{name: 'report', from, libraries: [`${lib}/libc.so.6`], loader: `${lib}/${loaderName}`},
				prebuilt: launcher,
				spec: {
					...spec,
					requires: {kernel: [3, 2, 0], isa: 0, machine, class: machine === 3 ? 32 : 64},
				},
			});
			const argv = [bundle.start, 'an argument'];
			const {stdout, status} = await call(`/usr/bin/${qemu}`, argv, {env: {A: '1'}});
			t.is(status, 7);
			t.deepEqual(told(stdout, 'argv'), [bundle.start, 'an argument']);
			t.deepEqual(told(stdout, 'env'), ['A=1']);
			t.deepEqual(told(stdout, 'entry'), ['1']);
		});
	}
}

test('git, which lives by its argv[0], and python, which looks for itself, work', async t => {
	const launcher = await prebuilt(t);
	if (launcher === undefined || !need(t, 'git', 'python3')) return;
	const git = await miniBundle(t, {
		...{name: 'git', from: '/usr/bin/git', libraries: await librariesOf('/usr/bin/git')},
		...{loader, prebuilt: launcher},
	});
	const version = await call(git.start, ['--version']);
	t.regex(version.stdout, /^git version/u);
	const upload = await call(git.start, ['-h'], {argv0: 'git-upload-pack'});
	t.regex(upload.stderr + upload.stdout, /usage: git-upload-pack/u);

	const python = await miniBundle(t, {
		...{
			name: 'python3',
			from: '/usr/bin/python3',
			libraries: await librariesOf('/usr/bin/python3'),
		},
		...{loader, prebuilt: launcher},
	});
	await mkdir(join(python.top, 'root/usr/lib'), {recursive: true});
	for (const directory of await readdir('/usr/lib')) {
		if (/^python3(\.\d+)?$/u.test(directory)) {
			await symlink(join('/usr/lib', directory), join(python.top, 'root/usr/lib', directory));
		}
	}

	const script = `import sys, subprocess
child = subprocess.run([sys.executable, '-c', 'import sys; print(sys.executable)'], capture_output=True, text=True)
print(sys.executable); print(child.stdout.strip())`;
	const answer = await call(python.start, ['-c', script]);
	t.is(answer.stderr, '');
	t.deepEqual(answer.stdout.trim().split('\n'), [python.start, python.start]);
});

test('a damaged record is refused with one sentence', async t => {
	const bundle = await reportBundle(t);
	if (bundle === undefined) return;
	const place = join(bundle.top, bundle.spec.launcher);
	const bytes = await readFile(place);
	bytes.writeUInt32LE(99, bytes.lastIndexOf('DYNPKLR1') + 12);
	await writeFile(place, bytes);
	t.deepEqual(await call(bundle.start), {
		status: 125,
		stdout: '',
		stderr: 'dynpk: this launcher has no valid launch record: pack again\n',
	});
});

interface RpathWorld {
	readonly bundle: MiniBundle;
	readonly answer: () => Promise<number>;
}

/** A program, its library and the library's own: `inner` is 1 in the bundle and 2 where a DT_RPATH leads. */
async function rpathWorld(
	t: ExecutionContext,
	where: 'library' | 'program',
	spec: Partial<LoaderLaunch>,
): Promise<RpathWorld | undefined> {
	const launcher = await prebuilt(t);
	if (launcher === undefined) return undefined;
	const inner = (value: number) => `int inner(void) { return ${value}; }\n`;
	const shared = ['-shared', '-fPIC'];
	const outside = join(await scratch(t), 'libinner.so');
	await copyFile(await compile(t, inner(2), [...shared, '-Wl,-soname,libinner.so']), outside);
	const inside = join(await scratch(t), 'libinner.so');
	await copyFile(await compile(t, inner(1), [...shared, '-Wl,-soname,libinner.so']), inside);
	const rpath = [`-Wl,--disable-new-dtags,-rpath,${join(outside, '..')}`];
	const outer = join(await scratch(t), 'libouter.so');
	const outerSource = 'int inner(void); int outer(void) { return inner(); }\n';
	const outerOptions = [...shared, '-Wl,-soname,libouter.so', inside];
	await copyFile(
		await compile(t, outerSource, [...outerOptions, ...(where === 'library' ? rpath : [])]),
		outer,
	);
	const from = await compile(t, 'int outer(void); int main(void) { return outer(); }\n', [
		...[outer, `-Wl,-rpath-link,${join(inside, '..')}`],
		...(where === 'program' ? rpath : []),
	]);
	const libraries = [inside, outer, '/lib/x86_64-linux-gnu/libc.so.6'];
	const bundle = await miniBundle(t, {
		...{name: 'program', from, libraries, loader, prebuilt: launcher, spec},
	});
	return {bundle, answer: async () => (await call(bundle.start)).status};
}

test('a DT_RPATH that leads out is followed, unless it is inhibited', async t => {
	for (const [where, spec] of [
		['library', {inhibitRpath: [bundlePath('lib/libouter.so')]}],
		['program', {inhibitOwnRpath: true}],
		['program', {inhibitOwnRpath: true, inhibitRpath: [bundlePath('lib/libc.so.6')]}],
	] as const) {
		const open = await rpathWorld(t, where, {});
		const closed = await rpathWorld(t, where, spec);
		if (open === undefined || closed === undefined) return;
		t.is(await open.answer(), 2, where);
		t.is(await closed.answer(), 1, where);
	}
});

test('a shim and an audit module are loaded and leave no variable behind', async t => {
	const object = 'int preloaded;\n';
	const auditor = `
#define _GNU_SOURCE
#include <link.h>
#include <unistd.h>
unsigned int la_version(unsigned int version) { write(2, "audited\\n", 8); return version; }
`;
	for (const [way, spec] of Object.entries(ways)) {
		const bundle = await reportBundle(t, {
			spec: {
				...spec,
				view: {
					engine: 'shim',
					reason: 'a test',
					table: bundlePath('libexec/dynpk/paths.tbl'),
					shim: bundlePath('libexec/dynpk/first.so'),
				},
				audit: {stub: bundlePath('libexec/dynpk/audit.so'), byDefault: true},
			},
		});
		if (bundle === undefined) return;
		const shared = ['-shared', '-fPIC'];
		const inner = join(bundle.top, 'libexec/dynpk');
		await copyFile(await compile(t, object, [...shared, '-nostdlib']), join(inner, 'first.so'));
		await copyFile(await compile(t, auditor, shared), join(inner, 'audit.so'));
		// The auditor's namespace has a libc of its own, which asks for the loader by its name.
		await symlink('../libexec/dynpk/ld.so', join(bundle.top, 'lib/ld-linux-x86-64.so.2'));
		const {stdout, stderr} = await call(bundle.start, [], {env: {LD_PRELOAD: '/x.so'}});
		t.is(stderr, 'audited\n', way);
		t.regex(stdout, /^object \S*libexec\/dynpk\/first\.so$/mu);
		t.deepEqual(told(stdout, 'env'), ['LD_PRELOAD=/x.so']);
	}
});

test('strategy exec runs the loader, with what acts on it dropped and argv[0] kept', async t => {
	const bundle = await reportBundle(t, {spec: {strategy: 'exec'}});
	if (bundle === undefined) return;
	const env = {A: '1', LD_LIBRARY_PATH: '/x', LD_PRELOAD: '/nope.so'};
	const {stdout, stderr, status} = await call(bundle.start, ['x'], {argv0: 'b', env});
	t.is(stderr, '');
	t.is(status, 7);
	t.deepEqual(told(stdout, 'argv'), ['b', 'x']);
	t.deepEqual(told(stdout, 'env'), ['A=1', 'LD_LIBRARY_PATH=/x']);
});

test('a core file of a packed program is read with the program’s own file', async t => {
	const launcher = await prebuilt(t);
	if (launcher === undefined || !need(t, 'gdb')) return;
	const source =
		'#include <stdlib.h>\nint in_here(void) { abort(); }\nint main(void) { return in_here(); }\n';
	const from = await compile(t, source, ['-O0', '-g']);
	const libraries = await librariesOf(from);
	const bundle = await miniBundle(t, {
		...{name: 'crash', from, libraries, loader, prebuilt: launcher},
	});
	const file = join(bundle.top, bundle.spec.program);
	const core = join(await scratch(t), 'core');
	const look = ['run', `generate-core-file ${core}`, `file ${file}`, `core-file ${core}`, 'bt'];
	const commands = look.flatMap(text => ['-ex', text]);
	const {stdout} = await run('gdb', ['-q', '-batch', '-nx', ...commands, bundle.start]);
	t.regex(stdout, /in_here/u);
	t.regex(stdout, /main/u);
});

test('a program with a big heap and one with an executable stack run', async t => {
	const launcher = await prebuilt(t);
	if (launcher === undefined) return;
	const heap = `
#include <stdlib.h>
#include <string.h>
int main(void)
{
	for (int i = 0; i < 2000; i++)
		if (!memset(malloc(100000), 1, 100000)) return 1;
	return 5;
}
`;
	const trampoline = `
static int apply(int (*f)(int), int x) { return f(x); }
int main(int argc, char **argv) { int add(int x) { return x + argc; } return apply(add, 4); }
`;
	for (const source of [heap, trampoline]) {
		const from = await compile(t, source, ['-O0', '-w']);
		const bundle = await miniBundle(t, {
			...{name: 'program', from, libraries: await librariesOf(from), loader, prebuilt: launcher},
		});
		t.is((await call(bundle.start)).status, 5);
	}
});
