/** musl's rules, each world judged by a real musl loader too. */
import test from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {answersIn, placesIn} from '../helpers/elf/compare-with-loader.js';
import {compareWithMusl, muslLoader} from '../helpers/elf/real-musl-loader.js';

const bare = {needs: ['libown.so'], interpreter: muslLoader} as const;

test('LD_LIBRARY_PATH comes before DT_RPATH', async t => {
	const world = await buildObjects(t, {
		prog: {...bare, rpath: '$ORIGIN/near'},
		'near/libown.so': {},
		'far/libown.so': {},
	});
	const ldLibraryPath = world.path('far');

	t.deepEqual(placesIn(await compareWithMusl(t, world.path('prog'), {ldLibraryPath})), [
		'libown.so: ld-library-path',
	]);
});

test('DT_RUNPATH is inherited, also through a library with an unrelated one', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libmid.so'], interpreter: muslLoader, runpath: '$ORIGIN/lib'},
		'lib/libmid.so': {needs: ['libown.so'], runpath: '/nowhere'},
		'lib/libown.so': {},
	});

	t.deepEqual(placesIn(await compareWithMusl(t, world.path('prog'))), [
		'libmid.so: runpath',
		'libown.so: runpath',
	]);
});

test('DT_RUNPATH takes the place of DT_RPATH in the same object', async t => {
	const world = await buildObjects(t, {
		prog: {...bare, rpath: '$ORIGIN/a', runpath: '$ORIGIN/b'},
		'a/libown.so': {},
		'b/libown.so': {},
	});
	const closure = await compareWithMusl(t, world.path('prog'));

	t.is(closure.linkMap[1]?.path as string, world.path('b/libown.so'));
});

test('a soname answers for nothing: only the name of the file does', async t => {
	const world = await buildObjects(t, {'libfile.so': {soname: 'libsoname.so'}});
	const user = await buildObjects(t, {
		prog: {needs: ['libfile.so', 'libsoname.so'], interpreter: muslLoader},
	});
	const ldLibraryPath = world.directory;
	const closure = await compareWithMusl(t, user.path('prog'), {ldLibraryPath});

	t.deepEqual(
		closure.unresolved.map(({needed}) => needed),
		['libsoname.so'],
	);
});

test('a path that was needed does not answer for its name', async t => {
	const world = await buildObjects(t, {'lib/libown.so': {}});
	const user = await buildObjects(t, {
		prog: {needs: [world.path('lib/libown.so'), 'libown.so'], interpreter: muslLoader},
	});

	t.is((await compareWithMusl(t, user.path('prog'))).unresolved[0]?.needed, 'libown.so');
});

test('two names of one file are mapped once', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libone.so', 'libtwo.so'], interpreter: muslLoader, runpath: '$ORIGIN'},
		'libone.so': {soname: false},
		'libtwo.so': {symlink: 'libone.so'},
	});

	t.is((await compareWithMusl(t, world.path('prog'))).linkMap.length, 2);
});

for (const name of [
	'libc.so',
	'libc.so.6',
	'libc.musl-x86_64.so.1',
	'libpthread.so.0',
	'libm.so.6',
]) {
	test(`${name} is the loader itself, whatever lies in the way`, async t => {
		const world = await buildObjects(t, {
			prog: {needs: [name, 'libown.so'], interpreter: muslLoader, runpath: '$ORIGIN'},
			[name]: {soname: name},
			'libown.so': {},
		});
		const closure = await compareWithMusl(t, world.path('prog'));

		t.is(answersIn(closure)[0]?.to.path as string, muslLoader);
	});
}

test('a library of another class or machine is not passed over', async t => {
	const world = await buildObjects(t, {
		prog: {...bare, runpath: '$ORIGIN/bad:$ORIGIN/good'},
		'bad/libown.so': {text: 'no library, but it opens, which is all that counts'.repeat(9)},
		'good/libown.so': {},
	});
	const closure = await compareWithMusl(t, world.path('prog'));

	t.is(closure.unresolved[0]?.fatal?.path, world.path('bad/libown.so'));
});

for (const [runpath, directory] of [
	['$ORIGIN/lib', 'lib'],
	['${ORIGIN}/lib', 'lib'],
	['$ORIGIN$ORIGIN', undefined],
	['$ORIGIN/lib:$LIB/lib', undefined],
	['$ORIGIN/$PLATFORM', undefined],
] as const) {
	test(`${runpath} means ${directory ?? 'nothing'} to musl`, async t => {
		const world = await buildObjects(t, {prog: {...bare, runpath}, 'lib/libown.so': {}});
		const closure = await compareWithMusl(t, world.path('prog'));

		t.is(closure.linkMap.length, directory === undefined ? 1 : 2);
	});
}

test('empty elements are nothing and relative ones are the working directory', async t => {
	const world = await buildObjects(t, {prog: bare, 'libown.so': {}});
	const prog = world.path('prog');
	const cwd = world.directory;

	t.is((await compareWithMusl(t, prog, {ldLibraryPath: ':', cwd})).linkMap.length, 1);
	t.is((await compareWithMusl(t, prog, {ldLibraryPath: '.', cwd})).linkMap.length, 2);
	t.is((await compareWithMusl(t, prog, {ldLibraryPath: '/nowhere\n.', cwd})).linkMap.length, 2);
});

test('a semicolon separates nothing', async t => {
	const world = await buildObjects(t, {prog: bare, 'lib/libown.so': {}});
	const ldLibraryPath = `/nowhere;${world.path('lib')}`;

	t.is((await compareWithMusl(t, world.path('prog'), {ldLibraryPath})).linkMap.length, 1);
});

test('$ORIGIN of a library is the directory of the name it was found by', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libmid.so'], interpreter: muslLoader, runpath: '$ORIGIN/links'},
		'links/libmid.so': {symlink: '../real/libmid.so'},
		'real/libmid.so': {needs: ['libown.so'], runpath: '$ORIGIN/near'},
		'links/near/libown.so': {},
		'real/near/libown.so': {},
	});
	const closure = await compareWithMusl(t, world.path('prog'));

	t.is(closure.linkMap.at(-1)?.path as string, world.path('links/near/libown.so'));
});
