/** Installations of package managers of their own: a directory for each package, and a loader that is not the machine's. */
import {copyFileSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {buildObjects, type FileSpec} from '../helpers/elf/build-objects.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {buildInstalled} from '../helpers/worlds/installed-world.js';
import {compile} from '../helpers/worlds/mini-bundle.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** A function that prints the first line of a file, by a path from the program's own on. */
const printing = (name: string, file: string): string => `
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int ${name}(void)
{
	char path[4096] = "", line[100] = "nothing";
	if (readlink("/proc/self/exe", path, sizeof path - 100) < 0)
		return 2;
	strcpy(strrchr(path, '/'), "/${file}");
	FILE *data = fopen(path, "r");
	if (data != NULL)
		fgets(line, sizeof line, data);
	puts(line);
	return 0;
}
`;

test('a package of Spack brings those that it links with, a keg of Homebrew comes by its link', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		'spack/app-1/bin/app': {
			libc: true,
			source:
				'#include <dlfcn.h>\nint main(void) { return ((int (*)(void))dlsym((void *)0, "datum"))(); }',
			needs: ['spack/dep-2/lib/libdep.so.2'],
			rpath: '$ORIGIN/../../dep-2/lib',
			flags: ['-ldl'],
		},
		'spack/app-1/.spack/spec.json': {text: '{}'},
		'spack/dep-2/lib/libdep.so.2': {
			libc: true,
			source: printing('datum', '../../dep-2/share/data'),
		},
		'spack/dep-2/.spack/spec.json': {text: '{}'},
		'spack/dep-2/share/data': {text: 'of the library'},
		'spack/dep-2/include/dep.h': {text: ''},
		'brew/Cellar/tool/1/bin/tool': {libc: true, source: printing('main', '../share/data')},
		'brew/Cellar/tool/1/share/data': {text: 'of the keg'},
		'brew/Cellar/tool/1/INSTALL_RECEIPT.json': {text: '{}'},
		'brew/Cellar/other/1/share/data': {text: 'of another'},
		'brew/bin/tool': {symlink: '../Cellar/tool/1/bin/tool'},
	});
	const bundle = world.path('bundle');
	const packed = await runDynpk(
		['pack', './spack/app-1/bin/app', './brew/bin/tool', '-o', bundle],
		{
			cwd: world.directory,
		},
	);
	t.is(packed.status, 0, packed.stderr);
	t.is(
		packed.stderr,
		`dynpk: ${world.path('spack/dep-2')}: include in it stays behind, for building or reading; --with ${world.path('spack/dep-2')}/… takes it along\n`,
	);
	const sources = readManifest(join(bundle, 'dynpk.json')).files.map(({source}) => source);
	t.false(sources.some(source => source?.includes('/other/')));
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		for (const [program, stdout] of [
			['app', 'of the library\n'],
			['tool', 'of the keg\n'],
		] as const) {
			const answer = await runOnHost(host, {bundle, argv: [`bin/${program}`]});
			t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
		}
	}
});

test('a prefix with a C library and a loader of its own is packed with these', async t => {
	if (!need(t, 'gcc')) return;
	const newer = await needHost(t, 'trixie');
	if (newer === undefined) return;
	const prefix = join(makeScratch(t), 'cvmfs/x');
	mkdirSync(join(prefix, 'lib'), {recursive: true});
	for (const name of ['libc.so.6', 'ld-linux-x86-64.so.2']) {
		copyFileSync(join(newer.root, 'usr/lib/x86_64-linux-gnu', name), join(prefix, 'lib', name));
	}

	const program = await compile(
		t,
		'#include <stdio.h>\n#include <gnu/libc-version.h>\nint main(void) { puts(gnu_get_libc_version()); return 0; }\n',
		[`-Wl,--dynamic-linker=${prefix}/lib/ld-linux-x86-64.so.2`, `-Wl,-rpath,${prefix}/lib`],
	);
	putFile(prefix, '/share/data', '');
	mkdirSync(join(prefix, 'bin'));
	copyFileSync(program, join(prefix, 'bin/version'));
	// Of this machine’s shell the loader has the same name.
	const wrapper = `#!/bin/sh\necho wrapped\nexec ${prefix}/bin/version\n`;
	writeFileSync(join(prefix, 'bin/wrapper'), wrapper, {mode: 0o755});
	const bundle = join(prefix, '../bundle');
	const packed = await runDynpk(['pack', join(prefix, 'bin/version'), '-o', bundle]);
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		for (const [start, stdout] of [
			['bin/version', '2.41\n'],
			['bin/wrapper', 'wrapped\n2.41\n'],
		] as const) {
			const answer = await runOnHost(host, {bundle, argv: [start]});
			t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
		}
	}
});

