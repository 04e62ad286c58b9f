/** What travels with a program that no package owns, of the packages whose libraries it loads. */
import {join} from 'node:path';
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {
	buildInstalled,
	libraries,
	type InstalledPackageSpec,
} from '../helpers/worlds/installed-world.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** An engine that works through plug-ins and data, as Open MPI's library and Python's do. */
const engine = `
#include <dlfcn.h>
#include <stdio.h>
int engine(void)
{
	char line[100];
	FILE *data = fopen("/usr/share/engine-data/words", "r");
	if (data == NULL || fgets(line, 100, data) == NULL)
		return -1;
	void *plug = dlopen("${libraries}/engine/plug.so", RTLD_NOW);
	int (*answer)(void) = plug ? (int (*)(void))dlsym(plug, "answer") : NULL;
	printf("%s%d\\n", line, answer ? answer() : -2);
	return 0;
}
`;
const unresolved = ['-Wl,--unresolved-symbols=ignore-all'];
const packages = {
	libengine1: {
		files: {
			[`${libraries}/libengine.so.1`]: {libc: true, source: engine},
			[`${libraries}/libengine-unused.so.1`]: {},
			[`${libraries}/engine/plug.so`]: {
				source: 'int number(void); int answer(void) { return number(); }',
				needs: [`${libraries}/libnumber.so.1`],
				flags: unresolved,
			},
			'/etc/engine/settings': {text: ''},
			'/usr/bin/engine-tool': {libc: true, source: 'int main(void) { return 0; }'},
			'/usr/share/gdb/auto-load/engine.py': {text: ''},
			'/usr/share/doc/engine/readme': {text: ''},
		},
		fields: ['Depends: engine-data, libnumber1, libc6', 'Recommends: engine-extra'],
	},
	'engine-data': {
		files: {
			'/usr/share/engine-data/words': {text: 'words\n'},
			'/usr/bin/engine-data-tool': {libc: true, source: 'int main(void) { return 0; }'},
		},
	},
	'engine-extra': {files: {'/usr/share/engine-extra/data': {text: ''}}},
	libnumber1: {
		files: {[`${libraries}/libnumber.so.1`]: {source: 'int number(void) { return 42; }'}},
	},
} satisfies Record<string, InstalledPackageSpec>;
const main = (more: string): string =>
	`int engine(void) __attribute__((weak)); int iconv_open(void); int main(int c, char **v) { ${more} return engine(); }`;
/** The stub a program is linked against offers no symbols. */
const weak = ['-Wl,-z,dynamic-undefined-weak'];
const unlisted = {
	'/opt/own/bin/own': {
		libc: true,
		source: main(''),
		needs: [`${libraries}/libengine.so.1`],
		flags: weak,
	},
	'/opt/own/bin/converts': {
		libc: true,
		source: main('if (c > 1) iconv_open();'),
		needs: [`${libraries}/libengine.so.1`],
		flags: weak,
	},
	'/opt/own/bin/alone': {libc: true, source: 'int main(void) { return 0; }'},
} as const;

test('a program that no package owns has what its libraries hold for themselves, and what they need', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, unlisted);
	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['/opt/own/bin/own', '-o', bundle]);
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		for (const engineName of ['shim', 'userns']) {
			const env = {DYNPK_ENGINE: engineName};
			const answer = await runOnHost(host, {bundle, argv: ['bin/own'], env});
			const wanted = {status: 0, signal: undefined, stdout: 'words\n42\n', stderr: ''};
			t.deepEqual(answer, wanted, `${name}, ${engineName}`);
		}
	}

	const sources = await world.plan(['/opt/own/bin/own']);
	t.is(
		sources.get(`${libraries}/engine/plug.so`),
		'package deb:libengine1, a library of which is loaded',
	);
	t.is(
		sources.get('/usr/share/engine-data/words'),
		'package deb:engine-data, needed by deb:libengine1',
	);
	t.true(sources.has('/etc/engine/settings'));
	t.true(sources.has('/usr/bin/engine-data-tool'));
	for (const path of [
		'/usr/bin/engine-tool',
		`${libraries}/libengine-unused.so.1`,
		'/usr/share/gdb/auto-load/engine.py',
		'/usr/share/doc/engine/readme',
		'/usr/share/engine-extra/data',
		`${libraries}/gconv/gconv-modules`,
	]) {
		t.false(sources.has(path), path);
	}
});

test('the C library’s bulk comes where something asks for it, and nothing at all with --scope closure', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, unlisted);
	const characterSets = `${libraries}/gconv/gconv-modules`;
	t.true((await world.plan(['/opt/own/bin/converts'])).has(characterSets));
	t.false((await world.plan(['/opt/own/bin/alone'])).has(characterSets));
	const tree = await world.plan(['/opt/own']);
	t.true(tree.has(characterSets));
	t.true(tree.has(`${libraries}/engine/plug.so`));
	const bare = await world.plan(['/opt/own', '--scope', 'closure']);
	t.deepEqual(
		[...bare.keys()].filter(path => path.includes('engine') && !path.includes('libengine.so')),
		[],
	);
});

test('a library that only the user’s LD_LIBRARY_PATH has brings what its own libraries hold', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, {
		'/srv/mine/libmine.so.1': {needs: [`${libraries}/libengine.so.1`]},
		'/opt/own/bin/own': {
			libc: true,
			source: main(''),
			needs: ['/srv/mine/libmine.so.1'],
			flags: weak,
		},
	});
	const plan = await world.plan(['/opt/own/bin/own', '--library-path', '/srv/mine']);
	t.true(plan.has('/srv/mine/libmine.so.1'));
	t.true(plan.has('/usr/share/engine-data/words'));
});

test('a package that needs the one whose library is loaded, and is needed by that, is told once', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(
		t,
		{
			libring: {files: {[`${libraries}/libring.so`]: {}}, fields: ['Depends: ring']},
			ring: {
				files: {'/usr/bin/ring': {libc: true, source: 'int main(void) { return 0; }'}},
				fields: ['Depends: libring'],
			},
		},
		{
			'/opt/own': {
				libc: true,
				source: 'int main(void) { return 0; }',
				needs: [`${libraries}/libring.so`],
			},
			'/opt/script': {text: '#!/usr/bin/ring\n'},
		},
	);
	const plan = await world.plan(['/opt/own', '/opt/script']);
	t.is(plan.get('/usr/bin/ring'), 'package deb:ring, needed by deb:libring');
});
