/** What of the module for names is in which bundle, and what the manifest says of it. */
import {execFile} from 'node:child_process';
import {existsSync, lstatSync, readlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const execute = promisify(execFile);
const module = '../libexec/dynpk/libdynpk-names.so';

for (const launcher of ['native', 'sh']) {
	test(`with the ${launcher} launcher, each service is a link to the one module`, async t => {
		const bundle = await packOnce(t, ['/usr/bin/id', '--launcher', launcher]);
		if (bundle === undefined) return;
		const {files} = readManifest(join(bundle, 'dynpk.json'));
		const links = files.filter(({target}) => target === module);
		t.true(links.length > 20);
		for (const {path, kind, reason} of links) {
			t.is(kind, 'symlink');
			t.regex(path, /^lib\/libnss_\w+\.so\.2$/u);
			t.regex(reason, /nsswitch/u);
		}

		t.true(links.some(({path}) => path === 'lib/libnss_sss.so.2'));
		t.like(
			files.find(({path}) => path === 'libexec/dynpk/libdynpk-names.so'),
			{kind: 'file', reason: 'asks the host for users, groups and hosts'},
		);
	});
}

test('a service whose module is in the payload is left to that', async t => {
	const whole = await packOnce(t, ['/usr/bin/id', '--scope', 'package']);
	const alone = await packOnce(t, ['/usr/bin/id', '--scope', 'closure']);
	if (whole === undefined || alone === undefined) return;
	t.false(existsSync(join(whole, 'lib/libnss_compat.so.2')));
	t.true(lstatSync(join(whole, 'root/usr/lib/x86_64-linux-gnu/libnss_compat.so.2')).isFile());
	t.is(readlinkSync(join(alone, 'lib/libnss_compat.so.2')), module);
});

test('an old glibc has its modules for files and dns, and what they need', async t => {
	const root = await needHost(t, 'bullseye');
	const options = root && ['--scope', 'closure', '--sysroot', root.root];
	const bundle = options && (await packOnce(t, ['/usr/bin/id', ...options]));
	if (bundle === undefined) return;
	const {files, objects} = readManifest(join(bundle, 'dynpk.json'));
	const dns = objects.find(({soname}) => soname === 'libnss_dns.so.2');
	t.like(
		files.find(({path}) => path === dns?.path),
		{
			kind: 'file',
			package: 'deb:libc6',
			reason: 'libnss_dns.so.2, opened by libc.so.6 to look up users and hosts',
		},
	);
	const pathOf = (name: string) => objects.find(({soname}) => soname === name)?.path;
	t.deepEqual(
		dns?.needed.map(({name, to}) => [name, to]),
		['libresolv.so.2', 'libc.so.6'].map(name => [name, pathOf(name)]),
	);
	const checked = await runDynpk(['verify', bundle]);
	t.is(checked.status, 0, checked.stdout);
});

test('since glibc 2.34 there is nothing of the kind to bring', async t => {
	const bundle = await packOnce(t, ['/usr/bin/id', '--scope', 'closure']);
	if (bundle === undefined) return;
	t.false(
		readManifest(join(bundle, 'dynpk.json')).files.some(({path}) => path.includes('libnss_dns')),
	);
});

test('what the user excludes stays out', async t => {
	const root = await needHost(t, 'bullseye');
	if (root === undefined) return;
	const options = ['--scope', 'closure', '--sysroot', root.root, '--exclude', 'libnss_dns.so.2'];
	const bundle = await packOnce(t, ['/usr/bin/id', ...options]);
	if (bundle === undefined) return;
	const {files} = readManifest(join(bundle, 'dynpk.json'));
	t.deepEqual(
		['files', 'dns'].map(name => files.some(({path}) => path.endsWith(`/libnss_${name}.so.2`))),
		[true, false],
	);
});

test('programs of musl have no such modules', async t => {
	if (!need(t, 'musl-gcc')) return;
	const directory = makeScratch(t);
	const at = (name: string): string => join(directory, name);
	writeFileSync(at('main.c'), 'int main(void) { return 0; }\n');
	await execute('musl-gcc', ['-o', at('plain'), at('main.c')]);
	const packed = await runDynpk(['pack', at('plain'), '--quiet', '-o', at('bundle')]);
	t.is(packed.status, 0, packed.stderr);
	const {files} = readManifest(at('bundle/dynpk.json'));
	t.deepEqual(
		files.filter(({path}) => /libnss|names/u.test(path)),
		[],
	);
});
