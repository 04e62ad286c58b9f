/** Files that are taken, passed over or died of, judged by this machine's loader too. */
import {chmodSync, readFileSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {buildObjects, type World} from '../helpers/elf/build-objects.js';
import {answersIn, compareWithLoader} from '../helpers/elf/compare-with-loader.js';
import {NOBODY} from '../helpers/run/as-nobody.js';

const needy = {needs: ['libown.so'], runpath: '$ORIGIN/bad:$ORIGIN/good'} as const;

/** Change bytes of one object, by their place in the ELF header. */
function poke(world: World, name: string, offset: number, ...values: readonly number[]): void {
	const bytes = readFileSync(world.path(name));
	bytes.set(values, offset);
	writeFileSync(world.path(name), bytes);
}

const EI_CLASS = 4;
const EI_DATA = 5;
const EI_OSABI = 7;
const E_TYPE = 16;
const E_MACHINE = 18;

test('a 32-bit library is passed over, and said so', async t => {
	const world = await buildObjects(t, {
		prog: needy,
		'bad/libown.so': {bits: 32},
		'good/libown.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.deepEqual(answersIn(closure)[0]?.passedOver, [
		{place: 'runpath', path: world.path('bad/libown.so'), why: 'wrong class'},
	]);
});

test('a library of another machine is passed over, and said so', async t => {
	const world = await buildObjects(t, {prog: needy, 'bad/libown.so': {}, 'good/libown.so': {}});
	poke(world, 'bad/libown.so', E_MACHINE, 0xb7, 0);
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(answersIn(closure)[0]?.passedOver[0]?.why, 'wrong machine');
});

test('a damaged file of another class is passed over as well', async t => {
	const world = await buildObjects(t, {prog: needy, 'bad/libown.so': {}, 'good/libown.so': {}});
	// A 64-bit header read as a 32-bit one makes no sense at all.
	poke(world, 'bad/libown.so', EI_CLASS, 1);
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(answersIn(closure)[0]?.passedOver[0]?.why, 'wrong class');
});

test('where only a library of another class is found, it is missing', async t => {
	const world = await buildObjects(t, {prog: needy, 'bad/libown.so': {bits: 32}});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.unresolved[0]?.searched[0]?.why, 'wrong class');
	t.is(closure.unresolved[0]?.fatal, undefined);
});

const broken = {
	'a text': {text: 'this is a text and no library, long enough for an ELF header: '.repeat(3)},
	'an empty file': {text: ''},
	'a directory': {directory: true},
	'a linker script': {text: 'INPUT(libown.so.1)'},
} as const;

for (const [what, file] of Object.entries(broken)) {
	test(`${what} with the name of a library is fatal, though a good one follows`, async t => {
		const world = await buildObjects(t, {prog: needy, 'bad/libown.so': file, 'good/libown.so': {}});
		const closure = await compareWithLoader(t, world.path('prog'));

		t.is(closure.unresolved[0]?.fatal?.path, world.path('bad/libown.so'));
	});
}

for (const [what, offset, value] of [
	['the other byte order', EI_DATA, 2],
	['an unknown OS ABI', EI_OSABI, 9],
	['a core file', E_TYPE, 4],
	['an object file', E_TYPE, 1],
] as const) {
	test(`${what} is fatal, though a good library follows`, async t => {
		const world = await buildObjects(t, {prog: needy, 'bad/libown.so': {}, 'good/libown.so': {}});
		poke(world, 'bad/libown.so', offset, value);
		const closure = await compareWithLoader(t, world.path('prog'));

		t.is(closure.unresolved[0]?.fatal?.path, world.path('bad/libown.so'));
	});
}

test('the OS ABI of GNU is taken', async t => {
	const world = await buildObjects(t, {prog: needy, 'bad/libown.so': {}});
	poke(world, 'bad/libown.so', EI_OSABI, 3);

	t.is((await compareWithLoader(t, world.path('prog'))).linkMap.length, 2);
});

test('a program with the name of a library is fatal, whether it has a fixed address or not', async t => {
	for (const flags of [['-no-pie'], ['-pie']]) {
		const world = await buildObjects(t, {
			prog: needy,
			'bad/libown.so': {kind: 'program', flags},
			'good/libown.so': {},
		});
		const closure = await compareWithLoader(t, world.path('prog'));

		t.is(closure.unresolved[0]?.fatal?.path, world.path('bad/libown.so'));
	}
});

test('a library that may not be read is passed over, and said so', async t => {
	const world = await buildObjects(t, {prog: needy, 'bad/libown.so': {}, 'good/libown.so': {}});
	chmodSync(world.directory, 0o755);
	chmodSync(world.path('bad/libown.so'), 0o000);
	const closure = await compareWithLoader(t, world.path('prog'), {uid: NOBODY});

	t.is(answersIn(closure)[0]?.passedOver[0]?.why, 'unreadable: permission denied');
});

