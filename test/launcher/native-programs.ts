/** Programs of many kinds under the native launcher: scripts, musl, other machines, real ones. */
import {cp, mkdir, readdir, symlink, writeFile} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import type {ScriptLaunch} from '../../lib/launcher/launch-spec.js';
import {bundlePath} from '../../lib/paths/paths.js';
import {need} from '../helpers/run/need.js';
import {reportProgram, told} from '../helpers/run/report-program.js';
import {builtKit} from '../helpers/worlds/built-kit.js';
import {
	call,
	compile,
	librariesOf,
	miniBundle,
	placeLauncher,
	scratch,
	muslLoaderOptions,
} from '../helpers/worlds/mini-bundle.js';
import {run, loader, prebuilt, reportBundle, ways} from './lib/report-bundle.js';

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

test('the heap of a program linked for one place begins behind its data', async t => {
	if (!need(t, 'gcc', 'setarch')) return;
	const source = `#include <stdio.h>
#include <unistd.h>
extern char _end;
int main(void) {
	unsigned long gap = (unsigned long)sbrk(0) - (unsigned long)&_end;
	printf("%d %d\\n", gap < 4096, gap <= 32 << 20);
	return sbrk(1 << 20) == (void *)-1;
}`;
	const from = await compile(t, source, ['-no-pie']);
	const bundle = await reportBundle(t, {from, libraries: await librariesOf(from)});
	if (bundle === undefined) return;
	t.is((await call(bundle.start)).stdout.slice(2), '1\n');
	t.deepEqual(await call('setarch', ['-R', bundle.start], {env: {PATH: '/usr/bin:/bin'}}), {
		status: 0,
		stdout: '1 1\n',
		stderr: '',
	});
});

test('a program whose text is relocated starts, whatever the loader protected behind it', async t => {
	if (!need(t, 'gcc')) return;
	const source =
		'#include <stdio.h>\n__asm__(".text\\nplace: .quad printf");\nint main(void) { puts("here"); return 0; }\n';
	const from = await compile(t, source, ['-pie', '-Wl,-z,notext']);
	const libraries = await librariesOf(from);
	for (const changes of Object.values(ways)) {
		const bundle = await reportBundle(t, {from, libraries, ...changes});
		if (bundle === undefined) return;
		t.deepEqual(await call(bundle.start), {status: 0, stdout: 'here\n', stderr: ''});
	}
});

test('a script gets the interpreter’s arguments, its own path and its own name', async t => {
	const launcher = prebuilt(t);
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
	const launcher = prebuilt(t);
	if (launcher === undefined || !need(t, 'musl-gcc')) return;
	const from = await compile(t, reportProgram, [], 'musl-gcc');
	const musl = '/lib/ld-musl-x86_64.so.1';
	const bundle = await miniBundle(t, {
		...{name: 'report', from, libraries: [], loader: musl, prebuilt: launcher},
		spec: {libc: 'musl', loaderOptions: muslLoaderOptions},
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
			const {launcher} = builtKit(compiler.split('-')[0]);
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
	const launcher = prebuilt(t);
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

test('a core file of a packed program is read with the program’s own file', async t => {
	const launcher = prebuilt(t);
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
	const launcher = prebuilt(t);
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
