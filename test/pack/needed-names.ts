/** Names in DT_NEEDED that are no names of libraries: an absolute path, and nothing at all. */
import {execFileSync} from 'node:child_process';
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import type {HostPath} from '../../lib/paths/paths.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {answersIn, compareWithLoader} from '../helpers/elf/compare-with-loader.js';
import {compareWithMusl, muslLoader} from '../helpers/elf/real-musl-loader.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const program = {
	libc: true,
	flags: ['-Wl,-z,dynamic-undefined-weak'],
	source: `#include <stdio.h>
extern int number(void) __attribute__((weak));
int main(void) { printf("%d\\n", number ? number() : -1); return 0; }`,
} as const;
const env = {PATH: '/usr/bin:/bin'};

test('a library that is asked for by its path is told of, and found in a namespace', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		'root/opt/x/prog': {...program, needs: ['/opt/x/libplain.so']},
		'root/opt/x/libplain.so': {soname: false, source: 'int number(void) { return 5; }'},
		'root/lib/x86_64-linux-gnu': {directory: true},
		'root/lib64': {directory: true},
	});
	const cwd = world.directory;
	execFileSync('cp', ['/lib64/ld-linux-x86-64.so.2', 'root/lib64'], {cwd});
	const libc = '/lib/x86_64-linux-gnu/libc.so.6';
	execFileSync('cp', [libc, 'root/lib/x86_64-linux-gnu'], {cwd});
	const argv = ['pack', '/opt/x/prog', '--sysroot', 'root', '-o', 'bundle'];
	const packed = await runDynpk(argv, {cwd, env});
	t.is(
		packed.stderr,
		"dynpk: /opt/x/prog: asks for /opt/x/libplain.so by its path, which the loader opens itself: the bundle's is found in a user namespace or under PRoot only\n",
	);
	t.is(packed.status, 0);
	const bundle = world.path('bundle');
	const {objects, engine} = readManifest(join(bundle, 'dynpk.json'));
	const answers = objects.flatMap(({needed}) =>
		needed.filter(({name}) => name === '/opt/x/libplain.so'),
	);
	t.deepEqual(
		answers.map(({place, to}) => [place, to as string]),
		[['name', 'root/opt/x/libplain.so']],
	);
	t.is(engine.choice, 'userns');
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		const answer = await runOnHost(host, {bundle, argv: ['bin/prog']});
		t.deepEqual([answer.stdout, answer.stderr], ['5\n', ''], name);
	}
});

const DT_NEEDED = 1;

/** Make the first name that a made object needs an empty one: its string is the first of the table. */
function emptyFirstNeed(path: HostPath): void {
	const {programHeaders} = readElf(path);
	const dynamic = programHeaders.find(({type}) => type === 2);
	const bytes = readFileSync(path);
	const start = dynamic?.offset ?? 0;
	for (let at = start; at < start + (dynamic?.fileSize ?? 0); at += 16) {
		if (bytes.readBigUInt64LE(at) === BigInt(DT_NEEDED)) {
			bytes.writeBigUInt64LE(0n, at + 8);
			writeFileSync(path, bytes);
			return;
		}
	}
}

test('an empty name is the program itself for glibc, and nothing for musl', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		glibc: {needs: ['libgone.so', 'libown.so'], runpath: '$ORIGIN'},
		musl: {needs: ['libgone.so', 'libown.so'], runpath: '$ORIGIN', interpreter: muslLoader},
		'libown.so': {},
	});
	emptyFirstNeed(world.path('glibc'));
	emptyFirstNeed(world.path('musl'));

	const closure = await compareWithLoader(t, world.path('glibc'));
	t.deepEqual(
		answersIn(closure).map(({needed, to}) => [needed, to.path as string]),
		[
			['', world.path('glibc')],
			['libown.so', world.path('libown.so')],
		],
	);
	const missing = await compareWithMusl(t, world.path('musl'));
	t.deepEqual(
		missing.unresolved.map(({needed}) => needed),
		[''],
	);
});

test('a program that needs an empty name is packed and runs', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {prog: {...program, needs: ['libgone.so']}});
	emptyFirstNeed(world.path('prog'));
	const cwd = world.directory;
	const native = execFileSync(world.path('prog'), {encoding: 'utf8'});
	const packed = await runDynpk(['pack', './prog', '-o', 'bundle'], {cwd, env});
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	t.is((await runDynpk(['run', 'bundle'], {cwd, env})).stdout, native);
});