test('a link that leads in a circle ends its list, and the next list is searched', async t => {
	const world = await buildObjects(t, {
		prog: needy,
		'bad/libown.so': {symlink: 'libown.so'},
		'good/libown.so': {},
		'default/libown.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));
	t.is(closure.unresolved[0]?.needed, 'libown.so');

	const other = await buildObjects(t, {prog: {needs: ['libown.so'], runpath: world.path('good')}});
	const ldLibraryPath = `${world.path('bad')}:${world.path('default')}`;
	const found = await compareWithLoader(t, other.path('prog'), {ldLibraryPath});
	t.is(found.linkMap[1]?.path as string, world.path('good/libown.so'));
});

test('a dangling link and a directory that is a file are no reason to stop', async t => {
	const world = await buildObjects(t, {
		prog: {...needy, runpath: '$ORIGIN/file:$ORIGIN/bad:$ORIGIN/good'},
		file: {text: 'no directory'},
		'bad/libown.so': {symlink: 'nowhere'},
		'good/libown.so': {},
	});

	t.is((await compareWithLoader(t, world.path('prog'))).linkMap.length, 2);
});

test('a version that the library lacks plays no part in choosing it', async t => {
	const version = '-Wl,--default-symver';
	const world = await buildObjects(t, {
		prog: needy,
		'bad/libown.so': {source: 'int a;', flags: [version]},
		'good/libown.so': {source: 'int a, b;', flags: [version]},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.linkMap[1]?.path as string, world.path('bad/libown.so'));
});

test('`-z nodefaultlib` takes the trusted directories and their cache entries away', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libc.so.6'], flags: ['-Wl,-z,nodefaultlib']},
		'by-library': {needs: ['libmid.so'], runpath: '$ORIGIN'},
		'libmid.so': {needs: ['libc.so.6'], flags: ['-Wl,-z,nodefaultlib']},
	});

	const closure = await compareWithLoader(t, world.path('prog'));
	t.deepEqual(
		closure.unresolved[0]?.searched.map(({place, why}) => `${place}: ${why}`),
		['ld-so-cache: ruled out by DF_1_NODEFLIB', 'default: ruled out by DF_1_NODEFLIB'],
	);
	t.is((await compareWithLoader(t, world.path('by-library'))).unresolved.length, 1);
});

test('without a cache the trusted directories are searched', async t => {
	const world = await buildObjects(t, {prog: {needs: ['libc.so.6']}});
	const closure = await compareWithLoader(t, world.path('prog'), {
		arguments: ['--inhibit-cache'],
		search: {inhibitCache: true},
	});

	t.is(closure.edges.find(({needed}) => needed === 'libc.so.6')?.place, 'default');
	const cached = await compareWithLoader(t, world.path('prog'));
	t.is(cached.edges.find(({needed}) => needed === 'libc.so.6')?.place, 'ld-so-cache');
});

test('the name of the loader is never searched, whatever lies in the way', async t => {
	const soname = 'ld-linux-x86-64.so.2';
	const world = await buildObjects(t, {
		prog: {needs: [soname, 'libown.so'], rpath: '$ORIGIN'},
		'libown.so': {needs: [soname]},
		[soname]: {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.deepEqual(
		closure.linkMap.map(({path}) => path as string),
		[world.path('prog'), '/lib64/ld-linux-x86-64.so.2', world.path('libown.so')],
	);
	t.is(closure.interpreter, closure.linkMap[1]);
});

test('a loader that nothing needs is known, and not in the link map', async t => {
	const world = await buildObjects(t, {prog: needy, 'good/libown.so': {}});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.interpreter?.path as string, '/lib64/ld-linux-x86-64.so.2');
	t.is(closure.linkMap.length, 2);
	t.like(closure.edges[0], {place: 'interpreter', foundBy: 'loader'});
});

test('a name with a slash is opened as it stands', async t => {
	const world = await buildObjects(t, {'deep/libown.so': {soname: false}, 'libother.so': {}});
	const absolute = world.path('deep/libown.so');
	const user = await buildObjects(t, {
		prog: {needs: [absolute, '/nowhere/libown.so', 'deep/libown.so'], rpath: world.directory},
	});

	const closure = await compareWithLoader(t, user.path('prog'), {cwd: world.directory});
	t.deepEqual(
		closure.edges
			.filter(({place}) => place !== 'interpreter')
			.map(({needed, place}) => [needed, place]),
		[
			[absolute, 'name'],
			['deep/libown.so', 'name'],
		],
	);
	const elsewhere = await compareWithLoader(t, user.path('prog'), {cwd: '/'});
	t.is(elsewhere.unresolved.length, 2);
});

test('a symlinked library keeps the name it was found by', async t => {
	const world = await buildObjects(t, {
		prog: needy,
		'good/libown.so': {symlink: '../real/libown.so.1.2'},
		'real/libown.so.1.2': {soname: 'libown.so'},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.linkMap[1]?.path as string, world.path('good/libown.so'));
	t.is(closure.linkMap[1]?.object.path, world.path('real/libown.so.1.2'));
});
