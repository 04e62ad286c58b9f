/** DT_RPATH, LD_LIBRARY_PATH and DT_RUNPATH, each world judged by this machine's loader too. */
import test from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {compareWithLoader, placesIn} from '../helpers/elf/compare-with-loader.js';

test('the DT_RPATH of the program covers what its libraries need', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['a/liba.so'], rpath: '$ORIGIN/a:$ORIGIN/b'},
		'a/liba.so': {needs: ['b/libb.so']},
		'b/libb.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.deepEqual(placesIn(closure), ['liba.so: rpath', 'libb.so: rpath']);
});

test('any DT_RUNPATH of a library, even of a directory that is not there, hides the DT_RPATH of the program', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['a/liba.so'], rpath: '$ORIGIN/a:$ORIGIN/b'},
		'a/liba.so': {needs: ['b/libb.so'], runpath: '/nowhere'},
		'b/libb.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.deepEqual(
		closure.unresolved.map(({needed}) => needed),
		['libb.so'],
	);
	const searched = closure.unresolved[0]?.searched ?? [];
	t.deepEqual(searched[0], {place: 'runpath', path: '/nowhere', why: 'absent'});
	t.false(searched.some(({place}) => place === 'rpath'));
});

test('an empty DT_RUNPATH hides the DT_RPATH of the program as well', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['a/liba.so'], rpath: '$ORIGIN/a'},
		'a/liba.so': {needs: ['a/libb.so'], runpath: ':'},
		'a/libb.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.unresolved.length, 1);
});

test('the DT_RUNPATH of the program does not cover what its libraries need', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['a/liba.so'], runpath: '$ORIGIN/a'},
		'a/liba.so': {needs: ['a/libb.so']},
		'a/libb.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.deepEqual(placesIn(closure), ['liba.so: runpath']);
	t.is(closure.unresolved[0]?.needed, 'libb.so');
});

test('an unrelated DT_RPATH of a library leaves that of the program to be searched', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['a/liba.so'], rpath: '$ORIGIN/a'},
		'a/liba.so': {needs: ['a/libb.so'], rpath: '/nowhere'},
		'a/libb.so': {},
	});

	t.deepEqual((await compareWithLoader(t, world.path('prog'))).unresolved, []);
});

test('an object with both tags has no DT_RPATH, not even for what it brings', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['a/liba.so'], rpath: '$ORIGIN/b', runpath: '$ORIGIN/a'},
		'a/liba.so': {needs: ['b/libb.so']},
		'b/libb.so': {},
	});

	t.is((await compareWithLoader(t, world.path('prog'))).unresolved[0]?.needed, 'libb.so');
});

test('LD_LIBRARY_PATH beats DT_RUNPATH but not DT_RPATH', async t => {
	const world = await buildObjects(t, {
		'near/libz.so': {},
		'far/libz.so': {},
		'with-runpath': {needs: ['near/libz.so'], runpath: '$ORIGIN/near'},
		'with-rpath': {needs: ['near/libz.so'], rpath: '$ORIGIN/near'},
	});
	const ldLibraryPath = world.path('far');

	for (const [program, place] of [
		['with-runpath', 'ld-library-path'],
		['with-rpath', 'rpath'],
	] as const) {
		const closure = await compareWithLoader(t, world.path(program), {ldLibraryPath});
		t.deepEqual(placesIn(closure), [`libz.so: ${place}`]);
	}
});

test('the DT_RPATH of a library comes before that of the program', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['a/liba.so'], rpath: '$ORIGIN/a:$ORIGIN/far'},
		'a/liba.so': {needs: ['near/libz.so'], rpath: '$ORIGIN/../near'},
		'near/libz.so': {},
		'far/libz.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.linkMap.at(-1)?.path as string, world.path('near/libz.so'));
});

test('the walk is breadth first: what the program needs is there before what its libraries need', async t => {
	const world = await buildObjects(t, {
		both: {needs: ['a/libg.so', 'libx.so'], rpath: '$ORIGIN/a:$ORIGIN'},
		'only-g': {needs: ['a/libg.so'], rpath: '$ORIGIN/a:$ORIGIN'},
		'a/libg.so': {needs: ['own/libx.so'], runpath: '$ORIGIN/../own'},
		'own/libx.so': {},
		'libx.so': {},
	});

	const both = await compareWithLoader(t, world.path('both'));
	t.deepEqual(placesIn(both), ['libg.so: rpath', 'libx.so: rpath', 'libx.so: link-map']);
	const onlyG = await compareWithLoader(t, world.path('only-g'));
	t.is(onlyG.linkMap.at(-1)?.path as string, world.path('own/libx.so'));
});

