/** dlopen and filtees, judged by programs that really run. */
import {execFileSync} from 'node:child_process';
import {posix} from 'node:path';
import test from 'ava';
import type {Closure} from '../../lib/closure/closure.js';
import {walkClosure} from '../../lib/closure/walk-closure.js';
import type {LinkMapEntry, LoaderSearch} from '../../lib/loader/loader-search.js';
import {makeGlibcSearch} from '../../lib/loader/make-glibc-search.js';
import {hostPath, sysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {buildObjects, type World} from '../helpers/elf/build-objects.js';
import {compareWithLoader, placesIn, realFacts} from '../helpers/elf/compare-with-loader.js';
import {activeHwcaps} from '../helpers/elf/real-glibc-loader.js';

/** Calls `open_it` of a library, or dlopen itself, and prints what is mapped then. */
const opener = `
#define _GNU_SOURCE
#include <dlfcn.h>
#include <link.h>
#include <stdio.h>
static int show(struct dl_phdr_info *info, size_t size, void *data) {
	if (info->dlpi_name[0] == '/') puts(info->dlpi_name);
	return 0;
}
void *open_it(const char *name) __attribute__((weak));
int main(int count, char **names) {
	void *(*open_by)(const char *) = open_it;
	void *handle = open_by ? open_by(names[1]) : dlopen(names[1], RTLD_NOW);
	if (handle == NULL) puts(dlerror());
	dl_iterate_phdr(show, NULL);
}
`;

const caller = `
#include <dlfcn.h>
void *open_it(const char *name) { return dlopen(name, RTLD_NOW); }
`;

function openSearch(): LoaderSearch {
	const {platform, ...hwcaps} = activeHwcaps();
	const sysroot = openSysroot(hostPath('/'));
	return makeGlibcSearch({sysroot, facts: realFacts(), hwcaps, platform});
}

function start(world: World, plugin: string): readonly string[] {
	const text = execFileSync(world.path('prog'), [plugin], {encoding: 'utf8'});
	// No link lies on the way, so `..` may be taken out.
	return text
		.trim()
		.split('\n')
		.map(line => (line.startsWith('/') ? posix.normalize(line) : line));
}

const paths = (...closures: readonly Closure[]) =>
	closures.flatMap(({linkMap}) => linkMap.map(({path}) => path as string)).slice(1);

/** Find a plug-in as the caller would, and walk it into the process. */
function dlopen(
	name: string,
	from: LinkMapEntry | undefined,
	into: Closure,
	search: LoaderSearch,
): Closure {
	const found = search.locate(name, from ?? into.linkMap[0]!);
	if (found.status === 'missing') {
		throw new Error(`${name} is missing`);
	}

	return walkClosure(found.object, found.path, search, {into});
}

test('what a plug-in needs is found by the DT_RPATH of the program, and after its own', async t => {
	const world = await buildObjects(t, {
		prog: {libc: true, source: opener, rpath: '$ORIGIN/lib'},
		'plug/libplug.so': {needs: ['libleaf.so', 'libnear.so'], rpath: '$ORIGIN/near'},
		'plug/near/libnear.so': {},
		'lib/libnear.so': {},
		'lib/libleaf.so': {},
	});
	const search = openSearch();
	const process = walkClosure(world.object('prog'), sysrootPath(world.path('prog')), search);
	const plugin = dlopen(world.path('plug/libplug.so'), undefined, process, search);

	t.deepEqual(paths(process, plugin), start(world, world.path('plug/libplug.so')) as string[]);
	t.deepEqual(placesIn(plugin), ['libleaf.so: rpath', 'libnear.so: rpath']);
});

test('the DT_RUNPATH of the program is not searched for what a plug-in needs', async t => {
	const world = await buildObjects(t, {
		prog: {libc: true, source: opener, runpath: '$ORIGIN/lib'},
		'plug/libplug.so': {needs: ['libleaf.so']},
		'lib/libleaf.so': {},
	});
	const search = openSearch();
	const process = walkClosure(world.object('prog'), sysrootPath(world.path('prog')), search);
	const plugin = dlopen(world.path('plug/libplug.so'), undefined, process, search);

	t.true(start(world, world.path('plug/libplug.so'))[0]?.startsWith('libleaf.so: cannot open'));
	t.is(plugin.unresolved[0]?.needed, 'libleaf.so');
});

test('dlopen of a name looks where the calling library looks', async t => {
	const world = await buildObjects(t, {
		prog: {libc: true, source: opener, needs: ['libcaller.so'], runpath: '$ORIGIN/lib'},
		'lib/libcaller.so': {libc: true, source: caller, runpath: '$ORIGIN/../plug'},
		'plug/libplug.so': {},
	});
	const search = openSearch();
	const process = walkClosure(world.object('prog'), sysrootPath(world.path('prog')), search);
	const plugin = dlopen('libplug.so', process.linkMap[1], process, search);

	t.deepEqual(paths(process, plugin), start(world, 'libplug.so') as string[]);
	t.is(search.locate('libplug.so', process.linkMap[0]!).status, 'missing');
});

test('the DT_RPATH chain of the caller finds a plug-in, and ends there', async t => {
	const world = await buildObjects(t, {
		prog: {libc: true, source: opener, needs: ['libcaller.so'], runpath: '$ORIGIN/lib'},
		'lib/libcaller.so': {libc: true, source: caller, rpath: '$ORIGIN/../plug'},
		'plug/libplug.so': {needs: ['libleaf.so']},
		'plug/libleaf.so': {},
	});
	const search = openSearch();
	const process = walkClosure(world.object('prog'), sysrootPath(world.path('prog')), search);
	const plugin = dlopen('libplug.so', process.linkMap[1], process, search);

	t.true(start(world, 'libplug.so')[0]?.startsWith('libleaf.so: cannot open'));
	t.is(plugin.unresolved[0]?.needed, 'libleaf.so');
});

test('a program started through a symlink has its $ORIGIN where it really lies', async t => {
	const world = await buildObjects(t, {
		'real/prog': {libc: true, source: opener, needs: ['libown.so'], runpath: '$ORIGIN/lib'},
		'real/lib/libown.so': {},
		'real/lib/libplug.so': {},
		prog: {symlink: 'real/prog'},
	});
	const search = openSearch();
	const process = walkClosure(world.object('prog'), sysrootPath(world.path('prog')), search);
	const plugin = dlopen('libplug.so', undefined, process, search);

	t.deepEqual(paths(process, plugin), start(world, 'libplug.so') as string[]);
	t.is(process.linkMap[1]?.path as string, world.path('real/lib/libown.so'));
});

test('filtees stand in front of their filters, as in the map of the loader', async t => {
	const world = await buildObjects(t, {
		prog: {needs: ['libfirst.so', 'libfilter.so', 'libwaiting.so'], rpath: '$ORIGIN'},
		'libfirst.so': {},
		'libfilter.so': {
			needs: ['libown.so'],
			flags: ['-Wl,-F,libfiltee.so', '-Wl,-f,libwaiting.so', '-Wl,-f,libgone.so'],
		},
		'libfiltee.so': {needs: ['libdeep.so']},
		'libwaiting.so': {needs: ['liblast.so']},
		'libown.so': {},
		'libdeep.so': {},
		'liblast.so': {},
	});
	const closure = await compareWithLoader(t, world.path('prog'), {isStrict: true});

	t.deepEqual(
		closure.linkMap.slice(1).map(({object}) => object.soname),
		[
			'libfirst.so',
			'libfiltee.so',
			'libwaiting.so',
			'libfilter.so',
			'libown.so',
			'libdeep.so',
			'liblast.so',
		],
	);
});
