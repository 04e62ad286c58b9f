/**
 * Libraries that LD_LIBRARY_PATH leads to, and those that the user hands over: what the packed program
 * loads is what the program loads here.
 */
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {BundleManifest} from '../../lib/manifest/manifest.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {payloadPath, sysrootPath} from '../../lib/paths/paths.js';
import {buildObjects, type World} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {needHost} from '../helpers/run/host-need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const program = {
	libc: true,
	// The stub that it is linked against offers no symbols.
	flags: ['-Wl,-z,dynamic-undefined-weak'],
	source: `#include <stdio.h>
extern int number(void) __attribute__((weak));
int main(void) { printf("%d\\n", number()); return 0; }`,
	needs: ['mine/libown.so.1'],
} as const;
const returns = (value: number) => ({source: `int number(void) { return ${value}; }`});

/** Four programs that differ in where their loader looks first, and three libraries of one name. */
async function makeWorld(t: ExecutionContext): Promise<World | undefined> {
	return need(t, 'gcc')
		? buildObjects(t, {
				plain: program,
				'with-runpath': {...program, runpath: '$ORIGIN/other'},
				'with-rpath': {...program, rpath: '$ORIGIN/other'},
				'mine/libown.so.1': returns(1),
				'other/libown.so.1': returns(2),
				'third/libown.so.1': returns(3),
				'system/libselinux.so.1': {},
				'selinux-user': {needs: ['system/libselinux.so.1']},
			})
		: undefined;
}

const names = ['plain', 'with-runpath', 'with-rpath'];
const here = (session: Record<string, string> = {}) => ({PATH: '/usr/bin:/bin', ...session});

/** Pack in the world's directory; what is said on stderr, without that. */
async function pack(
	world: World,
	argv: readonly string[],
	session: Record<string, string> = {},
): Promise<{readonly status: number | undefined; readonly stderr: string}> {
	const cwd = world.directory;
	const {status, stderr} = await runDynpk(['pack', ...argv], {cwd, env: here(session)});
	return {status, stderr: stderr.replaceAll(cwd, '$W')};
}

/** What the program of a bundle says. */
async function runPacked(world: World, bundle: string, name: string): Promise<string> {
	return (await runDynpk(['run', bundle, name], {cwd: world.directory, env: here()})).stdout;
}

test('LD_LIBRARY_PATH leads packed programs where it leads them here, on every host', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const session = {LD_LIBRARY_PATH: `/nowhere:${world.path('mine')}`};
	const native = names.map(name =>
		execFileSync(world.path(name), {encoding: 'utf8', env: {...session}}),
	);
	t.deepEqual(native, ['1\n', '1\n', '2\n']);
	const argv = [...names.map(name => `./${name}`), '-o', 'bundle'];
	t.deepEqual(await pack(world, argv, session), {status: 0, stderr: ''});

	const bundle = world.path('bundle');
	const manifest = readManifest(join(bundle, 'dynpk.json'));
	t.deepEqual(manifest.libraryPath, ['/nowhere', world.path('mine')]);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		for (const [index, program] of names.entries()) {
			const answer = await runOnHost(host, {bundle, argv: [`bin/${program}`]});
			t.deepEqual([answer.stdout, answer.stderr], [native[index], ''], `${program} on ${name}`);
		}
	}
});

test('--library-path takes the place of the variable, and --no-library-path leaves nothing', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const session = {LD_LIBRARY_PATH: world.path('mine')};
	const named = ['--library-path', 'nowhere:third', '--library-path', 'mine'];
	t.is((await pack(world, ['./plain', ...named, '-o', 'named'], session)).status, 0);
	t.is(await runPacked(world, 'named', 'plain'), '3\n');

	const answer = await pack(world, ['./plain', '--no-library-path', '-o', 'none'], session);
	t.is(answer.status, 4);
	t.regex(answer.stderr, /^dynpk: cannot find libown\.so\.1, needed by \$W\/plain\n/u);
	t.regex(answer.stderr, /\nhint: .*--library-path/u);
	t.false(answer.stderr.includes('ld-library-path'));
});

test('what a variable leads to nothing leaves no trace: same input, same bytes', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const argv = ['./with-rpath', '--name', 'same', '-o'];
	t.is((await pack(world, [...argv, 'a.tar'])).status, 0);
	t.is((await pack(world, [...argv, 'b.tar'], {LD_LIBRARY_PATH: world.path('mine')})).status, 0);
	execFileSync('cmp', ['a.tar', 'b.tar'], {cwd: world.directory});
	t.pass();
});

