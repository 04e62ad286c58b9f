import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {openDpkgDatabase} from '../../lib/installed/dpkg-database.js';
import type {PackageDatabase} from '../../lib/installed/package-database.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {need} from '../helpers/need.js';
import {makeScratch} from '../helpers/scratch.js';

interface FakePackage {
	readonly state?: string;
	readonly architecture?: string;
	readonly multiArch?: 'same';
	readonly files: readonly string[];
	/** Those of them that are really there, as directories. */
	readonly directories?: readonly string[];
}

/** A root in which dpkg has installed these packages, as far as its database knows. */
function fakeSystem(
	t: ExecutionContext,
	packages: readonly (readonly [string, FakePackage])[],
): PackageDatabase {
	const root = makeScratch(t);
	const info = join(root, 'var/lib/dpkg/info');
	mkdirSync(info, {recursive: true});
	const stanzas = packages.map(([name, {state = 'install ok installed', ...facts}]) => {
		const {architecture = 'all', multiArch, files} = facts;
		const qualified = multiArch === undefined ? name : `${name}:${architecture}`;
		writeFileSync(join(info, `${qualified}.list`), ['/.', ...files, ''].join('\n'));
		const fields = [
			`Package: ${name}`,
			`Status: ${state}`,
			'Maintainer: nobody',
			`Architecture: ${architecture}`,
			...(multiArch === undefined ? [] : [`Multi-Arch: ${multiArch}`]),
			'Version: 1.0',
			`Description: ${name}`,
		];
		return `${fields.join('\n')}\n`;
	});
	writeFileSync(join(info, 'format'), '1\n');
	writeFileSync(join(root, 'var/lib/dpkg/status'), stanzas.join('\n'));
	for (const path of packages.flatMap(([, {directories = []}]) => directories)) {
		mkdirSync(join(root, path), {recursive: true});
	}

	const database = openDpkgDatabase(openSysroot(root));
	t.assert(database);
	return database!;
}

function ownersOf(database: PackageDatabase, ...paths: readonly string[]): (string | undefined)[] {
	const asked = paths.map(sysrootPath);
	const owners = database.owners(asked);
	return asked.map(path => owners.get(path)?.name);
}

test('a path is found under /usr whether its package lists it there or at the root', t => {
	if (need(t, 'dpkg-query')) {
		const database = fakeSystem(t, [
			['old', {files: ['/bin', '/bin/tool']}],
			['new', {files: ['/usr', '/usr/bin', '/usr/bin/other']}],
		]);
		const asked = ['/usr/bin/tool', '/bin/tool', '/usr/bin/other', '/usr/bin/nothing'];
		t.deepEqual(ownersOf(database, ...asked), ['old', 'old', 'new', undefined]);
	}
});

test('what several packages list belongs to none of them', t => {
	if (need(t, 'dpkg-query')) {
		const database = fakeSystem(t, [
			['one', {files: ['/etc', '/etc/one']}],
			['two', {files: ['/etc', '/etc/two']}],
		]);
		t.deepEqual(ownersOf(database, '/etc', '/etc/one'), [undefined, 'one']);
	}
});

test('a file that both architectures of a package list belongs to that package', t => {
	if (need(t, 'dpkg-query')) {
		const both = {multiArch: 'same', files: ['/usr', '/usr/share', '/usr/share/both']} as const;
		const database = fakeSystem(t, [
			['lib', {architecture: 'amd64', ...both}],
			['lib', {architecture: 'i386', ...both}],
		]);
		t.deepEqual(ownersOf(database, '/usr/share/both'), ['lib']);
	}
});

test('characters of a pattern stand for themselves in a path', t => {
	if (need(t, 'dpkg-query')) {
		const database = fakeSystem(t, [['coreutils', {files: ['/usr', '/usr/bin', '/usr/bin/[']}]]);
		t.deepEqual(ownersOf(database, '/usr/bin/[', '/usr/bin/*'), ['coreutils', undefined]);
	}
});

test('a package that is gone but for its configuration owns nothing', t => {
	if (need(t, 'dpkg-query')) {
		const database = fakeSystem(t, [
			['gone', {state: 'deinstall ok config-files', files: ['/etc', '/etc/gone.conf']}],
			['here', {files: ['/usr']}],
		]);
		t.is(database.find('gone'), undefined);
		t.deepEqual(ownersOf(database, '/etc/gone.conf'), [undefined]);
	}
});

test('a file list keeps the order of the package, directories included', t => {
	if (need(t, 'dpkg-query')) {
		const files = ['/usr', '/usr/lib', '/usr/lib/ä', '/usr/bin', '/usr/bin/b', '/usr/bin/a'];
		const database = fakeSystem(t, [['tool', {files}]]);
		const owner = database.find('tool');
		t.assert(owner);
		const expected = ['/', ...files].map(sysrootPath);
		t.deepEqual(database.files([owner!]).get(owner!), expected);
	}
});

test('a directory is a package’s own when no other lists it, under /usr or at the root', t => {
	if (need(t, 'dpkg-query')) {
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
	}
});
