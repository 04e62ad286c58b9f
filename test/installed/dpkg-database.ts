import {execFileSync} from 'node:child_process';
import {mkdirSync, renameSync, rmSync, symlinkSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import type {PackageDatabase} from '../../lib/installed/package-database.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {putDpkgDatabase, type MadePackage} from '../helpers/packages/dpkg-world.js';
import {need} from '../helpers/run/need.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {dpkgOf} from '../helpers/packages/installed.js';
import {listTree} from '../helpers/worlds/list-tree.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** A root in which dpkg has installed these packages, as far as its database knows. */
function fakeSystem(
	t: ExecutionContext,
	packages: readonly (readonly [string, MadePackage])[],
): PackageDatabase {
	const root = makeScratch(t);
	putDpkgDatabase(root, packages);
	const database = dpkgOf(root);
	t.assert(database);
	return database!;
}

function ownersOf(database: PackageDatabase, ...paths: readonly string[]): (string | undefined)[] {
	const asked = paths.map(sysrootPath);
	const owners = database.owners(asked);
	return asked.map(path => owners.get(path)?.name);
}

test('a path is found under /usr whether its package lists it there or at the root', t => {
	const database = fakeSystem(t, [
		['old', {files: ['/bin', '/bin/tool']}],
		['new', {files: ['/usr', '/usr/bin', '/usr/bin/other']}],
	]);
	const asked = ['/usr/bin/tool', '/bin/tool', '/usr/bin/other', '/usr/bin/nothing'];
	t.deepEqual(ownersOf(database, ...asked), ['old', 'old', 'new', undefined]);
});

test('what several packages list belongs to none of them', t => {
	const database = fakeSystem(t, [
		['one', {files: ['/etc', '/etc/one']}],
		['two', {files: ['/etc', '/etc/two']}],
	]);
	t.deepEqual(ownersOf(database, '/etc', '/etc/one'), [undefined, 'one']);
});

test('a file that both architectures of a package list belongs to that package', t => {
	const both = {multiArch: 'same', files: ['/usr', '/usr/share', '/usr/share/both']} as const;
	const database = fakeSystem(t, [
		['lib', {architecture: 'amd64', ...both}],
		['lib', {architecture: 'i386', ...both}],
	]);
	t.deepEqual(ownersOf(database, '/usr/share/both'), ['lib']);
});

test('characters of a pattern stand for themselves in a path', t => {
	const database = fakeSystem(t, [['coreutils', {files: ['/usr', '/usr/bin', '/usr/bin/[']}]]);
	t.deepEqual(ownersOf(database, '/usr/bin/[', '/usr/bin/*'), ['coreutils', undefined]);
});

test('a package that is gone but for its configuration owns nothing', t => {
	const database = fakeSystem(t, [
		['gone', {state: 'deinstall ok config-files', files: ['/etc', '/etc/gone.conf']}],
		['here', {files: ['/usr']}],
	]);
	t.is(database.find('gone'), undefined);
	t.deepEqual(ownersOf(database, '/etc/gone.conf'), [undefined]);
});

test('a file list keeps the order of the package, directories included', t => {
	const files = ['/usr', '/usr/lib', '/usr/lib/ä', '/usr/bin', '/usr/bin/b', '/usr/bin/a'];
	const database = fakeSystem(t, [['tool', {files}]]);
	const owner = database.find('tool');
	t.assert(owner);
	const expected = ['/', ...files].map(sysrootPath);
	t.deepEqual(database.files([owner!]).get(owner!), expected);
});

test('a directory is a package’s own when no other lists it, under /usr or at the root', t => {
	const database = fakeSystem(t, [
		['one', {files: ['/usr/lib/one', '/usr/lib/both'], directories: ['/usr/lib/one']}],
		['two', {files: ['/lib/both', '/lib/two'], directories: ['/usr/lib/both', '/lib/two']}],
	]);
	const packages = ['one', 'two'].flatMap(name => database.find(name) ?? []);
	t.deepEqual(
		[...database.ownDirectories(packages)].map(([path, {name}]) => [path, name]) as unknown,
		[
			['/usr/lib/one', 'one'],
			['/lib/two', 'two'],
		],
	);
});

test('a package tells what it recommends and what it was built from', t => {
	const fields = ['Depends: c (>= 1)', 'Recommends: a (>= 2) | b, c:any', 'Source: origin (3.4)'];
	const database = fakeSystem(t, [
		['tool', {fields, files: []}],
		['plain', {fields: ['Source: origin'], files: []}],
		['own', {files: []}],
	]);
	t.deepEqual(database.find('tool')?.recommends, [['a', 'b'], ['c:any']]);
	t.deepEqual(database.find('tool')?.source, {name: 'origin', version: '3.4'});
	t.deepEqual(database.find('plain')?.source, {name: 'origin', version: '1.0'});
	t.deepEqual(database.find('own')?.source, {name: 'own', version: '1.0'});
});

test('a database of another format is asked through dpkg-query, with the same answers', t => {
	if (!need(t, 'dpkg-query')) return;
	const root = makeScratch(t);
	const fields = ['Recommends: other', 'Source: origin (3.4)'];
	putDpkgDatabase(root, [['tool', {fields, files: ['/usr', '/usr/bin', '/usr/bin/tool']}]]);
	const known = dpkgOf(root)!;
	// Without the file dpkg takes the format before it, in which no list is named with an architecture.
	rmSync(`${root}/var/lib/dpkg/info/format`);
	const asked = dpkgOf(root)!;
	t.deepEqual(asked.find('tool'), known.find('tool'));
	t.deepEqual(ownersOf(asked, '/usr/bin/tool', '/none'), ['tool', undefined]);
	t.deepEqual(asked.files([asked.find('tool')!]).get(asked.find('tool')!)?.length, 4);
});

test('what dpkg notes in updates/ while it works counts', t => {
	if (!need(t, 'dpkg-query')) return;
	const root = makeScratch(t);
	putDpkgDatabase(root, [['tool', {files: ['/usr']}]]);
	const update =
		'Package: tool\nStatus: install ok unpacked\nMaintainer: nobody\nArchitecture: all\nVersion: 1.0\nDescription: tool\n';
	putFile(root, 'var/lib/dpkg/updates/0001', update);
	t.is(dpkgOf(root)?.find('tool'), undefined);
});

test('a status that leads out of the root is not read', t => {
	const outside = makeScratch(t);
	putDpkgDatabase(outside, [['secret', {files: ['/usr']}]]);
	const root = makeScratch(t);
	putDpkgDatabase(root, []);
	rmSync(`${root}/var/lib/dpkg/status`);
	symlinkSync(`${outside}/var/lib/dpkg/status`, `${root}/var/lib/dpkg/status`);
	t.is(dpkgOf(root), undefined);
});

test('absolute links in a root are followed inside it: database, status and lists', t => {
	const root = makeScratch(t);
	putDpkgDatabase(root, [['tool', {files: ['/usr', '/usr/tool']}]]);
	const info = `${root}/var/lib/dpkg/info`;
	mkdirSync(`${root}/moved`);
	renameSync(`${info}/tool.list`, `${root}/moved/list`);
	symlinkSync('/moved/list', `${info}/tool.list`);
	renameSync(`${root}/var/lib/dpkg/status`, `${root}/moved/status`);
	symlinkSync('/moved/status', `${root}/var/lib/dpkg/status`);
	renameSync(`${root}/var/lib/dpkg`, `${root}/moved/dpkg`);
	symlinkSync('/moved/dpkg', `${root}/var/lib/dpkg`);
	const database = dpkgOf(root)!;
	t.deepEqual(ownersOf(database, '/usr/tool'), ['tool']);
	t.is(database.files([database.find('tool')!]).get(database.find('tool')!)?.length, 3);
});

test('a list that leads out of the root, or is a FIFO, is no list', t => {
	const outside = putFile(makeScratch(t), 'list', '/.\n/usr/secret\n');
	const root = makeScratch(t);
	putDpkgDatabase(root, [
		['linked', {files: []}],
		['fifo', {files: []}],
		['tool', {files: ['/usr/tool']}],
	]);
	const list = (name: string): string => `${root}/var/lib/dpkg/info/${name}.list`;
	rmSync(list('linked'));
	symlinkSync(outside, list('linked'));
	rmSync(list('fifo'));
	execFileSync('mkfifo', [list('fifo')]);
	const database = dpkgOf(root)!;
	t.deepEqual(ownersOf(database, '/usr/secret', '/usr/tool'), [undefined, 'tool']);
	t.deepEqual(database.files([database.find('fifo')!]).get(database.find('fifo')!), []);
	t.deepEqual(database.files([database.find('linked')!]).get(database.find('linked')!), []);
});

test('dpkg-query is shown what links mean in a foreign root, and nothing that is no file', t => {
	if (!need(t, 'dpkg-query')) return;
	const outside = makeScratch(t);
	putDpkgDatabase(outside, [['secret', {files: ['/usr/secret']}]]);
	const root = makeScratch(t);
	putDpkgDatabase(root, [
		['linked', {files: ['/usr/linked']}],
		['secret', {files: []}],
		['fifo', {files: []}],
	]);
	const admin = `${root}/var/lib/dpkg`;
	// Of the format before, which only dpkg-query reads.
	rmSync(`${admin}/info/format`);
	mkdirSync(`${root}/moved`);
	renameSync(`${admin}/info/linked.list`, `${root}/moved/list`);
	symlinkSync('/moved/list', `${admin}/info/linked.list`);
	renameSync(`${admin}/status`, `${root}/moved/status`);
	symlinkSync('/moved/status', `${admin}/status`);
	rmSync(`${admin}/info/secret.list`);
	symlinkSync(`${outside}/var/lib/dpkg/info/secret.list`, `${admin}/info/secret.list`);
	rmSync(`${admin}/info/fifo.list`);
	execFileSync('mkfifo', [`${admin}/info/fifo.list`]);
	const before = [...listTree(root)];
	const database = dpkgOf(root)!;
	t.deepEqual(ownersOf(database, '/usr/linked', '/usr/secret'), ['linked', undefined]);
	t.not(database.find('fifo'), undefined);
	t.deepEqual([...listTree(root)], before);
});

test('a list that dpkg would not read is a fault', t => {
	for (const text of ['/.\n/usr', '/.\n\n/usr\n', 'usr\n']) {
		const root = makeScratch(t);
		putDpkgDatabase(root, [['tool', {files: []}]]);
		putFile(root, 'var/lib/dpkg/info/tool.list', text);
		const database = dpkgOf(root)!;
		t.throws(() => ownersOf(database, '/usr'), {code: 'PACKAGE_UNKNOWN'}, text);
		t.throws(() => database.files([database.find('tool')!]), {code: 'PACKAGE_UNKNOWN'}, text);
	}
});
