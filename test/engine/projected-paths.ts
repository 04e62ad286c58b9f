import test from 'ava';
import {projectedPaths} from '../../lib/engine/projected-paths.js';
import type {BundledFile, BundledLaunch} from '../../lib/engine/bundled-file.js';
import {bundlePath, sysrootPath} from '../../lib/paths/paths.js';

const fromPackage = 'package deb:tool';

function record(path: string, facts: Partial<BundledFile> = {}): BundledFile {
	return {path: bundlePath(path), kind: 'file', reason: fromPackage, ...facts};
}

const link = (path: string, target: string): BundledFile => record(path, {kind: 'symlink', target});

function launch(
	kind: 'loader' | 'script' | 'static',
	launcher: string,
	program: string,
): BundledLaunch {
	return {kind, launcher: bundlePath(launcher), program: bundlePath(program)};
}

/** Each path with what it is, as `/path kind`. */
function describe(
	files: readonly BundledFile[],
	launches: readonly BundledLaunch[] = [],
): string[] {
	return projectedPaths(files, launches).map(projected => {
		switch (projected.kind) {
			case 'directory':
				return `${projected.path} ${projected.extent}${projected.isFallback === true ? ' fallback' : ''}`;
			case 'file':
				return `${projected.path} ${projected.isLibrary ? 'library' : 'file'}${projected.isFallback === true ? ' fallback' : ''}`;
			case 'link':
				return `${projected.path} -> ${projected.target}${projected.isLibrary ? ' library' : ''}`;
		}
	});
}

test('a directory that one whole package fills is the bundle’s alone, those above it are shared', t => {
	t.deepEqual(
		describe([record('root/usr/share/tool/data/x'), record('root/usr/share/misc/magic')]),
		[
			'/ merged',
			'/usr merged',
			'/usr/share merged',
			'/usr/share/misc merged',
			'/usr/share/misc/magic file',
			'/usr/share/tool whole',
			'/usr/share/tool/data whole',
			'/usr/share/tool/data/x file',
		],
	);
});

test('a directory of which single files were taken is merged, and so is all above it', t => {
	const files = [
		record('root/usr/share/tool/whole/x'),
		record('root/usr/share/tool/part/y', {reason: '--with'}),
	];
	t.deepEqual(
		describe(files).filter(line => line.startsWith('/usr/share/tool')),
		[
			'/usr/share/tool merged',
			'/usr/share/tool/part merged',
			'/usr/share/tool/part/y file',
			'/usr/share/tool/whole whole',
			'/usr/share/tool/whole/x file',
		],
	);
});

test('what the loader finds is for the loader, by whatever chain of links', t => {
	const directory = 'root/usr/lib/x86_64-linux-gnu';
	const files = [
		link(`${directory}/libz.so.1`, 'libz.so.1.2'),
		link(`${directory}/libz.so.1.2`, '../../../../lib/libz.so.1'),
		record('lib/libz.so.1'),
	];
	t.deepEqual(
		describe(files).filter(line => line.includes('libz')),
		[
			'/usr/lib/x86_64-linux-gnu/libz.so.1 -> libz.so.1.2 library',
			'/usr/lib/x86_64-linux-gnu/libz.so.1.2 library',
		],
	);
});

test('the interpreter that host programs name is for the loader, through links of directories', t => {
	const files = [
		link('root/lib', 'usr/lib'),
		link('root/lib64', 'usr/lib64'),
		link('root/usr/lib64/ld-linux-x86-64.so.2', '../../lib/x86_64-linux-gnu/ld-linux-x86-64.so.2'),
		link(
			'root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2',
			'../../../../libexec/dynpk/ld-linux-x86-64.so.2',
		),
		record('libexec/dynpk/ld-linux-x86-64.so.2'),
	];
	const loaders = describe(files).filter(line => line.includes('ld-linux'));
	t.is(loaders.length, 2);
	t.true(loaders.every(line => line.endsWith(' library')));
});

test('a library that yields is seen where the host has none, or never; other files as they are', t => {
	const files = [
		record('root/usr/lib/libz.so.1', {isLibrary: true, yields: 'to-hosts'}),
		record('root/usr/lib/libgomp.so.1', {isLibrary: true, yields: 'always'}),
		record('root/usr/lib/keep/data', {yields: 'to-hosts'}),
		record('root/usr/lib/keep/more', {yields: 'always'}),
	];
	t.deepEqual(
		describe(files).filter(line => /\bfile|\blibrary/u.test(line)),
		['/usr/lib/keep/data file', '/usr/lib/keep/more file', '/usr/lib/libz.so.1 library fallback'],
	);
});

test('links that lead in circles end somewhere', t => {
	const files = [link('root/a', 'b'), link('root/b', 'a'), link('root/usr/x', '../a/y')];
	t.is(describe(files).filter(line => line.includes('->')).length, 3);
});

test('a module in a directory of its own is seen by everybody', t => {
	const files = [link('root/usr/lib/tool/modules/m.so', '../../../../../lib/m.so')];
	t.true(describe(files).includes('/usr/lib/tool/modules/m.so file'));
});