test('only the chain of the first requester counts, so the order of needs decides', async t => {
	const world = await buildObjects(t, {
		'good-first': {needs: ['libgood.so', 'libbad.so'], rpath: '$ORIGIN'},
		'bad-first': {needs: ['libbad.so', 'libgood.so'], rpath: '$ORIGIN'},
		'libgood.so': {needs: ['deep/libmid.so'], rpath: '$ORIGIN/deep:$ORIGIN/deeper'},
		'libbad.so': {needs: ['deep/libmid.so'], rpath: '$ORIGIN/deep'},
		'deep/libmid.so': {needs: ['deeper/libleaf.so']},
		'deeper/libleaf.so': {},
	});

	t.deepEqual((await compareWithLoader(t, world.path('good-first'))).unresolved, []);
	const bad = await compareWithLoader(t, world.path('bad-first'));
	t.deepEqual(
		bad.unresolved.map(({needed, by}) => [needed, by.path as string]),
		[['libleaf.so', world.path('deep/libmid.so')]],
	);
});

test('a name nobody answers to is searched again for everyone who asks', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libone.so', 'libtwo.so'], rpath: '$ORIGIN'},
		'libone.so': {needs: ['sub/libleaf.so']},
		'libtwo.so': {needs: ['sub/libleaf.so'], runpath: '$ORIGIN/sub'},
		'sub/libleaf.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.deepEqual(
		closure.unresolved.map(({by}) => by.path as string),
		[world.path('libone.so')],
	);
	t.is(closure.linkMap.at(-1)?.path as string, world.path('sub/libleaf.so'));
});

test('a soname answers for a file that was asked for by another name', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libplain.so', 'libuser.so'], runpath: '$ORIGIN'},
		'libplain.so': {soname: false, needs: ['libreal.so.7']},
		'libuser.so': {needs: ['libreal.so.7'], runpath: '$ORIGIN/hidden'},
		'libreal.so.7': {symlink: 'hidden/libreal.so'},
		'hidden/libreal.so': {soname: 'libreal.so.7'},
	});
	const closure = await compareWithLoader(t, world.path('prog'), {
		ldLibraryPath: world.directory,
	});

	t.is(closure.edges.at(-1)?.place, 'link-map');
});

test('a path that was needed answers for its soname, and without a soname does not', async t => {
	const world = await buildObjects(t, {
		'lib/libnamed.so': {},
		'lib/libnameless.so': {soname: false},
		'lib/libuser.so': {needs: ['libnamed.so', 'libnameless.so']},
	});
	const needs = ['lib/libnamed.so', 'lib/libnameless.so', 'lib/libuser.so'];
	const paths = await buildObjects(t, {prog: {needs: needs.map(name => world.path(name))}});
	const closure = await compareWithLoader(t, paths.path('prog'));

	t.deepEqual(placesIn(closure).slice(3), ['libnamed.so: link-map']);
	t.deepEqual(
		closure.unresolved.map(({needed}) => needed),
		['libnameless.so'],
	);
});

test('two names of one file are mapped once', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libone.so', 'libtwo.so'], runpath: '$ORIGIN'},
		'libone.so': {soname: false},
		'libtwo.so': {symlink: 'libone.so'},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.linkMap.length, 2);
	t.deepEqual(placesIn(closure), ['libone.so: runpath', 'libtwo.so: runpath']);
});

test('a library that needs itself, and two that need each other, are mapped once', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libself.so', 'libone.so'], rpath: '$ORIGIN'},
		'libself.so': {needs: ['libself.so']},
		'libone.so': {needs: ['libtwo.so']},
		'libtwo.so': {needs: ['libone.so']},
	});

	t.is((await compareWithLoader(t, world.path('prog'))).linkMap.length, 4);
});

test('a program listed as a library that others need is not mapped twice by soname', async t => {
	const world = await buildObjects(t, {
		'libroot.so': {needs: ['libchild.so'], rpath: '$ORIGIN'},
		'libchild.so': {needs: ['libroot.so']},
	});
	const closure = await compareWithLoader(t, world.path('libroot.so'));

	t.is(closure.linkMap.length, 2);
});

test('a DT_RUNPATH with `..` is followed as the kernel follows it', async t => {
	const world = await buildObjects(t, {
		'real/deep/prog': {needs: ['real/libclimb.so'], runpath: '$ORIGIN/../../link/../'},
		'real/libclimb.so': {},
		link: {symlink: 'real/deep'},
		'libclimb.so': {},
		lost: {needs: ['libclimb.so'], runpath: '$ORIGIN/nowhere/..'},
	});

	t.is((await compareWithLoader(t, world.path('lost'))).linkMap.length, 1);
	const found = await compareWithLoader(t, world.path('real/deep/prog'));
	t.is(found.linkMap[1]?.path as string, world.path('real/libclimb.so'));
});
