/** rpm's database, asked through rpm(8): made in the test with rpmbuild and rpm --justdb. */
import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {DynpkError} from '../../lib/errors/dynpk-error.js';
import type {ManagerAnswer} from '../../lib/installed/ask-manager.js';
import {walkPackages} from '../../lib/installed/package-closure.js';
import {openDatabases} from '../../lib/installed/open-databases.js';
import {openRpmDatabase} from '../../lib/installed/rpm-database.js';
import {hostPath, sysrootPath, type HostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {rpmOf} from '../helpers/packages/installed.js';
import {need} from '../helpers/run/need.js';
import {listTree} from '../helpers/worlds/list-tree.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const specs: Readonly<Record<string, string>> = {
	tool: `Requires: libthing.so.1, data >= 1, /usr/bin/helper
Recommends: extras >= 2
%install
mkdir -p %{buildroot}/usr/bin "%{buildroot}/usr/share/a tool"
echo tool > %{buildroot}/usr/bin/tool
echo x > "%{buildroot}/usr/share/a tool/with blank"
%files
/usr/bin/tool
"/usr/share/a tool"`,
	'thing-libs': `Epoch: 3
Provides: libthing.so.1
Requires: systemd
%install
mkdir -p %{buildroot}/usr/lib64
echo lib > %{buildroot}/usr/lib64/libthing.so.1
%files
/usr/lib64/libthing.so.1`,
	data: `%files`,
	helpers: `%install
mkdir -p %{buildroot}/usr/bin
echo helper > %{buildroot}/usr/bin/helper
%files
/usr/bin/helper`,
	systemd: '%files',
	unrelated: '%files',
};

/** A root where rpm has installed all of them, as far as its database knows. */
function makeRoot(t: ExecutionContext, place: string): HostPath {
	const top = makeScratch(t);
	const root = join(top, 'root');
	mkdirSync(root);
	for (const [name, rest] of Object.entries(specs)) {
		const spec = join(top, `${name}.spec`);
		const [head, body] = splitSpec(rest);
		writeFileSync(
			spec,
			`Name: ${name}\nVersion: 1.5\nRelease: 2\nSummary: made by a test\nLicense: MIT\nBuildArch: noarch\n${head}\n%description\nMade by a test.\n${body}\n`,
		);
		const build = [
			'-bb',
			'--define',
			`_topdir ${top}`,
			'--define',
			'__os_install_post %{nil}',
			spec,
		];
		execFileSync('rpmbuild', build, {stdio: 'pipe'});
	}

	const files = Object.keys(specs).map(name =>
		join(top, 'RPMS/noarch', `${name}-1.5-2.noarch.rpm`),
	);
	const options = [
		'--root',
		root,
		'--dbpath',
		place,
		'-i',
		'--nodeps',
		'--justdb',
		'--noscripts',
		'--ignorearch',
	];
	execFileSync('rpm', [...options, ...files], {stdio: 'pipe'});
	return hostPath(root);
}

function splitSpec(text: string): readonly [string, string] {
	const at = text.search(/^%/mu);
	return [text.slice(0, at), text.slice(at)];
}

test('rpm tells of packages, what they need and provide, and of their files', t => {
	if (!need(t, 'rpm', 'rpmbuild')) return;
	const database = rpmOf(makeRoot(t, '/var/lib/rpm'), makeScratch(t));
	t.not(database, undefined);

	const tool = database!.find('tool')!;
	t.like(tool, {
		manager: 'rpm',
		name: 'tool',
		version: '1.5-2',
		architecture: 'noarch',
		license: 'MIT',
		recommends: [['extras']],
		source: {name: 'tool', version: '1.5-2'},
	});
	t.is(database!.find('thing-libs')?.version, '3:1.5-2');
	t.is(database!.find('libthing.so.1')?.name, 'thing-libs');
	t.is(database!.find('/usr/bin/helper')?.name, 'helpers');
	t.is(database!.find('none'), undefined);
	t.deepEqual(tool.depends.flat().sort(), ['/usr/bin/helper', 'data', 'libthing.so.1']);
	t.deepEqual(database!.files([tool]).get(tool), [
		sysrootPath('/usr/bin/tool'),
		sysrootPath('/usr/share/a tool'),
		sysrootPath('/usr/share/a tool/with blank'),
	]);

	const asked = [
		'/usr/bin/tool',
		'/usr/share/a tool/with blank',
		'/usr/lib64/libthing.so.1',
		'/etc/none',
	];
	const owners = database!.owners(asked.map(path => sysrootPath(path)));
	t.deepEqual(
		[...owners].map(([path, {name}]) => [String(path), name]),
		[
			['/usr/bin/tool', 'tool'],
			['/usr/share/a tool/with blank', 'tool'],
			['/usr/lib64/libthing.so.1', 'thing-libs'],
		],
	);

	const closure = walkPackages(database!, [tool]);
	t.deepEqual(closure.packages.map(found => found.package.name).sort(), [
		'data',
		'helpers',
		'thing-libs',
		'tool',
	]);
	t.deepEqual(
		closure.excluded.map(({name}) => name),
		['systemd'],
	);
});

