/**
 * Packing from a foreign root: another release of Debian, another machine. Nothing of this machine
 * gets in, and nothing of the root is executed.
 */
import {execFileSync, spawnSync} from 'node:child_process';
import {createHash} from 'node:crypto';
import {cpSync, existsSync, mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts, type HostName} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** The bundle of a program of a foreign root. */
async function packFrom(
	t: ExecutionContext,
	name: HostName,
	program: string,
): Promise<string | undefined> {
	const root = await needHost(t, name);
	return root && packOnce(t, [program, '--sysroot', root.root]);
}

for (const release of ['bullseye', 'trixie'] as const) {
	test.serial(`bash of ${release} runs on the empty host with that release's libc`, async t => {
		const bundle = await packFrom(t, release, 'bash');
		const empty = bundle && (await needHost(t, 'empty'));
		if (!empty) return;

		const manifest = readManifest(join(bundle, 'dynpk.json'));
		const version = {bullseye: '2.31', trixie: '2.41'}[release];
		t.is(manifest.loaders[0]?.version, version);
		const answer = await runOnHost(empty, {
			bundle: bundle,
			argv: ['bin/bash', '-c', 'echo "$BASH_VERSION $0 $1"; exit 3', 'zero', 'a b'],
		});
		t.deepEqual([answer.status, answer.stderr], [3, '']);
		t.regex(answer.stdout, /^5\.\d\.\d+\(1\)-release zero a b\n$/);
	});
}

test.serial(
	'python3 of trixie runs on the empty host and on bullseye, with its modules',
	async t => {
		const bundle = await packFrom(t, 'trixie', 'python3');
		if (bundle === undefined) return;
		for (const name of targetHosts) {
			const host = await needHost(t, name);
			if (host === undefined) return;
			const code = [
				'import ctypes, decimal, sqlite3, ssl, subprocess, sys',
				'print(sys.version_info[:2], flush=True)',
				'subprocess.run([sys.executable, "-c", "import zlib, json; print(sorted([2, 1]))"], check=True)',
			].join('\n');
			const answer = await runOnHost(host, {bundle, argv: ['bin/python3', '-c', code]});
			t.deepEqual(
				answer,
				{status: 0, signal: undefined, stdout: '(3, 13)\n[1, 2]\n', stderr: ''},
				name,
			);
		}
	},
);

test.serial('every file of a foreign root’s bundle comes from that root', async t => {
	const root = await needHost(t, 'trixie');
	const bundle = root && (await packOnce(t, ['python3', '--sysroot', root.root]));
	if (bundle === undefined) return;

	const manifest = readManifest(join(bundle, 'dynpk.json'));
	const packages = new Set(manifest.packages.map(({id}) => id));
	const originals = new Map(
		manifest.loaders.map(({path, originalSha256}) => [path, originalSha256]),
	);
	for (const {path, kind, source, sha256, package: owner} of manifest.files) {
		if (kind === 'file' && source !== undefined) {
			// Links of the root are absolute at times; realpath(1) of this machine would leave it.
			const place = join(root!.root, source);
			t.true(existsSync(place), source);
			const digest = createHash('sha256').update(readFileSync(place)).digest('hex');
			t.is(originals.get(path) ?? sha256, digest, source);
			t.true(owner === undefined || packages.has(owner), source);
		}
	}

	t.true(
		manifest.packages.some(({id, version}) => id === 'deb:libc6' && version.startsWith('2.41')),
	);
});

test('a path is looked up inside the sysroot, and a link out of it stays in it', async t => {
	const root = await needHost(t, 'trixie');
	if (root === undefined) return;

	const options = ['--sysroot', root.root, '--dry-run', '--json'];
	const answer = await runDynpk(['pack', '/bin/sh', ...options]);
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	const plan = JSON.parse(answer.stdout) as {
		readonly programs: readonly {readonly name: string; readonly source: string}[];
		readonly operations: readonly {
			readonly source?: string;
			readonly content?: {readonly from?: string};
		}[];
	};
	t.like(plan.programs[0], {name: 'sh', source: '/bin/sh'});
	const places = plan.operations.flatMap(({content, source}) =>
		source === undefined ? [] : (content?.from ?? []),
	);
	t.true(places.length > 0);
	t.deepEqual(
		places.filter(place => !place.startsWith(`${root.root}/`)),
		[],
	);
});

const crossRoot = '/usr/aarch64-linux-gnu/lib';

test('a program of another machine packs with its own loader, and every edge is inside', async t => {
	if (!need(t, 'aarch64-linux-gnu-gcc', 'qemu-aarch64-static')) return;
	const root = makeScratch(t);
	mkdirSync(join(root, 'lib'));
	mkdirSync(join(root, 'opt/lib'), {recursive: true});
	for (const name of ['ld-linux-aarch64.so.1', 'libc.so.6']) {
		cpSync(join(crossRoot, name), join(root, 'lib', name), {dereference: true});
	}

	const gcc = (...words: readonly string[]) =>
		execFileSync('aarch64-linux-gnu-gcc', words, {cwd: root});
	writeFileSync(join(root, 'number.c'), 'int number(void) { return 64; }');
	writeFileSync(
		join(root, 'main.c'),
		'#include <stdio.h>\nint number(void);\nint main(int c, char **v) { printf("arm %d %s\\n", number(), v[1]); return c; }',
	);
	gcc('-shared', '-Wl,-soname,libnumber.so.1', '-o', 'opt/lib/libnumber.so.1', 'number.c');
	gcc('-o', 'opt/prog', 'main.c', 'opt/lib/libnumber.so.1', '-Wl,-rpath,$ORIGIN/lib');
	const bundle = join(root, 'bundle');
	const packed = await runDynpk(['pack', '/opt/prog', '--sysroot', root, '-o', bundle]);
	t.deepEqual([packed.status, packed.stderr], [0, '']);

	const manifest = readManifest(join(bundle, 'dynpk.json'));
	t.like(manifest.loaders[0], {machine: 'aarch64', interpreter: '/lib/ld-linux-aarch64.so.1'});
	const paths = new Set<string>(manifest.files.map(({path}) => path));
	for (const {path, needed} of manifest.objects) {
		for (const {name, to} of needed) {
			t.true(to !== undefined && paths.has(to), `${path} needs ${name}`);
		}
	}

	const launch = manifest.launches.find(launch => launch.kind === 'loader');
	const [loader, program] = [manifest.loaders[0]!.path, launch!.program].map(path =>
		join(bundle, path),
	);
	const directories = launch!.libraryPath.map(directory => join(bundle, directory));
	const libraries = ['--library-path', directories.join(':')];
	const answer = spawnSync('qemu-aarch64-static', [loader!, ...libraries, program!, 'a b'], {
		encoding: 'utf8',
	});
	t.deepEqual([answer.status, answer.stdout, answer.stderr], [2, 'arm 64 a b\n', '']);
});
