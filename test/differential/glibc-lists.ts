/** Lists of directories, tokens and hardware subdirectories, judged by this machine's loader too. */
import {execFileSync} from 'node:child_process';
import test from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {answersIn, compareWithLoader, realFacts} from '../helpers/elf/compare-with-loader.js';
import {activeHwcaps, realLoaderPath} from '../helpers/elf/real-glibc-loader.js';

const bare = {needs: ['libown.so']} as const;

for (const [what, ldLibraryPath] of [
	['a leading colon', ':/nowhere'],
	['a final colon', '/nowhere:'],
	['two colons', '/nowhere::/nowhere'],
	['a colon alone', ':'],
	['a dot', '.'],
	['a relative directory', 'sub/..'],
] as const) {
	test(`${what} in LD_LIBRARY_PATH means the working directory`, async t => {
		const world = await buildObjects(t, {prog: bare, 'libown.so': {}, sub: {directory: true}});
		const {directory: cwd} = world;

		const closure = await compareWithLoader(t, world.path('prog'), {ldLibraryPath, cwd});
		t.is(closure.linkMap.length, 2);
		const elsewhere = await compareWithLoader(t, world.path('prog'), {ldLibraryPath, cwd: '/'});
		t.is(elsewhere.linkMap.length, 1);
	});
}

test('an empty LD_LIBRARY_PATH means nothing', async t => {
	const world = await buildObjects(t, {prog: bare, 'libown.so': {}});
	const here = {ldLibraryPath: '', cwd: world.directory};

	t.is((await compareWithLoader(t, world.path('prog'), here)).linkMap.length, 1);
});

test('an empty element of a DT_RUNPATH means the working directory too', async t => {
	const world = await buildObjects(t, {prog: {...bare, runpath: '/nowhere:'}, 'libown.so': {}});

	t.is((await compareWithLoader(t, world.path('prog'), {cwd: world.directory})).linkMap.length, 2);
});

test('semicolons separate in LD_LIBRARY_PATH and not in DT_RPATH', async t => {
	const world = await buildObjects(t, {
		prog: bare,
		'with-rpath': {...bare, rpath: '/nowhere;$ORIGIN/lib'},
		'lib/libown.so': {},
	});

	const ldLibraryPath = `/nowhere;${world.path('lib')}`;
	t.is((await compareWithLoader(t, world.path('prog'), {ldLibraryPath})).linkMap.length, 2);
	t.is((await compareWithLoader(t, world.path('with-rpath'))).linkMap.length, 1);
});

