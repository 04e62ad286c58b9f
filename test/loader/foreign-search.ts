/** Searches in roots of other machines, where no loader can be asked. */
import test from 'ava';
import type {Closure} from '../../lib/closure/closure.js';
import {walkClosure} from '../../lib/closure/walk-closure.js';
import {makeGlibcSearch} from '../../lib/loader/make-glibc-search.js';
import {makeLoaderSearch} from '../../lib/loader/make-loader-search.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import type {Sysroot} from '../../lib/sysroot/sysroot.js';
import {writeNewCache} from '../helpers/elf/cache-writer.js';
import {placesIn} from '../helpers/elf/compare-with-loader.js';
import type {DynamicSpec, ElfSpec} from '../helpers/elf/elf-spec.js';
import {glibcLoader, muslLoaderFile, writeRoot} from '../helpers/elf/foreign-loader.js';

function walk(sysroot: Sysroot, path: string, ldLibraryPath?: string): Closure {
	const answer = sysroot.elf(sysrootPath(path));
	if (answer.status !== 'elf' || answer.object.interpreter === undefined) {
		throw new Error(`${path} is no program`);
	}

	const {facts, search} = makeLoaderSearch({sysroot})(answer.object.interpreter);
	const asked =
		ldLibraryPath === undefined || facts.kind === 'musl'
			? search
			: makeGlibcSearch({sysroot, facts, ldLibraryPath});
	return walkClosure(answer.object, sysrootPath(path), asked);
}

const pathsIn = (closure: Closure) => closure.linkMap.map(({path}) => path as string);

interface Machine {
	readonly spec: ElfSpec;
	readonly interpreter: string;
	readonly flags: number;
}

const machines: Readonly<Record<string, Machine>> = {
	aarch64: {spec: {machine: 183}, interpreter: '/lib/ld-linux-aarch64.so.1', flags: 0xa03},
	s390x: {spec: {machine: 22, byteOrder: 'big'}, interpreter: '/lib/ld64.so.1', flags: 0x403},
	powerpc: {
		spec: {machine: 20, byteOrder: 'big', class: 32},
		interpreter: '/lib/ld.so.1',
		flags: 0x3,
	},
	ppc64le: {
		spec: {machine: 21, machineFlags: 2},
		interpreter: '/lib64/ld64.so.2',
		flags: 0x503,
	},
	armhf: {
		spec: {machine: 40, class: 32, machineFlags: 0x500_0400},
		interpreter: '/lib/ld-linux-armhf.so.3',
		flags: 0x903,
	},
	riscv64: {
		spec: {machine: 243, machineFlags: 5},
		interpreter: '/lib/ld-linux-riscv64-lp64d.so.1',
		flags: 0x1003,
	},
	mips64el: {spec: {machine: 8}, interpreter: '/lib64/ld.so.1', flags: 0x703},
	i386: {spec: {machine: 3, class: 32}, interpreter: '/lib/ld-linux.so.2', flags: 0x3},
};

