/**
 * What holds a packed program away from the host: a loader with nowhere else to look, whatever the
 * host keeps in its cache, its preload file or the environment, and however the program is started.
 */
import {execFile} from 'node:child_process';
import {cp, mkdtemp, rm} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {testOnHosts} from '../helpers/run/on-hosts.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const run = promisify(execFile);
const target = ['/usr/bin/sqlite3', '--scope', 'closure'];
const query = {argv: ['bin/sqlite3', ':memory:', 'select 6*7;']};

for (const strategy of ['map', 'exec', 'self']) {
	testOnHosts(`a program is started by ${strategy} where that is forced`, {
		pack: [...target, '--strategy', strategy],
		run: query,
		stdout: '42\n',
	});
}

test.serial('inspect says how programs are started, and why', async t => {
	const bundle = await packOnce(t, [...target, '--strategy', 'self']);
	if (bundle === undefined) return;
	const {stdout} = await runDynpk(['inspect', bundle]);
	t.regex(stdout, /^started by self \(it was asked for\): root\/usr\/bin\/sqlite3$/mu);
});

test.serial('the shell launcher has no strategies to choose from', async t => {
	const answer = await runDynpk(['pack', ...target, '--launcher', 'sh', '--strategy', 'map']);
	t.is(answer.status, 2);
	t.regex(answer.stderr, /^dynpk: --strategy is for the native launcher/u);
});

testOnHosts('a host that poisons every loader it can reach does not reach the bundled one', {
	pack: target,
	run: {
		...query,
		env: {LD_LIBRARY_PATH: '/poison', LD_PRELOAD: '/poison/libz.so.1', LD_AUDIT: '/poison/a.so'},
		files: {
			'/etc/ld.so.preload': '/poison/preloaded.so\n',
			'/etc/ld.so.cache': 'ld.so-1.7.0 and then rubbish',
			'/poison/libz.so.1': 'not an ELF file',
		},
	},
	stdout: '42\n',
});

for (const strategy of ['map', 'exec']) {
	test.serial(
		`a library deleted from the bundle is named and not taken from the host (${strategy})`,
		async t => {
			const host = await needHost(t, 'bullseye');
			const bundle = host && (await packOnce(t, [...target, '--strategy', strategy]));
			if (bundle === undefined) return;
			const scratch = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
			t.teardown(() => rm(scratch, {recursive: true}));
			const copy = join(scratch, 'bundle');
			await cp(bundle, copy, {recursive: true, verbatimSymlinks: true});
			// bullseye has a libtinfo.so.6 of its own.
			await rm(join(copy, 'root/usr/lib/x86_64-linux-gnu/libtinfo.so.6'));
			const answer = await runOnHost(host!, {bundle: copy, ...query});
			t.regex(answer.stderr, /libtinfo\.so\.6: cannot open shared object file/u);
			t.is(answer.stdout, '');
			t.is(answer.status, 127);
		},
	);
}

test.serial(
	'the bundled loader is changed in its built-in names only, and the manifest says so',
	async t => {
		const bundle = await packOnce(t, target);
		if (bundle === undefined) return;
		const {stdout} = await run('cat', [join(bundle, 'dynpk.json')]);
		const manifest = JSON.parse(stdout) as {
			readonly loaders: readonly {
				readonly isolated: boolean;
				readonly edits: readonly {
					readonly what: string;
					readonly before: string;
					readonly after: string;
				}[];
			}[];
		};
		const [loader] = manifest.loaders;
		t.true(loader?.isolated);
		t.deepEqual([...new Set(loader?.edits.map(({what}) => what))].sort(), [
			'cache',
			'directory',
			'preload-file',
		]);
		t.true(loader?.edits.every(({before, after}) => before.length === after.length));
	},
);

test.serial(
	'a needed library that --exclude leaves out is said and marked, and no fault',
	async t => {
		const scratch = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
		t.teardown(() => rm(scratch, {recursive: true}));
		const output = join(scratch, 'bundle');
		const packed = await runDynpk(['pack', ...target, '--exclude', 'libz.so.1', '-o', output]);
		t.is(packed.status, 0, packed.stderr);
		t.is(packed.stderr, 'dynpk: /usr/bin/sqlite3: needs libz.so.1, which --exclude leaves out\n');
		const {stdout} = await runDynpk(['inspect', output]);
		t.regex(stdout, /libz\.so\.1 \[excluded\]/u);
	},
);