test('final slashes and repetitions of a directory change nothing', async t => {
	const world = await buildObjects(t, {
		prog: {...bare, runpath: '$ORIGIN/lib///:$ORIGIN/lib'},
		'lib/libown.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.linkMap[1]?.path as string, world.path('lib/libown.so'));
});

test('`--library-path` replaces LD_LIBRARY_PATH', async t => {
	const world = await buildObjects(t, {prog: bare, 'a/libown.so': {}, 'b/libown.so': {}});
	const closure = await compareWithLoader(t, world.path('prog'), {
		arguments: ['--library-path', world.path('a')],
		environment: {LD_LIBRARY_PATH: world.path('b')},
		search: {ldLibraryPath: world.path('a')},
	});

	t.is(closure.linkMap[1]?.path as string, world.path('a/libown.so'));
});

const {lib} = realFacts();
const {platform} = activeHwcaps();

for (const [runpath, directory] of [
	['$ORIGIN/lib', 'lib'],
	['${ORIGIN}/lib', 'lib'],
	['$ORIGIN/$LIB', lib],
	['$ORIGIN/${LIB}/x', `${lib}/x`],
	['$ORIGIN/$PLATFORM', platform],
	['$ORIGIN/$PLATFORM-$PLATFORM', `${platform}-${platform}`],
	['$ORIGIN/$LIBx', '$LIBx'],
	['$ORIGIN/${LIBx}', '${LIBx}'],
	['$ORIGIN/${LIB', '${LIB'],
	['$ORIGIN/$OTHER', '$OTHER'],
	['$ORIGIN/$', '$'],
	['$ORIGIN/$$LIB', `$${lib}`],
	['$ORIGIN/_$LIB.d', `_${lib}.d`],
] as const) {
	test(`${runpath} of a program means ${directory} beside it`, async t => {
		const world = await buildObjects(t, {
			prog: {...bare, runpath},
			[`${directory}/libown.so`]: {},
		});
		const closure = await compareWithLoader(t, world.path('prog'));

		t.is(closure.linkMap[1]?.path as string, world.path(`${directory}/libown.so`));
	});
}

test('$ORIGINAL is no token', async t => {
	const world = await buildObjects(t, {prog: {...bare, runpath: '$ORIGINAL'}, 'libown.so': {}});

	t.is((await compareWithLoader(t, world.path('prog'))).linkMap.length, 1);
});

test('$ORIGIN of a library is the directory of the name, not of the symlink target', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libmid.so'], runpath: '$ORIGIN/links'},
		'links/libmid.so': {symlink: '../real/libmid.so'},
		'real/libmid.so': {needs: ['libown.so'], runpath: '$ORIGIN/near'},
		'links/near/libown.so': {},
		'real/near/libown.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.is(closure.linkMap.at(-1)?.path as string, world.path('links/near/libown.so'));
});

test('$ORIGIN of the program is its real place, unless an older loader is given a symlink', async t => {
	const world = await buildObjects(t, {
		'real/prog': {...bare, runpath: '$ORIGIN/lib'},
		'real/lib/libown.so': {},
		prog: {symlink: 'real/prog'},
	});

	const given = await compareWithLoader(t, world.path('prog'));
	t.is(given.linkMap.length, 1);
	// The kernel starts it: $ORIGIN comes from /proc/self/exe.
	const started = execFileSync(world.path('prog'), {
		encoding: 'utf8',
		env: {LD_TRACE_LOADED_OBJECTS: '1'},
	});
	t.true(started.includes(world.path('real/lib/libown.so')), started);
});

test('tokens in LD_LIBRARY_PATH stand for the values of the program', async t => {
	const world = await buildObjects(t, {
		'bin/prog': {needs: ['libmid.so'], runpath: '$ORIGIN/../mid'},
		'mid/libmid.so': {needs: ['libown.so']},
		'bin/extra/libown.so': {},
		'mid/extra/libown.so': {},
	});
	const ldLibraryPath = '$ORIGIN/extra';
	const closure = await compareWithLoader(t, world.path('bin/prog'), {ldLibraryPath});

	t.is(closure.linkMap.at(-1)?.path as string, world.path('bin/extra/libown.so'));
});

test('tokens in a needed name are replaced, with or without a slash in it', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['$ORIGIN/lib/libown.so', 'lib$PLATFORM.so'], runpath: '$ORIGIN'},
		'lib/libown.so': {},
		[`lib${platform}.so`]: {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.deepEqual(
		answersIn(closure).map(({place}) => place),
		['name', 'runpath'],
	);
});

