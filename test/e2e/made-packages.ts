/** What a pack does with --with, --scope, --exclude and hwcaps variants, on worlds made here. */
import {cpSync, existsSync, lstatSync, mkdirSync, readlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {buildObjects, type World} from '../helpers/elf/build-objects.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const program = {libc: true, source: 'int main(void) { return 0; }'} as const;

async function pack(t: ExecutionContext, world: World, argv: readonly string[]): Promise<string> {
	const bundle = join(world.directory, 'bundle');
	const answer = await runDynpk(['pack', ...argv, '-o', bundle], {
		cwd: world.directory,
		env: {PATH: '/usr/bin:/bin'},
	});
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	return bundle;
}

test('--with carries files, trees, links and empty directories to the places they came from', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		prog: program,
		'data/deep/file': {text: 'text'},
		'data/empty': {directory: true},
		'data/absolute': {symlink: '/dev/null'},
		'data/up': {symlink: '../single'},
		'data/dangling': {symlink: 'nowhere'},
		single: {text: 'single'},
	});
	const bundle = await pack(t, world, ['./prog', '--with', 'data']);
	const place = join(bundle, 'root', world.directory);

	t.true(lstatSync(join(place, 'data/deep/file')).isFile());
	t.true(lstatSync(join(place, 'data/empty')).isDirectory());
	t.is(readlinkSync(join(place, 'data/up')), '../single');
	t.true(lstatSync(join(place, 'single')).isFile());
	t.is(readlinkSync(join(place, 'data/dangling')), 'nowhere');
	t.false(existsSync(join(place, 'data/absolute')));
	const findings = readManifest(join(bundle, 'dynpk.json')).findings;
	const codes = findings.map(({code, path}) => `${code} ${path.replace(world.directory, '$W')}`);
	t.true(codes.includes('DANGLING_LINK $W/data/dangling'), codes.join('\n'));
	t.true(codes.includes('LINK_TO_HOST_LEFT_OUT $W/data/absolute'), codes.join('\n'));
});

test('--scope closure leaves the package of a program behind', async t => {
	const world = await buildObjects(t, {});
	const bundle = await pack(t, world, ['/usr/bin/perl', '--scope', 'closure']);
	const sources = readManifest(join(bundle, 'dynpk.json')).files.flatMap(
		({source}) => source ?? [],
	);

	t.true(sources.some(path => path === '/usr/bin/perl'));
	t.false(sources.some(path => path.startsWith('/usr/share/')));
	const host = await needHost(t, 'empty');
	const answer = host && (await runOnHost(host, {bundle, argv: ['bin/perl', '-e', 'print 6*7']}));
	if (answer) t.is(answer.stdout, '42');
});

test('a library’s variants for better processors travel side by side with its plain form', async t => {
	if (!need(t, 'gcc')) return;
	const number = (value: number) => ({
		source: `int number(void) { return ${value}; }`,
		soname: 'libnumber.so.1',
	});
	const world = await buildObjects(t, {
		'root/usr/bin/prog': {
			libc: true,
			flags: ['-Wl,-z,dynamic-undefined-weak'],
			source:
				'#include <stdio.h>\nextern int number(void) __attribute__((weak));\nint main(void) { return printf("%d\\n", number()) < 0; }',
			needs: ['root/usr/lib/x86_64-linux-gnu/libnumber.so.1'],
		},
		'root/usr/lib/x86_64-linux-gnu/libnumber.so.1': number(1),
		'root/usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v2/libnumber.so.1': number(2),
		'root/usr/lib/x86_64-linux-gnu/glibc-hwcaps/x86-64-v3/libnumber.so.1': number(3),
		'root/lib': {symlink: 'usr/lib'},
		'root/lib64/keep': {text: ''},
	});
	const multiarch = world.path('root/usr/lib/x86_64-linux-gnu');
	mkdirSync(multiarch, {recursive: true});
	cpSync('/lib/x86_64-linux-gnu/libc.so.6', join(multiarch, 'libc.so.6'), {dereference: true});
	cpSync('/lib64/ld-linux-x86-64.so.2', world.path('root/lib64/ld-linux-x86-64.so.2'), {
		dereference: true,
	});
	const bundle = await pack(t, world, ['/usr/bin/prog', '--sysroot', 'root']);

	for (const path of [
		'libnumber.so.1',
		'glibc-hwcaps/x86-64-v2/libnumber.so.1',
		'glibc-hwcaps/x86-64-v3/libnumber.so.1',
	]) {
		t.true(lstatSync(join(bundle, 'root/usr/lib/x86_64-linux-gnu', path)).isFile(), path);
	}

	const host = await needHost(t, 'empty');
	if (host === undefined) return;
	const {loaders, launches} = readManifest(join(bundle, 'dynpk.json'));
	const free = await runOnHost(host, {bundle, argv: ['bin/prog']});
	t.regex(free.stdout, /^[123]\n$/);
	for (const [mask, stdout] of [
		['x86-64-v2', '2\n'],
		['none', '1\n'],
	] as const) {
		const options = [
			'--glibc-hwcaps-mask',
			mask,
			'--library-path',
			'root/usr/lib/x86_64-linux-gnu',
		];
		const argv = [loaders[0]!.path, ...options, launches[0]!.program];
		const answer = await runOnHost(host, {bundle, argv});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, mask);
	}
});

test('an environment of links brings the packages of the program they lead to', async t => {
	const world = await buildObjects(t, {
		'env/bin/perl5': {symlink: '/usr/bin/perl'},
		'env/bin/perl': {symlink: 'perl5'},
		'env/settings': {text: ''},
	});
	const bundle = await pack(t, world, ['./env']);
	const manifest = readManifest(join(bundle, 'dynpk.json'));

	t.deepEqual(
		manifest.programs.map(({name}) => name),
		['perl', 'perl5'],
	);
	t.true(manifest.packages.some(({id}) => id === 'deb:perl'));
	const host = await needHost(t, 'empty');
	const code = 'use POSIX; use Storable; print POSIX::floor(4.2)';
	const answer = host && (await runOnHost(host, {bundle, argv: ['bin/perl', '-e', code]}));
	if (answer) t.deepEqual(answer, {status: 0, signal: undefined, stdout: '4', stderr: ''});
});