test('a database where newer systems keep it is read as well', t => {
	if (!need(t, 'rpm', 'rpmbuild')) return;
	const database = rpmOf(makeRoot(t, '/usr/lib/sysimage/rpm'), makeScratch(t));
	t.is(database?.find('tool')?.name, 'tool');
});

test('a root without an rpm database has none', t => {
	t.is(rpmOf(makeScratch(t), makeScratch(t)), undefined);
});

test('a root is left as it was, and no link of it is followed out of it', t => {
	if (!need(t, 'rpm', 'rpmbuild')) return;
	const root = makeRoot(t, '/opt/rpm');
	const scratch = makeScratch(t);
	rmSync(join(root, 'opt/rpm/.rpm.lock'), {force: true});
	// An absolute link means a place in the root.
	mkdirSync(join(root, 'var/lib'), {recursive: true});
	symlinkSync('/opt/rpm', join(root, 'var/lib/rpm'));
	const before = [...listTree(root)];
	t.is(rpmOf(root, scratch)?.find('tool')?.name, 'tool');
	t.deepEqual([...listTree(root)], before);
	t.deepEqual(readdirSync(scratch), []);

	const outside = hostPath(makeScratch(t));
	mkdirSync(join(outside, 'var/lib'), {recursive: true});
	symlinkSync(join(root, 'opt/rpm'), join(outside, 'var/lib/rpm'));
	t.is(rpmOf(outside, scratch), undefined);
	rmSync(join(outside, 'var/lib/rpm'));
	mkdirSync(join(outside, 'var/lib/rpm'));
	symlinkSync(join(root, 'opt/rpm/rpmdb.sqlite'), join(outside, 'var/lib/rpm/rpmdb.sqlite'));
	t.is(rpmOf(outside, scratch), undefined);
});

test('a database that rpm cannot read is a fault, not a system without packages', t => {
	if (!need(t, 'rpm')) return;
	const root = makeScratch(t);
	mkdirSync(join(root, 'var/lib/rpm'), {recursive: true});
	writeFileSync(join(root, 'var/lib/rpm/rpmdb.sqlite'), 'nothing of the kind'.repeat(1000));
	const scratch = makeScratch(t);
	t.throws(() => rpmOf(root, scratch), {
		code: 'PACKAGE_UNKNOWN',
		message: `rpm cannot read the database ${root}/var/lib/rpm`,
	});
	t.deepEqual(readdirSync(scratch), []);
});

test('what rpm says is told where it ends badly, and a database that nobody here can read is', t => {
	const root = makeScratch(t);
	putFile(root, 'var/lib/rpm/rpmdb.sqlite', 'some bytes');
	const open = (answer: ManagerAnswer | undefined) =>
		openRpmDatabase(openSysroot(hostPath(root)), hostPath(makeScratch(t)), () => answer);
	t.deepEqual(open(undefined), {
		manager: 'rpm',
		unread: sysrootPath('/var/lib/rpm'),
		missing: 'rpm',
	});
	const late = {isWhole: false, stdout: '', said: 'no answer within 60 seconds'};
	const error = t.throws<DynpkError>(() => open(late), {code: 'PACKAGE_UNKNOWN'});
	t.deepEqual(error.details, ['no answer within 60 seconds']);
});

test('where this user may not look, there may be a database that nobody reads', t => {
	const root = openSysroot(hostPath(makeScratch(t)));
	const places = {cache: undefined, temporary: hostPath(makeScratch(t))};
	const without = (hidden: string) =>
		openDatabases({...root, isHidden: path => path.startsWith(`${hidden}/`)}, places).unread;
	t.deepEqual(without('/nothing'), []);
	for (const [manager, path] of [
		['deb', '/var/lib/dpkg'],
		['rpm', '/usr/lib/sysimage/rpm'],
	] as const) {
		t.deepEqual(without(path), [{manager, unread: sysrootPath(path), missing: undefined}]);
	}
});
