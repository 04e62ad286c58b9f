/**
 * What a library sees of itself, and which library answers to which name: as where the program came
 * from, on every host and by every engine.
 */
import {chmodSync, cpSync, lstatSync, mkdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {bundlePath} from '../../lib/paths/paths.js';
import {buildObjects, type FileSpec, type ObjectSpec} from '../helpers/elf/build-objects.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../hosts/lib/run-on-host.js';

const engines = ['direct', 'shim', 'userns'] as const;
const multiarch = 'usr/lib/x86_64-linux-gnu';
/** The stub a program is linked against offers no symbols. */
const flags = ['-Wl,-z,dynamic-undefined-weak'];

/** A library that says what it reads in a file beside itself. */
function readsBeside(name: string, file: string): ObjectSpec {
	return {
		soname: `lib${name}.so.1`,
		libc: true,
		source: `#define _GNU_SOURCE
			#include <dlfcn.h>
			#include <stdio.h>
			#include <string.h>
			const char *${name}(void) {
				static char line[64];
				char path[4096];
				Dl_info own;
				FILE *file;
				dladdr((void *)${name}, &own);
				strcpy(path, own.dli_fname);
				strcpy(strrchr(path, '/'), "${file}");
				file = fopen(path, "r");
				return file == NULL ? strcat(strcpy(line, "no "), "${file}") : fgets(line, sizeof(line), file);
			}`,
	};
}

const says = (name: string, text: string, spec: ObjectSpec = {}): ObjectSpec => ({
	...spec,
	source: `const char *${name}(void) { return "${text}"; }`,
});

/** Says what the functions say, of libraries that are linked to or opened by a bare name. */
function asks(linked: readonly string[], opened: readonly string[], spec: ObjectSpec): ObjectSpec {
	const open = opened.map(
		name =>
			`library = dlopen("lib${name}.so", RTLD_NOW); puts(library ? ((const char *(*)(void))dlsym(library, "${name}"))() : dlerror());`,
	);
	return {
		libc: true,
		flags,
		...spec,
		source: `#include <dlfcn.h>
			#include <stdio.h>
			${linked.map(name => `extern const char *${name}(void) __attribute__((weak));`).join('\n')}
			int main(void) {
				void *library = NULL;
				${linked.map(name => `puts(${name}());`).join('\n')}
				${open.join('\n')}
				return library == (void *)1;
			}`,
	};
}

/** A root with a C library and a shell, and below /opt/h what a site has made. */
async function makeRoot(
	t: ExecutionContext,
	files: Readonly<Record<string, FileSpec>>,
): Promise<string | undefined> {
	if (!need(t, 'gcc')) return undefined;
	const world = await buildObjects(t, {
		bin: {symlink: 'usr/bin'},
		lib: {symlink: 'usr/lib'},
		lib64: {symlink: 'usr/lib64'},
		'usr/lib64/keep': {text: ''},
		'usr/bin/keep': {text: ''},
		...files,
	});
	mkdirSync(world.path(multiarch), {recursive: true});
	for (const [from, to] of [
		['/lib/x86_64-linux-gnu/libc.so.6', join(multiarch, 'libc.so.6')],
		['/lib64/ld-linux-x86-64.so.2', 'usr/lib64/ld-linux-x86-64.so.2'],
		['/bin/dash', 'usr/bin/sh'],
	] as const) {
		cpSync(from, world.path(to), {dereference: true});
	}

	return world.directory;
}

/** Pack something of a made root. */
async function pack(
	t: ExecutionContext,
	root: string,
	...argv: readonly string[]
): Promise<string> {
	const bundle = join(root, 'bundle');
	const answer = await runDynpk(['pack', ...argv, '--sysroot', root, '-o', bundle]);
	// Its scripts are started by the host's shell.
	t.regex(
		answer.stderr,
		/^(?:dynpk: \S+: its interpreter \(\/bin\/sh\) is not here to be packed.*\n)?$/u,
	);
	t.is(answer.status, 0);
	return bundle;
}

/** What a bundle's program says everywhere, by every engine; and nothing is to be found by `verify`. */
async function assertSays(
	t: ExecutionContext,
	bundle: string,
	run: CapturedRun,
	stdout: string,
): Promise<void> {
	const verified = await runDynpk(['verify', bundle]);
	t.is(verified.status, 0, verified.stdout);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		for (const engine of engines) {
			const env = {...run.env, DYNPK_ENGINE: engine};
			const answer = await runOnHost(host, {...run, bundle, env});
			const expected = {status: 0, signal: undefined, stdout, stderr: ''};
			t.deepEqual(answer, expected, `${name}, ${engine}`);
		}
	}
}

