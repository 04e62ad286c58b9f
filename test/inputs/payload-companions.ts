import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {makeCompanionFinder} from '../../lib/inputs/payload-companions.js';
import {hostPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

function finderFor(t: ExecutionContext, files: readonly string[]) {
	const root = makeScratch(t);
	for (const file of files) {
		mkdirSync(join(root, dirname(file)), {recursive: true});
		writeFileSync(join(root, file), '');
	}

	return {root, finder: () => makeCompanionFinder(openSysroot(hostPath(root)))};
}

test('whatever needs the C library brings the locales that were made on the packing side', t => {
	const {finder} = finderFor(t, [
		'usr/lib/locale/C.utf8/LC_CTYPE',
		'usr/lib/locale/de_DE.utf8/LC_CTYPE',
		'usr/lib/locale/locale-archive',
	]);
	t.deepEqual(finder().find(['libz.so.1', 'libc.so.6']), [
		{path: '/usr/lib/locale/C.utf8', of: 'libc.so.6', isPlugin: false, isWhole: false},
		{path: '/usr/lib/locale/de_DE.utf8', of: 'libc.so.6', isPlugin: false, isWhole: false},
	]);
	t.deepEqual(finder().find(['libc.musl-x86_64.so.1']), []);
});

test('a library that is met again brings nothing twice', t => {
	const {finder} = finderFor(t, ['etc/ssl/certs/ca-certificates.crt']);
	const one = finder();
	t.is(one.find(['libssl.so.3']).length, 1);
	t.deepEqual(one.find(['libssl.so.3', 'libgnutls.so.30']), []);
});

test('a cache is found in the directory of whatever machine, and a dangling link is none', t => {
	const {root, finder} = finderFor(t, [
		'usr/lib/riscv64-linux-gnu/gdk-pixbuf-2.0/2.10.0/loaders.cache',
		'usr/lib64/gdk-pixbuf-2.0/2.10.0/loaders.cache',
	]);
	mkdirSync(join(root, 'usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/2.10.0'), {recursive: true});
	symlinkSync(
		'/nowhere',
		join(root, 'usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/2.10.0/loaders.cache'),
	);
	t.deepEqual(
		finder()
			.find(['libgdk_pixbuf-2.0.so.0'])
			.map(({path}) => path),
		[
			'/usr/lib/riscv64-linux-gnu/gdk-pixbuf-2.0/2.10.0/loaders.cache',
			'/usr/lib64/gdk-pixbuf-2.0/2.10.0/loaders.cache',
		] as never,
	);
});

test('a registry of plug-ins brings every plug-in beside it', t => {
	const {finder} = finderFor(t, [
		'usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/2.10.0/loaders.cache',
		'usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/2.10.0/loaders/svg.so',
	]);
	const of = 'libgdk_pixbuf-2.0.so.0';
	const directory = '/usr/lib/x86_64-linux-gnu/gdk-pixbuf-2.0/2.10.0';
	t.deepEqual(finder().find([of]) as unknown, [
		{path: `${directory}/loaders`, of, isPlugin: true, isWhole: false},
		{path: `${directory}/loaders.cache`, of, isPlugin: true, isWhole: false},
	]);
});

test('a file may bring what it chooses among, whatever its version', t => {
	const {finder} = finderFor(t, [
		'usr/lib/postgresql/15/bin/psql',
		'usr/lib/postgresql/15/bin/postgres',
		'usr/lib/postgresql/16/bin/psql',
	]);
	const of = '/usr/share/postgresql-common/pg_wrapper';
	t.deepEqual(finder().find(['/usr/share/postgresql-common/other', of]) as unknown, [
		{path: '/usr/lib/postgresql/15/bin/psql', of, isPlugin: false, isWhole: true},
		{path: '/usr/lib/postgresql/16/bin/psql', of, isPlugin: false, isWhole: true},
	]);
});

test('Open MPI’s library brings the daemon that it starts where no mpirun is', t => {
	const {finder} = finderFor(t, ['usr/bin/orted', 'usr/bin/mpirun', 'usr/share/openmpi/help.txt']);
	t.deepEqual(
		finder()
			.find(['libmpi.so.40', 'libopen-rte.so.40'])
			.map(({path}) => path),
		['/usr/bin/orted', '/usr/share/openmpi'] as never,
	);
});

test('fontconfig’s library brings how letters are drawn, and the fonts of the generic families', t => {
	const {finder} = finderFor(t, [
		'etc/fonts/conf.d/10-hinting-slight.conf',
		'usr/share/fonts/truetype/dejavu/DejaVuSans.ttf',
		'usr/share/fonts/opentype/urw-base35/NimbusSans-Regular.otf',
		'usr/share/fonts/truetype/liberation2/LiberationSans-Regular.ttf',
		'usr/share/fonts/truetype/noto/NotoSans-Regular.ttf',
	]);
	t.deepEqual(
		finder()
			.find(['libcairo.so.2', 'libfontconfig.so.1'])
			.map(({path}) => path),
		[
			'/etc/fonts/conf.d',
			'/usr/share/fonts/opentype/urw-base35',
			'/usr/share/fonts/truetype/dejavu',
			'/usr/share/fonts/truetype/liberation2',
		] as never,
	);
});

test('an interpreter brings what extensions that are added later are linked to', t => {
	const {finder} = finderFor(t, [
		'usr/bin/python3.11',
		'usr/bin/python3.11-config',
		'usr/lib/x86_64-linux-gnu/libgcc_s.so.1',
		'usr/lib/x86_64-linux-gnu/libstdc++.so.6',
	]);
	const found = (path: string): readonly string[] =>
		finder()
			.find([path])
			.map(({path: name}) => name);
	t.deepEqual(found('/usr/bin/python3.11'), [
		'/usr/lib/x86_64-linux-gnu/libgcc_s.so.1',
		'/usr/lib/x86_64-linux-gnu/libstdc++.so.6',
	]);
	t.deepEqual(found('/usr/bin/bash'), []);
});
