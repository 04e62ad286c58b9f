/**
 * Objects that find what they need by who loads them and by the name they are opened by: in a tree
 * that travels as in the tree that it was.
 */
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {buildObjects, type FileSpec, type World} from '../helpers/elf/build-objects.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** Opens each of its arguments in a process of its own and prints what number() of it says. */
const opener: FileSpec = {
	libc: true,
	flags: ['-ldl'],
	source: `#include <dlfcn.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char **words) {
	for (int at = 1; at < count; at++) {
		if (fork() == 0) {
			void *object = dlopen(words[at], RTLD_NOW);
			int (*number)(void) = object ? (int (*)(void)) dlsym(object, "number") : 0;
			printf("%d\\n", number ? number() : -1);
			fflush(stdout);
			_exit(0);
		}
		wait(0);
	}
	return 0;
}`,
};
const calls = (callee: string) => ({
	source: `extern int ${callee}(void) __attribute__((weak)); int number(void) { return ${callee} ? ${callee}() : -2; }`,
});
const passes = (name: string, callee: string) => ({
	source: `extern int ${callee}(void) __attribute__((weak)); int ${name}(void) { return ${callee} ? ${callee}() : -3; }`,
});
const is = (name: string, value: number) => ({
	source: `int ${name}(void) { return ${value}; }`,
});

/** Two packages of one tree, each with private libraries that only the DT_RPATH of its own extension reaches. */
function extensionWorld(): Record<string, FileSpec> {
	const one = (name: string, value: number): Record<string, FileSpec> => ({
		[`app/site/${name}/extension.so`]: {
			...calls('middle'),
			needs: [`app/site/${name}.libs/libmiddle.so`],
			rpath: `$ORIGIN/../${name}.libs`,
		},
		[`app/site/${name}.libs/libmiddle.so`]: {
			...passes('middle', 'last'),
			needs: [`app/site/${name}.libs/liblast.so`],
		},
		[`app/site/${name}.libs/liblast.so`]: is('last', value),
	});
	return {...one('north', 11), ...one('south', 22)};
}

/** A plug-in that is a link to another directory, with a library of the same name in both. */
const linkWorld: Record<string, FileSpec> = {
	'app/pub/plug.so': {symlink: '../real/plug.so'},
	'app/pub/libdep.so': is('dep', 33),
	'app/real/plug.so': {...calls('dep'), needs: ['app/pub/libdep.so'], runpath: '$ORIGIN'},
};

async function makeWorld(
	t: ExecutionContext,
	more: Readonly<Record<string, FileSpec>> = {},
): Promise<World | undefined> {
	return need(t, 'gcc')
		? buildObjects(t, {'app/bin/open': opener, ...extensionWorld(), ...linkWorld, ...more})
		: undefined;
}

const env = {PATH: '/usr/bin:/bin'};

test('DT_RPATH of who loads a library and $ORIGIN of a link hold in a packed tree, on every host', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const opened = ['site/north/extension.so', 'site/south/extension.so', 'pub/plug.so'].map(name =>
		world.path(`app/${name}`),
	);
	const native = execFileSync(world.path('app/bin/open'), opened, {encoding: 'utf8'});
	t.is(native, '11\n22\n33\n');
	const cwd = world.directory;
	const packed = await runDynpk(['pack', './app', '-o', 'bundle'], {cwd, env});
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	const bundle = world.path('bundle');
	const {objects} = readManifest(join(bundle, 'dynpk.json'));
	t.deepEqual(
		objects.flatMap(({needed}) => needed.filter(({to}) => to === undefined)),
		[],
	);

	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		const answer = await runOnHost(host, {bundle, argv: ['bin/open', ...opened]});
		t.deepEqual([answer.stdout, answer.stderr], [native, ''], name);
	}
});

test('each name of an object has the libraries beside it', async t => {
	const world = await makeWorld(t, {'app/real/libdep.so': is('dep', 44)});
	if (world === undefined) return;
	const cwd = world.directory;
	const opened = [world.path('app/pub/plug.so'), world.path('app/real/plug.so')];
	const native = execFileSync(world.path('app/bin/open'), opened, {encoding: 'utf8'});
	t.is(native, '33\n44\n');
	t.is((await runDynpk(['pack', './app', '-o', 'bundle'], {cwd, env})).status, 0);
	t.is((await runDynpk(['run', 'bundle', 'open', ...opened], {cwd, env})).stdout, native);
});

for (const option of ['--with', '--scan']) {
	test(`${option} takes a link to an object along, and what lies beside the link`, async t => {
		const world = await makeWorld(t);
		if (world === undefined) return;
		const cwd = world.directory;
		const argv = ['pack', './app/bin/open', option, 'app/pub', '-o', 'bundle'];
		const packed = await runDynpk(argv, {cwd, env});
		t.deepEqual([packed.status, packed.stderr], [0, '']);
		const plug = world.path('app/pub/plug.so');
		t.is((await runDynpk(['run', 'bundle', 'open', plug], {cwd, env})).stdout, '33\n');
	});
}

test('inspect shows an object as it is opened by the name it was given', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const cwd = world.directory;
	const linked = await runDynpk(['inspect', 'app/pub/plug.so'], {cwd, env});
	t.true(linked.stdout.includes(`libdep.so => ${world.path('app/pub/libdep.so')} [runpath]`));
	const real = await runDynpk(['inspect', 'app/real/plug.so'], {cwd, env});
	t.true(real.stdout.includes('libdep.so [missing]'));
});

test('what nobody who travels would find is missing, and said; what lies elsewhere may have been loaded', async t => {
	const world = await makeWorld(t, {
		'app/site/alone.so': {needs: ['gone.so', 'app/site/north.libs/liblast.so']},
	});
	if (world === undefined) return;
	const cwd = world.directory;
	const argv = ['pack', './app', '-o', 'bundle'];
	const packed = await runDynpk(argv, {cwd, env});
	t.is(packed.status, 0);
	t.is(
		packed.stderr,
		`dynpk: ${world.path('app/site/alone.so')}: needs gone.so, which is not here\n`,
	);
	const {findings} = readManifest(world.path('bundle/dynpk.json'));
	t.deepEqual(
		findings.map(({code, message}) => `${code}: ${message}`),
		[
			'NEEDED_BY_SPARE_MISSING: needs gone.so, which is not here',
			`NEEDED_BEFOREHAND: needs liblast.so loaded beforehand: ${world.path('app/site/south.libs/liblast.so')}`,
		],
	);
});