test('inside each directory the best glibc-hwcaps subdirectory comes first', async t => {
	const {levels} = activeHwcaps();
	const [best = 'none', second = 'none'] = levels;
	const world = await buildObjects(t, {
		prog: {needs: ['libone.so', 'libtwo.so', 'libthree.so'], runpath: '$ORIGIN/a:$ORIGIN/b'},
		'a/libone.so': {},
		[`a/glibc-hwcaps/${best}/libone.so`]: {},
		[`a/glibc-hwcaps/${second}/libone.so`]: {},
		'a/libtwo.so': {},
		[`b/glibc-hwcaps/${best}/libtwo.so`]: {},
		'b/libthree.so': {},
		[`a/glibc-hwcaps/${second}/libthree.so`]: {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));

	t.true(levels.length >= 2, 'this processor has no two levels');
	t.deepEqual(
		closure.linkMap.slice(1).map(({path}) => path as string),
		[
			world.path(`a/glibc-hwcaps/${best}/libone.so`),
			world.path('a/libtwo.so'),
			world.path(`a/glibc-hwcaps/${second}/libthree.so`),
		],
	);
});

test('levels can be masked and prepended', async t => {
	const {levels, legacy} = activeHwcaps();
	const [best = 'none', second = 'none'] = levels;
	const world = await buildObjects(t, {
		prog: {...bare, runpath: '$ORIGIN/a'},
		'a/libown.so': {},
		[`a/glibc-hwcaps/${best}/libown.so`]: {},
		[`a/glibc-hwcaps/${second}/libown.so`]: {},
		'a/glibc-hwcaps/mine/libown.so': {},
	});

	const masked = await compareWithLoader(t, world.path('prog'), {
		arguments: ['--glibc-hwcaps-mask', second],
		search: {hwcaps: {levels: [second], legacy}},
	});
	t.is(masked.linkMap[1]?.path as string, world.path(`a/glibc-hwcaps/${second}/libown.so`));
	const prepended = await compareWithLoader(t, world.path('prog'), {
		arguments: ['--glibc-hwcaps-prepend', 'mine'],
		search: {hwcaps: {levels: ['mine', ...levels], legacy}},
	});
	t.is(prepended.linkMap[1]?.path as string, world.path('a/glibc-hwcaps/mine/libown.so'));
});

test('the older subdirectories are searched by the loaders that still know them', async t => {
	const {legacy} = activeHwcaps();
	const world = await buildObjects(t, {
		prog: {needs: ['libone.so', 'libtwo.so', 'libthree.so'], runpath: '$ORIGIN'},
		'libone.so': {},
		'tls/libone.so': {},
		[`tls/${platform}/libone.so`]: {},
		'libtwo.so': {},
		[`${platform}/libtwo.so`]: {},
		'tls/libtwo.so': {},
		'libthree.so': {},
		'tls/other/libthree.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'));
	const chosen = closure.linkMap.slice(1).map(({path}) => path as string);

	t.deepEqual(
		chosen,
		legacy.length === 0
			? ['libone.so', 'libtwo.so', 'libthree.so'].map(name => world.path(name))
			: [
					world.path(`tls/${platform}/libone.so`),
					world.path('tls/libtwo.so'),
					world.path('libthree.so'),
				],
	);
});

test('what the facts say is what the loader says of itself', t => {
	const facts = realFacts();
	const told = execFileSync(realLoaderPath(), ['--list-diagnostics'], {encoding: 'utf8'});
	const value = (name: string) => new RegExp(`^${name}="(.*)"$`, 'mu').exec(told)?.[1] ?? '';
	const dirs = [...told.matchAll(/^path\.system_dirs\[.*\]="(.*)\/"$/gmu)].map(([, dir]) => dir);

	t.is(facts.lib, value('dl_dst_lib'));
	t.deepEqual(facts.systemDirs, dirs as string[]);
	t.is(facts.version, value('version\\.version'));
	t.is(facts.hwcaps.join(':'), value('dl_hwcaps_subdirs'));
	t.is(facts.object.soname, value('dso\\.ld'));
	t.is(String(facts.path), value('path\\.rtld'));
	t.true(facts.platforms.includes(value('dl_platform')));
});

test('the options the facts say it has are those of its help text', t => {
	const help = execFileSync(realLoaderPath(), ['--help'], {encoding: 'utf8'});
	const {options} = realFacts();

	for (const [name, has] of Object.entries(options)) {
		const dashed = name
			.replace(/^hwcaps/u, 'glibcHwcaps')
			.replace(/[A-Z]/gu, letter => `-${letter.toLowerCase()}`);
		t.is(has, new RegExp(`^ +--${dashed}\\b`, 'mu').test(help), dashed);
	}
});