for (const [name, {spec, interpreter, flags}] of Object.entries(machines)) {
	test(`${name}: cache, DT_RUNPATH and trusted directories of a foreign root`, t => {
		const made = (dynamic: DynamicSpec): ElfSpec => ({...spec, dynamic});
		const cache = [
			{name: 'libone.so.1', path: '/opt/other/libone.so.1', flags: flags ^ 0x10_0000},
			{name: 'libone.so.1', path: '/opt/lib/libone.so.1', flags},
		];
		const sysroot = writeRoot(t, {
			[interpreter]: glibcLoader(made({soname: interpreter.replace(/.*\//u, '')}), [
				'/lib/',
				'/usr/lib/',
			]),
			'etc/ld.so.cache': writeNewCache(cache, {byteOrder: spec.byteOrder ?? 'little'}),
			prog: {
				...made({needed: ['libone.so.1', 'libtwo.so'], runpath: '$ORIGIN/near'}),
				interpreter,
			},
			'opt/other/libone.so.1': made({}),
			'opt/lib/libone.so.1': made({needed: ['libthree.so']}),
			'near/libtwo.so': made({}),
			// The machine that runs this test is another one than most of these.
			'lib/libthree.so': {...spec, machine: 2, dynamic: {}},
			'usr/lib/libthree.so': made({}),
		});
		const closure = walk(sysroot, '/prog');

		t.deepEqual(pathsIn(closure), [
			'/prog',
			'/opt/lib/libone.so.1',
			'/near/libtwo.so',
			'/usr/lib/libthree.so',
		]);
		t.deepEqual(placesIn(closure), [
			'libone.so.1: ld-so-cache',
			'libtwo.so: runpath',
			'libthree.so: default',
		]);
		t.is(closure.edges.at(-1)?.passedOver.at(-1)?.why, 'wrong machine');
	});
}

const riscv = {machine: 243, machineFlags: 5} as const;
const riscvLoader = glibcLoader({...riscv, dynamic: {soname: 'ld.so.1'}}, ['/lib/', '/usr/lib/']);

test('objects of another floating-point ABI are another machine’s', t => {
	const sysroot = writeRoot(t, {
		'lib/ld.so.1': riscvLoader,
		prog: {...riscv, interpreter: '/lib/ld.so.1', dynamic: {needed: ['libone.so']}},
		'lib/libone.so': {machine: 243, machineFlags: 1, dynamic: {}},
		'usr/lib/libone.so': {machine: 243, machineFlags: 5, dynamic: {}},
	});

	t.deepEqual(pathsIn(walk(sysroot, '/prog')), ['/prog', '/usr/lib/libone.so']);
});

test('a token that stands for nothing drops its element, and that is said', t => {
	const runpath = '/opt/$PLATFORM:/opt/${PLATFORM}x:/near';
	const sysroot = writeRoot(t, {
		'lib/ld.so.1': riscvLoader,
		prog: {...riscv, interpreter: '/lib/ld.so.1', dynamic: {needed: ['libone.so'], runpath}},
		'opt/libone.so': {...riscv, dynamic: {}},
	});
	const [missing] = walk(sysroot, '/prog').unresolved;

	t.deepEqual(missing?.searched.slice(0, 3), [
		{place: 'runpath', path: '/opt/$PLATFORM', why: 'unknown token'},
		{place: 'runpath', path: '/opt/${PLATFORM}x', why: 'unknown token'},
		{place: 'runpath', path: '/near', why: 'absent'},
	] as never);
});

test('a needed name whose token stands for nothing is missing, and that is said', t => {
	const sysroot = writeRoot(t, {
		'lib/ld.so.1': riscvLoader,
		prog: {...riscv, interpreter: '/lib/ld.so.1', dynamic: {needed: ['lib$PLATFORM.so']}},
	});

	t.is(walk(sysroot, '/prog').unresolved[0]?.searched[0]?.why, 'unknown token');
});

test('relative elements are never searched for a bundle, and that is said', t => {
	const sysroot = writeRoot(t, {
		'lib/ld.so.1': riscvLoader,
		prog: {...riscv, interpreter: '/lib/ld.so.1', dynamic: {needed: ['libone.so', './libtwo.so']}},
		'libone.so': {...riscv, dynamic: {}},
		'libtwo.so': {...riscv, dynamic: {}},
	});
	const {unresolved} = walk(sysroot, '/prog', ':lib');
	const why = 'relative to the working directory';

	t.deepEqual(unresolved[0]?.searched.slice(0, 2), [
		{place: 'ld-library-path', path: '(empty)', why},
		{place: 'ld-library-path', path: 'lib', why},
	] as never);
	t.deepEqual(unresolved[1]?.searched, [{place: 'name', path: './libtwo.so', why}] as never);
});

test('whatever $PLATFORM may be on the target is tried, the plainest first', t => {
	const spec = {machine: 62} as const;
	const runpath = '/opt/$PLATFORM';
	const prog = {...spec, interpreter: '/lib/ld.so.1', dynamic: {needed: ['libone.so'], runpath}};
	const loader = glibcLoader(
		{...spec, dynamic: {soname: 'ld.so.1'}},
		['/lib/'],
		'haswell',
		'xeon_phi',
	);
	const only = writeRoot(t, {
		prog,
		'lib/ld.so.1': loader,
		'opt/haswell/libone.so': {...spec, dynamic: {}},
	});
	const both = writeRoot(t, {
		prog,
		'lib/ld.so.1': loader,
		'opt/haswell/libone.so': {...spec, dynamic: {}},
		'opt/x86_64/libone.so': {...spec, dynamic: {}},
	});

	t.is(pathsIn(walk(only, '/prog'))[1], '/opt/haswell/libone.so');
	t.is(pathsIn(walk(both, '/prog'))[1], '/opt/x86_64/libone.so');
});

test('a broken cache answers nothing, and that is said', t => {
	const sysroot = writeRoot(t, {
		'lib/ld.so.1': riscvLoader,
		'etc/ld.so.cache': 'no cache at all',
		prog: {...riscv, interpreter: '/lib/ld.so.1', dynamic: {needed: ['libone.so']}},
	});
	const [missing] = walk(sysroot, '/prog').unresolved;

	t.true(
		missing?.searched.some(({place, why}) => place === 'ld-so-cache' && why.startsWith('invalid')),
	);
});

test('musl’s path file takes the place of the built-in directories', t => {
	const spec = {machine: 183} as const;
	const files = {
		'lib/ld-musl-aarch64.so.1': muslLoaderFile({...spec, dynamic: {}}, 'aarch64'),
		prog: {
			...spec,
			interpreter: '/lib/ld-musl-aarch64.so.1',
			dynamic: {needed: ['libc.musl-aarch64.so.1', 'libone.so']},
		},
		'opt/libone.so': {...spec, dynamic: {}},
		'usr/local/lib/libone.so': {...spec, dynamic: {}},
	};
	const builtIn = writeRoot(t, files);
	const listed = writeRoot(t, {
		...files,
		'etc/ld-musl-aarch64.path': '/none\n/opt:/usr/local/lib\n',
	});

	t.is(pathsIn(walk(builtIn, '/prog'))[2], '/usr/local/lib/libone.so');
	t.deepEqual(placesIn(walk(listed, '/prog')), [
		'libc.musl-aarch64.so.1: loader',
		'libone.so: musl-path',
	]);
});

test('each loader of a sysroot is opened once', t => {
	const open = makeLoaderSearch({sysroot: writeRoot(t, {'lib/ld.so.1': riscvLoader})});

	t.is(open('/lib/ld.so.1'), open('/lib/ld.so.1'));
	t.throws(() => open('/lib/ld-other.so'), {code: 'UNRESOLVED_NEEDED'});
});