test('conda:NAME is a package with what it needs, and nothing else of its environment', async t => {
	if (!need(t, 'gcc')) return;
	const record = (
		name: string,
		files: readonly string[],
		depends: readonly string[],
	): FileSpec => ({
		text: JSON.stringify({name, version: '1', files, depends}),
	});
	const world = await buildObjects(t, {
		'env/bin/tool': {
			libc: true,
			source: printing('main', '../share/dep/data'),
			needs: ['env/lib/libdep.so'],
			rpath: '$ORIGIN/../lib',
		},
		'env/bin/script': {text: '#!/bin/sh\n'},
		'env/lib/libdep.so': {},
		'env/lib/libdep.a': {text: ''},
		'env/share/dep/data': {text: 'of conda'},
		'env/bin/unasked': {libc: true, source: printing('main', 'x')},
		'env/conda-meta/tool-1-h0_0.json': record(
			'tool',
			['bin/tool', 'gone'],
			['forge::dep >=1', '__glibc >=2.17'],
		),
		'env/conda-meta/dep-1-0.json': record(
			'dep',
			['lib/libdep.so', 'lib/libdep.a', 'share/dep/data'],
			['tool', 'absent'],
		),
		'env/conda-meta/unasked-1-0.json': record('unasked', ['bin/unasked'], []),
		'env/conda-meta/climbing-1-0.json': record('climbing', ['bin/../../secret'], []),
		'env/conda-meta/other-1-0.json': record('unasked', [], []),
		'env/conda-meta/half-1-0.json': {text: '{"name": "half", "fil'},
	});
	const cwd = world.directory;
	const bundle = world.path('bundle');
	const env = {CONDA_PREFIX: world.path('env')};
	const packed = await runDynpk(['pack', 'conda:tool', '-o', bundle], {cwd, env});
	t.deepEqual(
		[packed.status, packed.stderr],
		[
			0,
			`dynpk: ${world.path('env')}: 1 of the files that conda lists are not there\n` +
				`dynpk: conda:dep: needs absent, of which ${world.path('env')}/conda-meta has no record: what it would bring stays behind\n`,
		],
	);
	const sources = readManifest(join(bundle, 'dynpk.json')).files.flatMap(
		({source}) => source ?? [],
	);
	t.deepEqual(
		[...new Set(sources)]
			.filter(source => source.startsWith(cwd))
			.map(path => path.slice(cwd.length)),
		[
			...['/env/bin/tool', '/env/conda-meta/dep-1-0.json', '/env/conda-meta/tool-1-h0_0.json'],
			...['/env/lib/libdep.so', '/env/share/dep/data'],
		],
	);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/tool']});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout: 'of conda\n', stderr: ''}, name);
	}

	for (const [name, code, says] of [
		[
			'climbing',
			'PACKAGE_INDEX_INVALID',
			'it lists bin/../../secret, which is not in its environment',
		],
		['other', 'PACKAGE_INDEX_INVALID', 'it does not say what other installed'],
		['half', 'PACKAGE_INDEX_INVALID', 'it does not say what half installed'],
	] as const) {
		await assertRefused(t, {
			...{cwd, code, pack: [`conda:${name}`], run: {env}},
			says: `$PWD/env/conda-meta/${name}-1-0.json is no record of conda: ${says}`,
		});
	}

	await assertRefused(t, {
		...{cwd, code: 'PACKAGE_UNKNOWN', pack: ['conda:absent'], run: {env}},
		says: 'package conda:absent is not installed in $PWD/env',
	});
	await assertRefused(t, {
		...{cwd, code: 'PACKAGE_UNKNOWN', pack: ['conda:tool'], run: {env: {PATH: '/usr/bin'}}},
		says: 'no conda environment is active here for tool',
	});
});

test('a package of Nix brings what its files name in the store, and a wrapper what it starts', async t => {
	if (!need(t, 'gcc')) return;
	const at = (letter: string, name: string): string => `/nix/store/${letter.repeat(32)}-${name}`;
	const [glibc, app, dep, data] = [
		at('g', 'glibc'),
		at('a', 'app'),
		at('d', 'dep'),
		at('x', 'data'),
	];
	const store = {
		libc: true,
		interpreter: `${glibc}/lib/ld-linux-x86-64.so.2`,
		runpath: `${glibc}/lib`,
	};
	const world = await buildInstalled(
		t,
		{},
		{
			// As makeBinaryWrapper has it.
			[`${app}/bin/app`]: {
				...store,
				source: `#include <stdlib.h>
#include <unistd.h>
int main(int argc, char **argv)
{
	setenv("DATA", "${dep}/share/link/data", argc);
	return execv("${app}/bin/.app-wrapped", argv);
}
`,
			},
			[`${app}/bin/.app-wrapped`]: {
				...store,
				source: `#include <stdio.h>
#include <stdlib.h>
int main(void)
{
	char line[100] = "nothing";
	FILE *data = fopen(getenv("DATA"), "r");
	if (data != NULL)
		fgets(line, sizeof line, data);
	puts(line);
	return 0;
}
`,
			},
			[`${app}/share/man/app.1`]: {text: ''},
			[`${dep}/share/link`]: {symlink: `${data}/share`},
			[`${data}/share/data`]: {text: 'of the store'},
			[`${at('z', 'profile')}/bin/app`]: {symlink: `${app}/bin/app`},
			[`${at('z', 'profile')}/bin/other`]: {symlink: `${at('o', 'other')}/bin/other`},
			[`${at('o', 'other')}/bin/other`]: {text: 'of another'},
			'/home/me/.nix-profile': {symlink: at('z', 'profile')},
		},
	);
	mkdirSync(join(world.root, glibc, 'lib'), {recursive: true});
	for (const [from, name] of [
		['usr/lib64/ld-linux-x86-64.so.2', 'ld-linux-x86-64.so.2'],
		['usr/lib/x86_64-linux-gnu/libc.so.6', 'libc.so.6'],
	] as const) {
		copyFileSync(join(world.root, from), join(world.root, glibc, 'lib', name));
	}

	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['/home/me/.nix-profile/bin/app', '-o', bundle]);
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	const {files} = readManifest(join(bundle, 'dynpk.json'));
	t.false(files.some(({source}) => source?.includes('other')));
	t.true(files.some(({source}) => source?.endsWith('app.1')));
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/app']});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout: 'of the store\n', stderr: ''}, name);
	}
});
