/** Facts of loaders this machine does not have; its own are checked in test/differential/. */
import test from 'ava';
import {readLoaderFacts} from '../../lib/loader/read-loader-facts.js';
import {glibcLoader, muslLoaderFile, writeRoot} from '../helpers/elf/foreign-loader.js';

const aarch64 = {machine: 183, dynamic: {soname: 'ld-linux-aarch64.so.1'}} as const;
const multiarch = ['/lib/aarch64-linux-gnu/', '/usr/lib/aarch64-linux-gnu/', '/lib/', '/usr/lib/'];

test('a loader of 2.31: named after its version, without --argv0, with the older subdirectories', t => {
	const sysroot = writeRoot(t, {
		'lib/aarch64-linux-gnu/ld-2.31.so': glibcLoader(
			aarch64,
			multiarch,
			'lib/aarch64-linux-gnu',
			'tls',
		),
		'lib/ld-linux-aarch64.so.1': {symlink: 'aarch64-linux-gnu/ld-2.31.so'},
	});

	t.like(readLoaderFacts(sysroot, '/lib/ld-linux-aarch64.so.1'), {
		kind: 'glibc',
		version: '2.31',
		systemDirs: multiarch.map(dir => dir.slice(0, -1)),
		lib: 'lib/aarch64-linux-gnu',
		platforms: ['aarch64'],
		hwcaps: [],
		legacyHwcaps: ['tls', 'aarch64'],
		cachePath: '/etc/ld.so.cache',
		preloadPath: '/etc/ld.so.preload',
		isaLevel: 1,
		options: {argv0: false, inhibitCache: true, preload: true, audit: true, hwcapsPrepend: false},
	});
});

test('a loader of an x86-64-v2 distribution: lib64, levels, and what it demands of a processor', t => {
	const isa = {owner: 'GNU', type: 5, contents: [0xc000_8002, 4, 0b11, 0]};
	const spec = {dynamic: {soname: 'ld-linux-x86-64.so.2'}, notes: [{alignment: 8, notes: [isa]}]};
	const sysroot = writeRoot(t, {
		'lib64/ld-linux-x86-64.so.2': glibcLoader(
			spec,
			['/lib64/', '/usr/lib64/'],
			'--argv0',
			'--glibc-hwcaps-prepend',
			'--glibc-hwcaps-mask',
			'x86-64-v4:x86-64-v3:x86-64-v2',
			'haswell',
			'ld.so (GNU libc) stable release version 2.39.\nCopyright',
		),
	});

	t.like(readLoaderFacts(sysroot, '/lib64/ld-linux-x86-64.so.2'), {
		version: '2.39',
		systemDirs: ['/lib64', '/usr/lib64'],
		lib: 'lib64',
		platforms: ['x86_64', 'haswell'],
		hwcaps: ['x86-64-v4', 'x86-64-v3', 'x86-64-v2'],
		legacyHwcaps: [],
		isaLevel: 2,
		options: {argv0: true, hwcapsPrepend: true, hwcapsMask: true},
	});
});

test('a loader with directories and cache of its own', t => {
	const prefix = '/store/abc-glibc-2.40';
	const sysroot = writeRoot(t, {
		'store/ld.so': glibcLoader(
			{dynamic: {soname: 'ld-linux-x86-64.so.2'}},
			[`${prefix}/lib/`],
			`${prefix}/etc/ld.so.cache`,
		),
	});

	t.like(readLoaderFacts(sysroot, '/store/ld.so'), {
		systemDirs: [`${prefix}/lib`],
		lib: 'lib',
		cachePath: `${prefix}/etc/ld.so.cache`,
		version: undefined,
	});
});

test('other strings that look like directories are no trusted ones', t => {
	const sysroot = writeRoot(t, {
		'lib/ld.so.1': glibcLoader(aarch64, [
			'/proc/self/',
			'/dev/shm/',
			'/',
			'x',
			'/lib/',
			'/usr/lib/',
			'x',
		]),
	});

	t.like(readLoaderFacts(sysroot, '/lib/ld.so.1'), {systemDirs: ['/lib', '/usr/lib']});
});

test('a big-endian loader of musl', t => {
	const spec = {machine: 22, byteOrder: 'big', dynamic: {}} as const;
	const sysroot = writeRoot(t, {'lib/ld-musl-s390x.so.1': muslLoaderFile(spec, 's390x')});

	t.like(readLoaderFacts(sysroot, '/lib/ld-musl-s390x.so.1'), {
		kind: 'musl',
		version: '1.2.5',
		architecture: 's390x',
		systemDirs: ['/lib', '/usr/local/lib', '/usr/lib'],
		options: {argv0: true, libraryPath: true, inhibitCache: false},
	});
});

test('what is no loader we know is refused, by name and with the reason', t => {
	const sysroot = writeRoot(t, {
		'lib/other.so': {dynamic: {soname: 'linker64'}},
		'lib/script': '#!/bin/sh\nexit 0\n# long enough to be looked at as an ELF file\n',
		'lib/no-dirs': glibcLoader({dynamic: {}}, []),
	});

	for (const path of ['/lib/other.so', '/lib/script', '/lib/no-dirs', 'lib/other.so', '/lib']) {
		const error = t.throws(() => readLoaderFacts(sysroot, path), {code: 'UNSUPPORTED_LOADER'});
		t.true(error.message.startsWith(`cannot use the loader ${path}: `));
	}
});

test('a loader that is not there is an incomplete closure', t => {
	const sysroot = writeRoot(t, {});

	t.throws(() => readLoaderFacts(sysroot, '/lib/ld-linux.so.2'), {
		code: 'UNRESOLVED_NEEDED',
		message: 'cannot find the loader /lib/ld-linux.so.2',
	});
});