test('what launching needs beside a program is not seen, and what it starts is known', t => {
	const files = [
		record('root/usr/bin/tool', {reason: 'starts root/usr/bin/.tool.dynpk'}),
		record('root/usr/bin/.tool.dynpk'),
		record('root/usr/lib/tool/script', {reason: 'starts root/usr/lib/tool.dynpk/script'}),
		record('root/usr/lib/tool.dynpk/script'),
		link('root/usr/lib/tool.dynpk/helper', '../tool/helper'),
		record('root/usr/lib/tool/helper'),
		record('root/usr/sbin/static', {reason: 'starts root/usr/sbin.dynpk/static'}),
		record('root/usr/sbin.dynpk/static'),
		link('root/usr/sbin.dynpk/other', '../sbin/other'),
	];
	const launches = [
		launch('loader', 'root/usr/bin/tool', 'root/usr/bin/.tool.dynpk'),
		launch('script', 'root/usr/lib/tool/script', 'root/usr/lib/tool.dynpk/script'),
		launch('static', 'root/usr/sbin/static', 'root/usr/sbin.dynpk/static'),
	];
	t.deepEqual(
		describe(files, launches).filter(line => !line.endsWith('merged')),
		[
			'/usr/bin/tool file',
			'/usr/lib/tool whole',
			'/usr/lib/tool/helper file',
			'/usr/lib/tool/script file',
			'/usr/sbin/static file',
		],
	);
	const [tool] = projectedPaths(files, launches).filter(({path}) => path === '/usr/bin/tool');
	t.deepEqual(tool, {
		kind: 'file',
		path: sysrootPath('/usr/bin/tool'),
		behind: bundlePath('root/usr/bin/.tool.dynpk'),
		isLibrary: false,
	});
});

test('nothing outside root/ is projected', t => {
	t.deepEqual(describe([record('bin/tool'), record('lib/libz.so.1'), record('libexec/dynpk/x')]), [
		'/ merged',
	]);
});

test('accounts, names and machine ids of the packing machine are never seen', t => {
	const files = [
		record('root/etc/passwd'),
		record('root/etc/resolv.conf'),
		record('root/etc/ld.so.conf.d/x.conf'),
		record('root/etc/localtime'),
		record('root/etc/tool.conf'),
	];
	t.deepEqual(
		describe(files).filter(line => line.startsWith('/etc/')),
		['/etc/tool.conf file'],
	);
});

test('certificates, time zones and the site’s configuration are fallbacks for what the host lacks', t => {
	const files = [
		record('root/etc/ssl/certs/ca-certificates.crt'),
		record('root/etc/ssh/ssh_config'),
		record('root/usr/share/zoneinfo/Europe/Berlin'),
	];
	t.deepEqual(describe(files), [
		'/ merged',
		'/etc merged',
		'/etc/ssh merged',
		'/etc/ssh/ssh_config file fallback',
		'/etc/ssl merged',
		'/etc/ssl/certs merged',
		'/etc/ssl/certs/ca-certificates.crt file fallback',
		'/usr merged',
		'/usr/share merged',
		'/usr/share/zoneinfo merged fallback',
		'/usr/share/zoneinfo/Europe merged',
		'/usr/share/zoneinfo/Europe/Berlin file',
	]);
});

test('what the user took along by name is seen, whoever owns such files', t => {
	const files = [
		record('root/etc/hosts', {reason: '--with'}),
		record('root/etc/krb5.conf', {reason: '--with'}),
	];
	t.deepEqual(
		describe(files).filter(line => line.startsWith('/etc/')),
		['/etc/hosts file', '/etc/krb5.conf file'],
	);
});

test('what lies in a directory and is not seen is told, and that a link lies where a file is seen', t => {
	const files = [
		record('root/usr/bin/.tool.dynpk'),
		record('root/usr/bin/tool'),
		record('root/usr/bin/other', {reason: '--with'}),
		record('root/usr/sbin.dynpk/script'),
		record('root/usr/sbin/script'),
		record('root/etc/passwd'),
		record('root/etc/tool.conf'),
		link('root/usr/lib/tool/plugin.so', '../../../../lib/plugin.so'),
		record('lib/plugin.so'),
	];
	const launches = [
		launch('loader', 'root/usr/bin/tool', 'root/usr/bin/.tool.dynpk'),
		launch('script', 'root/usr/sbin/script', 'root/usr/sbin.dynpk/script'),
	];
	const paths = projectedPaths(files, launches);
	t.deepEqual(
		paths.flatMap(it => (it.kind === 'directory' && it.holdsUnseen === true ? [it.path] : [])),
		['/etc', '/usr'].map(path => sysrootPath(path)),
	);
	t.deepEqual(
		paths.flatMap(it => (it.kind === 'file' && it.liesOutside === true ? [it.path] : [])),
		[sysrootPath('/usr/lib/tool/plugin.so')],
	);
});

test('an empty directory below a whole one is of the bundle alone too', t => {
	const files = [
		record('root/usr/share/tool/x'),
		record('root/usr/share/tool/empty/inner', {kind: 'directory'}),
		record('root/usr/share/empty', {kind: 'directory'}),
	];
	t.deepEqual(
		describe(files).filter(line => line.startsWith('/usr/share/')),
		[
			'/usr/share/empty merged',
			'/usr/share/tool whole',
			'/usr/share/tool/empty whole',
			'/usr/share/tool/empty/inner whole',
			'/usr/share/tool/x file',
		],
	);
});