test('a program of a package is looked into without it, by pack and by inspect', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const session = {LD_LIBRARY_PATH: world.path('system')};
	const cwd = world.directory;
	const env = here(session);
	const owned = await runDynpk(['inspect', '/usr/bin/ls'], {cwd, env});
	t.regex(owned.stdout, /libselinux\.so\.1 => \S+ \[ld-so-cache\]/u);
	const own = await runDynpk(['inspect', './selinux-user'], {cwd, env});
	t.regex(own.stdout, /libselinux\.so\.1 => \S+\/system\/\S+ \[ld-library-path\]/u);
	const argv = ['/usr/bin/ls', '--scope', 'closure', '-o', 'owned'];
	t.is((await pack(world, argv, session)).status, 0);
	t.is(readManifest(world.path('owned/dynpk.json')).libraryPath, undefined);
});

test('in another root the variable of this one says nothing, an option does', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const sysroot = ['--sysroot', '/', '--dry-run'];
	const session = {LD_LIBRARY_PATH: world.path('mine')};
	t.is((await pack(world, ['./plain', ...sysroot], session)).status, 0);
	const root = ['--sysroot', '//.', '--dry-run'];
	t.is((await pack(world, ['./plain', ...root], session)).status, 0);
	const copy = world.path('root');
	execFileSync(
		'sh',
		[
			'-c',
			`mkdir -p "$0/lib64" "$0/opt" && cp "$1" "$0/lib64" && cp -r plain mine "$0/opt" && cp "$2" "$0/opt/mine"`,
			...[copy, '/lib64/ld-linux-x86-64.so.2', '/lib/x86_64-linux-gnu/libc.so.6'],
		],
		{cwd: world.directory},
	);
	const there = ['/opt/plain', '--sysroot', copy, '--dry-run'];
	t.is((await pack(world, there, {LD_LIBRARY_PATH: '/opt/mine'})).status, 4);
	t.is((await pack(world, [...there, '--library-path', 'opt/mine'])).status, 0);
});

for (const [what, argv] of [
	['as a target', ['./mine/libown.so.1']],
	['by --with', ['--with', 'mine']],
	['by --scan', ['--scan', 'mine']],
] as const) {
	test(`a library handed over ${what} answers where nothing else does`, async t => {
		const world = await makeWorld(t);
		if (world === undefined) return;
		const answer = await pack(world, ['./plain', './with-runpath', ...argv, '-o', 'bundle']);
		t.is(answer.status, 0, answer.stderr);
		t.is(await runPacked(world, 'bundle', 'plain'), '1\n');
		t.is(await runPacked(world, 'bundle', 'with-runpath'), '2\n');
	});
}

test('a library of the user’s own, as a target, comes before the system’s for all it is packed with', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const library = ['./system/libselinux.so.1', '--dry-run', '--json'];
	const argv = ['pack', './selinux-user', '/usr/bin/ls', '--scope', 'closure', ...library];
	const {stdout} = await runDynpk(argv, {cwd: world.directory, env: here()});
	const {objects} = JSON.parse(stdout) as Pick<BundleManifest, 'objects'>;
	const answers = objects.flatMap(({needed}) =>
		needed.filter(({name}) => name === 'libselinux.so.1'),
	);
	const to = payloadPath(sysrootPath(world.path('system/libselinux.so.1')));
	t.is(answers.length, 2);
	t.deepEqual(
		new Set(answers.map(answer => `${answer.place} ${answer.to ?? ''}`)),
		new Set([`target ${to}`]),
	);
});

test('two of one name for one program are refused, and a target that loses to a run path is told of', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const both = ['./mine/libown.so.1', './third/libown.so.1'];
	const refused = await pack(world, ['./plain', ...both, '-o', 'bundle']);
	t.is(refused.status, 4);
	t.regex(refused.stderr, /target: \$W\/mine\/\S+ \(one of 2 of this name\)\n.*third/u);

	const argv = ['./with-runpath', './mine/libown.so.1', '-o'];
	const told = await pack(world, [...argv, 'told']);
	t.is(
		told.stderr,
		'dynpk: $W/mine/libown.so.1: $W/with-runpath loads $W/other/libown.so.1 in its place (runpath); --library-path $W/mine comes before a DT_RUNPATH\n',
	);
	t.is(await runPacked(world, 'told', 'with-runpath'), '2\n');
	const asked = await pack(world, [...argv, 'asked', '--library-path', 'mine']);
	t.deepEqual(asked, {status: 0, stderr: ''});
	t.is(await runPacked(world, 'asked', 'with-runpath'), '1\n');
});

test('a library that a traced run found by the variable is loaded from the bundle too', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const cwd = world.directory;
	const env = here({LD_LIBRARY_PATH: world.path('mine')});
	const traced = await runDynpk(['trace', '-q', '-o', 'trace', '--', './with-runpath'], {cwd, env});
	t.is(traced.stdout, '1\n');
	const argv = ['./with-runpath', './plain', '--trace', 'trace', '-o', 'bundle'];
	t.is((await pack(world, argv)).status, 0);
	t.is(await runPacked(world, 'bundle', 'with-runpath'), '1\n');
	t.is(await runPacked(world, 'bundle', 'plain'), '1\n');
});