test('a library finds its files from its own address, in a prefix and in a library directory', async t => {
	const root = await makeRoot(t, {
		'opt/h/bin/tool': asks(['self', 'shared'], [], {
			needs: ['opt/h/lib/libself.so.1.2', `${multiarch}/libshared.so.1.0`],
			runpath: '/opt/h/lib',
		}),
		'opt/h/lib/libself.so.1.2': readsBeside('self', '/../share/self/self.dat'),
		'opt/h/lib/libself.so.1': {symlink: 'libself.so.1.2'},
		'opt/h/share/self/self.dat': {text: 'of a prefix'},
		[`${multiarch}/libshared.so.1.0`]: readsBeside('shared', '/shared/1/shared.dat'),
		[`${multiarch}/libshared.so.1`]: {symlink: 'libshared.so.1.0'},
		[`${multiarch}/shared/1/shared.dat`]: {text: 'of a directory'},
	});
	if (root === undefined) return;
	const bundle = await pack(t, root, '/opt/h', '--with', `/${multiarch}/shared`);
	await assertSays(t, bundle, {argv: ['bin/tool']}, 'of a prefix\nof a directory\n');
});

test('each program has the library that it has here, whatever another one loads', async t => {
	const root = await makeRoot(t, {
		'opt/v/bin/app': asks(['pair'], [], {
			needs: ['opt/v/lib/libpair.so.1'],
			runpath: '$ORIGIN/../lib',
		}),
		'opt/v/bin/other': asks(['pair'], [], {needs: ['opt/v/lib/libpair.so.1']}),
		'opt/v/lib/libpair.so.1': says('pair', 'its own'),
		'opt/v/plugins/plug.so': {needs: ['opt/v/lib/libpair.so.1']},
		[`${multiarch}/libpair.so.1`]: says('pair', 'of the system'),
	});
	if (root === undefined) return;
	const bundle = await pack(t, root, '/opt/v');
	await assertSays(t, bundle, {argv: ['bin/app']}, 'its own\n');
	await assertSays(t, bundle, {argv: ['bin/other']}, 'of the system\n');
});

test('a bare name is found where a run path or a start script leads', async t => {
	const root = await makeRoot(t, {
		'opt/app/bin/main': asks([], ['plug', 'alone'], {runpath: '/opt/app/none:/opt/app/priv'}),
		'opt/app/priv/libplug.so.6': says('plug', 'by a link', {soname: 'libplug.so.6'}),
		'opt/app/priv/libplug.so': {symlink: 'libplug.so.6'},
		'opt/app/priv/libalone.so': says('alone', 'without a soname', {soname: false}),
		'opt/app/libexec/late': asks([], ['late'], {}),
		'opt/app/late/liblate.so': says('late', 'by a variable'),
		'opt/app/bin/literal': {
			text: '#!/bin/sh\nLD_LIBRARY_PATH=/opt/app/late exec "${0%/*}/../libexec/late"\n',
		},
		'opt/app/bin/computed': {
			text: '#!/bin/sh\nhere=${0%/*}/..\nLD_LIBRARY_PATH=$here/late:/opt/evil exec "$here/libexec/late"\n',
		},
	});
	if (root === undefined) return;
	for (const name of ['literal', 'computed']) {
		chmodSync(join(root, 'opt/app/bin', name), 0o755);
	}

	const bundle = await pack(t, root, '/opt/app');
	await assertSays(t, bundle, {argv: ['bin/main']}, 'by a link\nwithout a soname\n');
	for (const script of ['literal', 'computed']) {
		await assertSays(t, bundle, {argv: [`bin/${script}`]}, 'by a variable\n');
	}
});

test('libraries are the only copy of themselves, at the path they came from', async t => {
	const bundle = await packOnce(t, ['/usr/bin/id', '--scope', 'closure']);
	if (bundle === undefined) return;
	const {objects, launches} = readManifest(join(bundle, 'dynpk.json'));
	const libc = objects.find(({soname}) => soname === 'libc.so.6');
	t.is(libc?.path, bundlePath(`root/${multiarch}/libc.so.6`));
	t.true(lstatSync(join(bundle, libc?.path ?? '')).isFile());
	const [launch] = launches;
	t.deepEqual(launch?.kind === 'loader' ? launch.libraryPath : [], [
		bundlePath(`root/${multiarch}`),
		bundlePath('lib'),
	]);
});

test('what packages list in a library directory is seen at its path, in a namespace too', async t => {
	const bundle = await packOnce(t, ['/usr/bin/bash']);
	if (bundle === undefined) return;
	const real = readlinkSync(`/${multiarch}/libtinfo.so.6`);
	const lines = [
		`d=/${multiarch}`,
		'[ -h $d/libtinfo.so.6 ] && [ -f $d/libtinfo.so.6 ] && read -rn 4 head < $d/libtinfo.so.6',
		'echo ${head:1} $d/libtinfo.so.?.*',
		'cd $d && [ -s libc.so.6 ] && [ -e /lib64/ld-linux-x86-64.so.2 ] && echo $PWD',
	];
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		for (const engine of ['shim', 'userns'] as const) {
			const argv = ['bin/bash', '-c', lines.join('\n')];
			const answer = await runOnHost(host, {bundle, argv, env: {DYNPK_ENGINE: engine}});
			const evidence = `${name}, ${engine}: ${answer.stderr}`;
			t.true(answer.stdout.startsWith('ELF '), evidence);
			t.true(answer.stdout.includes(`/${multiarch}/${real}`), evidence);
			t.true(answer.stdout.endsWith(`\n/${multiarch}\n`), evidence);
		}
	}
});
