import {
	appendFile,
	chmod,
	chown,
	copyFile,
	link,
	mkdir,
	readFile,
	symlink,
	writeFile,
} from 'node:fs/promises';
import {join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import type {LoaderLaunch} from '../../lib/launcher/launch-spec.js';
import {editLoader} from '../../lib/launcher/loader-copy.js';
import {makeSelfLaunch, type SelfLaunch} from '../../lib/launcher/native-self.js';
import {bundlePath, hostPath} from '../../lib/paths/paths.js';
import {needHost} from '../helpers/run/host-need.js';
import {missingHere, need} from '../helpers/run/need.js';
import {reportProgram, told} from '../helpers/run/report-program.js';
import {builtKit} from '../helpers/worlds/built-kit.js';
import {call, compile, newLoaderOptions, scratch} from '../helpers/worlds/mini-bundle.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** Prints its last bytes, as a self-extracting program reads its payload, and starts itself again. */
const readsItself = `
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	char text[16] = "";
	FILE *self = fopen("/proc/self/exe", "rb");
	int left = argc > 1 ? atoi(argv[1]) : 0;
	fseek(self, -7, SEEK_END);
	fread(text, 1, 7, self);
	printf("payload %s\\n", text);
	fflush(stdout);
	if (left > 0) {
		sprintf(text, "%d", left - 1);
		execl("/proc/self/exe", argv[0], text, NULL);
	}
	return left == 0 ? 5 : 6;
}
`;

interface SelfBundle {
	readonly top: string;
	readonly launch: SelfLaunch;
	readonly original: Buffer;
}

interface Toolchain {
	readonly compiler: string;
	readonly architecture: string;
	readonly machine: number;
	readonly loader: string;
	readonly libc: string;
}

const native: Toolchain = {
	compiler: 'gcc',
	architecture: 'x86_64',
	machine: 62,
	loader: '/lib64/ld-linux-x86-64.so.2',
	libc: '/lib/x86_64-linux-gnu/libc.so.6',
};
const foreign: Toolchain = {
	compiler: 'aarch64-linux-gnu-gcc',
	architecture: 'aarch64',
	machine: 183,
	loader: '/usr/aarch64-linux-gnu/lib/ld-linux-aarch64.so.1',
	libc: '/usr/aarch64-linux-gnu/lib/libc.so.6',
};

async function selfBundle(
	t: ExecutionContext,
	source: string,
	options: readonly string[] = [],
	{compiler, architecture, machine, loader, libc}: Toolchain = native,
): Promise<SelfBundle> {
	const from = await compile(t, source, options, compiler);
	await appendFile(from, 'PAYLOAD');
	const spec: LoaderLaunch = {
		kind: 'loader',
		strategy: 'self',
		reason: 'a test',
		launcher: bundlePath('root/usr/bin/single'),
		program: bundlePath('root/usr/bin/.single.dynpk'),
		loader: bundlePath('libexec/dynpk/ld.so'),
		libc: 'glibc',
		loaderOptions: newLoaderOptions,
		libraryPath: [bundlePath('lib')],
		inhibitRpath: [],
		inhibitOwnRpath: false,
		environment: [],
		requires: {kernel: [2, 6, 32], isa: 0, machine, class: 64},
	};
	const original = await readFile(from);
	const object = readElf(hostPath(from));
	const launch = makeSelfLaunch({
		spec,
		object,
		bytes: original,
		...builtKit(architecture),
	});
	const top = await scratch(t);
	for (const directory of ['bin', 'lib', 'libexec/dynpk', 'root/usr/bin']) {
		await mkdir(join(top, directory), {recursive: true});
	}

	await writeFile(join(top, spec.launcher), launch.program, {mode: 0o755});
	await writeFile(join(top, spec.program), launch.launcher, {mode: 0o644});
	await writeFile(join(top, spec.loader), editLoader(await readFile(loader)).bytes);
	await copyFile(libc, join(top, 'lib/libc.so.6'));
	await chmod(join(top, spec.loader), 0o755);
	await symlink('../root/usr/bin/single', join(top, 'bin/single'));
	return {top, launch, original};
}

for (const kind of ['-pie', '-no-pie', '-Wl,-z,noseparate-code']) {
	test(`a ${kind} program reads its own bytes and starts itself again, three levels deep`, async t => {
		if (!need(t, 'gcc')) return;
		const {top} = await selfBundle(t, readsItself, [kind]);
		const answer = await call(join(top, 'bin/single'), ['3']);
		t.is(answer.stderr, '');
		t.is(answer.stdout, 'payload PAYLOAD\n'.repeat(4));
		t.is(answer.status, 5);
	});
}

test('a program that reads itself sees itself as it would natively', async t => {
	if (!need(t, 'gcc')) return;
	const {top} = await selfBundle(t, reportProgram);
	const env = {LD_LIBRARY_PATH: '/x', LD_PRELOAD: '/nope.so'};
	const {stdout} = await call(join(top, 'bin/single'), ['x'], {argv0: 'b', env});
	t.deepEqual(told(stdout, 'argv'), ['b', 'x']);
	t.deepEqual(told(stdout, 'exe'), [join(top, 'root/usr/bin/single')]);
	t.deepEqual(told(stdout, 'entry'), ['1']);
	t.deepEqual(told(stdout, 'headers'), ['1']);
	t.deepEqual(told(stdout, 'env'), ['LD_LIBRARY_PATH=/x', 'LD_PRELOAD=/nope.so']);
});

test('nothing but the recorded places of the program differs', async t => {
	if (!need(t, 'gcc')) return;
	const {launch, original} = await selfBundle(t, readsItself);
	const restored = Buffer.from(launch.program);
	for (const {offset, length} of launch.edits) {
		original.copy(restored, offset, offset, offset + length);
	}

	t.true(restored.equals(original));
});

test('a debugger that starts it stops where it was told to, and knows its libraries', async t => {
	if (!need(t, 'gcc', 'gdb')) return;
	const source = `#include <stdio.h>
static int twice(int n) { return 2 * n; }
int main(void) { return printf("%d\\n", twice(21)) != 3; }
`;
	const {top, launch} = await selfBundle(t, source, ['-g', '-O0']);
	const script = ['set debuginfod enabled off', 'break twice', 'run', 'bt', 'info sharedlibrary'];
	const commands = [...script, 'finish', 'continue'].flatMap(text => ['-ex', text]);
	const {stdout, stderr} = await call('gdb', [
		'-nx',
		'-batch',
		...commands,
		join(top, 'bin/single'),
	]);
	t.notRegex(stderr, /dynamic linker/u);
	t.regex(stdout, /Breakpoint 1, twice \(n=21\)/u);
	t.regex(stdout, /#1 .* in main \(\) at .*:3\n/u);
	t.regex(stdout, /^0x.* Yes .*\/lib\/libc\.so\.6$/mu);
	t.regex(stdout, /Value returned is \$1 = 42\n42\n.*exited normally/su);
	t.is((await call(join(top, 'bin/single'))).status, 0);
	// None of it lies in code.
	const code = readElf(hostPath(join(top, 'bin/single'))).programHeaders.find(
		({flags}) => flags === 5,
	);
	const end = (code?.offset ?? 0) + (code?.fileSize ?? 0);
	t.true(launch.edits.every(({offset}) => offset >= end || offset < (code?.offset ?? 0)));
});

test('where its last page of code is full, its first instructions make room', async t => {
	if (!need(t, 'gcc')) return;
	const fill = '__asm__(".section .text.z, \\"ax\\"\\n.balign 4096\\n.skip 4000, 0x90\\n.text");\n';
	const {top, launch} = await selfBundle(t, fill + readsItself);
	t.is(launch.edits.length, 2);
	t.is((await call(join(top, 'bin/single'), ['1'])).stdout, 'payload PAYLOAD\n'.repeat(2));
});

test('it runs on a host without a loader, and without /proc', async t => {
	const host = await needHost(t, 'empty');
	if (!host || !need(t, 'gcc')) return;
	const {top} = await selfBundle(t, 'int main(void) { return 5; }\n');
	for (const noProc of [false, true]) {
		const answer = await runOnHost(host, {argv: ['bin/single'], bundle: top, noProc});
		t.is(answer.stderr, '');
		t.is(answer.status, 5);
	}
});

test('with raised rights nothing that lies beside it is run', async t => {
	if (!need(t, 'gcc')) return;
	if (process.getuid?.() !== 0) return missingHere(t, 'needs root');
	const {top} = await selfBundle(t, 'int main(void) { return 5; }\n');
	const program = join(top, 'root/usr/bin/single');
	const directory = await scratch(t);
	const elsewhere = join(directory, 'single');
	await chmod(directory, 0o755);
	await chown(program, 65534, 65534);
	await chmod(program, 0o4755);
	await link(program, elsewhere);
	await copyFile(join(top, 'root/usr/bin/.single.dynpk'), join(directory, '.single.dynpk'));
	// The launcher that lies there would refuse too, in words.
	t.deepEqual(await call(elsewhere), {
		status: 125,
		stdout: '',
		stderr: 'dynpk: this program starts from its place in its bundle only, without more rights\n',
	});
});

test('an aarch64 program reads itself', async t => {
	if (!need(t, foreign.compiler, 'qemu-aarch64-static')) return;
	const {top} = await selfBundle(t, readsItself, [], foreign);
	const answer = await call('/usr/bin/qemu-aarch64-static', [join(top, 'bin/single')]);
	t.is(answer.stdout, 'payload PAYLOAD\n');
	t.is(answer.status, 5);
});

test('a program without room for the stub is refused', async t => {
	if (!need(t, 'gcc')) return;
	const source =
		'__asm__(".text\\n.balign 4096\\n.skip 4088\\n.globl _start\\n_start: jmp _start\\n");\n';
	const options = ['-nostdlib', '-Wl,--dynamic-linker=/lib64/ld.so', '-pie'];
	await t.throwsAsync(selfBundle(t, source, options), {code: 'UNSUPPORTED_LOADER'});
});
