/**
 * The library cache in a root of its own: written by this machine's ldconfig, read by us and by
 * this machine's loader inside that root.
 */
import {existsSync, rmSync} from 'node:fs';
import test from 'ava';
import {answersIn, placesIn} from '../helpers/elf/compare-with-loader.js';
import {activeHwcaps} from '../helpers/elf/real-glibc-loader.js';
import {buildRoot} from '../helpers/worlds/foreign-root.js';

const conf = {
	'etc/ld.so.conf': {text: '# comment\ninclude /etc/ld.so.conf.d/*.conf\nhwcap 1 nosegneg\n'},
	'etc/ld.so.conf.d/b.conf': {text: '/opt/second/lib\n'},
	'etc/ld.so.conf.d/a.conf': {text: '  /opt/first/lib   # the first\n'},
	'etc/ld.so.conf.d/ignored': {text: '/opt/never\n'},
} as const;

for (const format of ['new', 'compat', 'old']) {
	test(`a cache in the ${format} format answers before the trusted directories`, async t => {
		const root = await buildRoot(t, {
			...conf,
			prog: {needs: ['libone.so.1', 'libtwo.so.2', 'libthree.so.3']},
			'opt/first/lib/libone.so.1': {},
			'opt/second/lib/libone.so.1': {},
			'opt/second/lib/libtwo.so.2': {},
			'opt/never/libthree.so.3': {},
			'usr/lib/libone.so.1': {},
			'usr/lib/libthree.so.3': {},
		});
		root.ldconfig('-c', format);
		const closure = await root.compare(t, 'prog');

		t.deepEqual(
			closure.linkMap.map(({path}) => path as string),
			[
				'/prog',
				'/opt/first/lib/libone.so.1',
				'/opt/second/lib/libtwo.so.2',
				'/usr/lib/libthree.so.3',
			],
		);
		t.deepEqual(
			answersIn(closure).map(({place}) => place),
			['ld-so-cache', 'ld-so-cache', 'ld-so-cache'],
		);
	});
}

test('absolute links of a foreign root lead into that root', async t => {
	const root = await buildRoot(t, {
		prog: {needs: ['libone.so.1']},
		lib: {symlink: '/usr/lib'},
		'usr/lib/libone.so.1': {symlink: '/etc/alternatives/libone'},
		'etc/alternatives/libone': {symlink: '/opt/one/libone.so.1.5'},
		'opt/one/libone.so.1.5': {soname: 'libone.so.1'},
	});
	const closure = await root.compare(t, 'prog');

	t.is(closure.linkMap[1]?.object.path, root.path('opt/one/libone.so.1.5'));
});

test('an entry whose file is gone leads on to the trusted directories', async t => {
	const root = await buildRoot(t, {
		...conf,
		prog: {needs: ['libone.so.1']},
		'opt/first/lib/libone.so.1': {},
		'opt/second/lib/libone.so.1': {},
		'usr/lib/libone.so.1': {},
	});
	root.ldconfig();
	rmSync(root.path('opt/first/lib/libone.so.1'));
	const closure = await root.compare(t, 'prog');

	// The second entry of that name is not asked: the cache answers once.
	t.is(closure.linkMap[1]?.path as string, '/usr/lib/libone.so.1');
	t.is(closure.edges.at(-1)?.place, 'default');
});

test('DF_1_NODEFLIB rules out entries in trusted directories only', async t => {
	const flags = ['-Wl,-z,nodefaultlib'];
	const root = await buildRoot(t, {
		...conf,
		outside: {needs: ['libone.so.1'], flags},
		inside: {needs: ['libtwo.so.2'], flags},
		'opt/first/lib/libone.so.1': {},
		'usr/lib/libtwo.so.2': {},
	});
	root.ldconfig();

	t.deepEqual(placesIn(await root.compare(t, 'outside')), ['libone.so.1: ld-so-cache']);
	t.is((await root.compare(t, 'inside')).unresolved[0]?.needed, 'libtwo.so.2');
});

test('the cache answers with the best level the processor has', async t => {
	const [best = 'none', second = 'none'] = activeHwcaps().levels;
	const root = await buildRoot(t, {
		...conf,
		prog: {needs: ['libone.so.1', 'libtwo.so.2']},
		'opt/first/lib/libone.so.1': {},
		[`opt/first/lib/glibc-hwcaps/${second}/libone.so.1`]: {},
		[`usr/lib/glibc-hwcaps/${best}/libone.so.1`]: {},
		'usr/lib/libone.so.1': {},
		'usr/lib/libtwo.so.2': {},
		'usr/lib/glibc-hwcaps/x86-64-v9/libtwo.so.2': {},
	});
	root.ldconfig();
	const closure = await root.compare(t, 'prog');

	// The level counts for more than the order of directories.
	t.deepEqual(
		closure.linkMap.slice(1).map(({path}) => path as string),
		[`/usr/lib/glibc-hwcaps/${best}/libone.so.1`, '/usr/lib/libtwo.so.2'],
	);
	t.is(closure.edges.find(({needed}) => needed === 'libone.so.1')?.place, 'ld-so-cache');
});

test('for a bundle the plain library answers and every level comes beside it', async t => {
	const root = await buildRoot(t, {
		...conf,
		prog: {needs: ['libone.so.1']},
		'opt/first/lib/libone.so.1': {},
		'opt/first/lib/glibc-hwcaps/x86-64-v2/libone.so.1': {},
		'usr/lib/glibc-hwcaps/x86-64-v4/libone.so.1': {needs: ['libextra.so']},
		'usr/lib/libextra.so': {needs: ['libone.so.1']},
	});
	root.ldconfig();

	for (const inhibitCache of [false, true]) {
		const closure = root.walk('prog', {inhibitCache, ldLibraryPath: '/opt/first/lib:/usr/lib'});
		t.deepEqual(
			closure.linkMap.map(({path}) => path as string),
			['/prog', '/opt/first/lib/libone.so.1'],
		);
		// In a search path a directory counts for more than a level: what is behind is hidden.
		t.deepEqual(
			closure.variants.map(({level, entry}) => [level, entry.path as string]),
			[['x86-64-v2', '/opt/first/lib/glibc-hwcaps/x86-64-v2/libone.so.1']],
		);
	}

	const cached = root.walk('prog');
	t.deepEqual(
		cached.variants.map(({level, entry}) => [level, entry.path as string]),
		[
			['x86-64-v4', '/usr/lib/glibc-hwcaps/x86-64-v4/libone.so.1'],
			['x86-64-v2', '/opt/first/lib/glibc-hwcaps/x86-64-v2/libone.so.1'],
		],
	);
	t.deepEqual(
		cached.further.map(({path}) => path as string),
		['/usr/lib/libextra.so'],
	);
	t.true(cached.variants.every(({standsFor}) => standsFor === cached.linkMap[1]));
});

test('a library that comes for better processors only is taken, and said so', async t => {
	const root = await buildRoot(t, {
		...conf,
		prog: {needs: ['libone.so.1']},
		'opt/first/lib/glibc-hwcaps/x86-64-v2/libone.so.1': {},
		'opt/first/lib/glibc-hwcaps/x86-64-v3/libone.so.1': {},
	});
	root.ldconfig();
	const closure = root.walk('prog');

	t.is(closure.linkMap[1]?.path as string, '/opt/first/lib/glibc-hwcaps/x86-64-v2/libone.so.1');
	t.is(answersIn(closure)[0]?.passedOver.at(-1)?.why, 'taken, but made for x86-64-v2 only');
	t.deepEqual(
		closure.variants.map(({level}) => level),
		['x86-64-v3'],
	);
});

test('where ldconfig has not run yet, we answer as if it had', async t => {
	const root = await buildRoot(t, {
		...conf,
		prog: {needs: ['libone.so.1', 'libtwo.so.2', 'libthree.so.3', 'libfour.so', 'libfive.so.5']},
		'opt/first/lib/libone.so.1.2.9': {soname: 'libone.so.1'},
		'opt/first/lib/libone.so.1.2.10': {soname: 'libone.so.1'},
		'opt/second/lib/libtwo.so.2': {},
		'usr/lib/libtwo.so.2': {},
		'opt/never/libthree.so.3': {},
		'usr/lib/libthree.so.3': {},
		'opt/second/lib/libfour.so': {symlink: 'libfour.so.4'},
		'opt/second/lib/libfour.so.4': {},
		'opt/first/lib/libfive.so.5': {soname: 'libother.so.5'},
		'usr/lib/libfive.so.5': {},
	});
	const before = root.walk('prog');
	t.false(existsSync(root.path('etc/ld.so.cache')));
	root.ldconfig();
	const after = await root.compare(t, 'prog');

	// ldconfig makes the link of the soname; without it the newest file answers.
	t.is(before.linkMap[1]?.path as string, '/opt/first/lib/libone.so.1.2.10');
	t.is(after.linkMap[1]?.path as string, '/opt/first/lib/libone.so.1');
	t.is(before.linkMap[1]?.object.fileId, after.linkMap[1]?.object.fileId);
	t.deepEqual(
		before.linkMap.slice(2).map(({path}) => path as string),
		after.linkMap.slice(2).map(({path}) => path as string),
	);
	t.deepEqual(placesIn(before), placesIn(after));
});

test('names that differ in leading zeros only are one name for the cache', async t => {
	const root = await buildRoot(t, {
		...conf,
		prog: {needs: ['libone.so.01']},
		'opt/first/lib/libone.so.1': {},
	});
	root.ldconfig();

	t.is((await root.compare(t, 'prog')).linkMap.length, 2);
});
