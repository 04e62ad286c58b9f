/**
 * What auditing has broken before, with three bundled loaders: this machine's glibc, and those of an
 * older and a newer release.
 *
 * A program must run under `enforce` as it does without the stub. The rows of
 * lib/audit/known-loaders.ts that name a release are held against it here.
 */
import {readFileSync, realpathSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {auditSupport} from '../../lib/audit/audit-support.js';
import type {ElfObject} from '../../lib/elf/elf-object.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {hostPath} from '../../lib/paths/paths.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {
	auditScratch,
	compileProgram,
	loaderOf,
	makeAuditWorld,
} from '../helpers/worlds/audit-world.js';
import type {AuditWorld} from '../helpers/worlds/audit-world.js';

interface Release {
	readonly name: string;
	readonly sysroot: string;
	/** So that programs link with what that release has; empty where this machine's will do. */
	readonly flags: readonly string[];
}

const runtimes = ['libstdc++6', 'libgcc-s1', 'libgomp1', 'libjemalloc2'];

/** Debian 11 has glibc 2.31, Debian 13 has 2.41; programs made here run with the newer one. */
async function releaseOf(t: ExecutionContext, name: string): Promise<Release | undefined> {
	if (name === 'here') {
		return {name, sysroot: '/', flags: []};
	}

	const host = await needHost(t, name === 'bullseye' ? 'bullseye' : 'trixie', runtimes);
	const sysroot = host?.root ?? '';
	const flags = name === 'bullseye' ? linkedWith(sysroot) : [];
	return host === undefined ? undefined : {name, sysroot, flags};
}

/** The linker's own search would end at this machine's libc whatever --sysroot says. */
function linkedWith(sysroot: string): readonly string[] {
	const libc = join(sysroot, 'lib/x86_64-linux-gnu');
	const others = join(sysroot, 'usr/lib/x86_64-linux-gnu');
	// All of them stay needed: libstdc++ asks for libpthread only weakly.
	const names = ['libc.so.6', 'libpthread.so.0', 'libdl.so.2', 'libm.so.6', 'libgcc_s.so.1'];
	return [
		...[`-B${others}/`, '-nodefaultlibs', '-Wl,--no-as-needed'],
		...names.map(name => join(libc, name)),
		...[join(others, 'libc_nonshared.a'), join(others, 'libgomp.so.1')],
		// The loader behind libc: the malloc it exports before 2.32 is its own, and not for threads.
		...[join(others, 'libstdc++.so.6'), '-lgcc', loaderOf(sysroot)],
	];
}

interface Made {
	readonly world: AuditWorld;
	/** Compile a program, put it into the bundle with its libraries; return its path there. */
	readonly make: (source: string, flags?: readonly string[]) => Promise<string>;
}

function makeWith(t: ExecutionContext, release: Release): Made {
	const world = makeAuditWorld(t, release.sysroot);
	const directory = auditScratch(t);
	const make = async (source: string, flags: readonly string[] = []) => {
		const output = join(directory, source.replace(/\.\w+$/u, ''));
		await compileProgram(source, output, [...flags, ...release.flags]);
		return world.add(output);
	};

	return {world, make};
}

async function runsTheSame(
	t: ExecutionContext,
	world: AuditWorld,
	argv: readonly string[],
	expected: string,
	env: Readonly<Record<string, string>> = {},
) {
	const plain = await world.run(argv, {unaudited: true});
	const enforced = await world.run(argv, {env});
	t.deepEqual(enforced, {status: 0, signal: undefined, stdout: expected, stderr: ''});
	t.deepEqual(enforced, plain);
}

for (const name of ['here', 'bullseye', 'trixie']) {
	test(`glibc of ${name}: every model of thread-local storage, in main and opened`, async t => {
		if (!need(t, 'gcc', 'g++', 'make')) return;
		const release = await releaseOf(t, name);
		if (release === undefined) return;
		const {world, make} = makeWith(t, release);
		// The canary weakly asks for threads and dlopen; this brings what a real program brings.
		await make('exceptions.cc', ['-pthread']);
		await make('storm.c', ['-pthread', '-ldl', '-Wl,--no-as-needed']);
		const directory = world.path('libexec/dynpk/canary');
		const preload = name === 'bullseye' ? ['--preload', 'libpthread.so.0:libdl.so.2'] : [];
		const argv = [join(directory, 'canary'), directory];
		const plain = await world.run(argv, {unaudited: true, loaderOptions: preload});
		const enforced = await world.run(argv, {loaderOptions: preload});

		const models = ['local-exec', 'initial-exec', 'global-dynamic', 'local-dynamic', 'descriptors'];
		const checks = [
			'threads',
			...models.map(model => `tls-${model}`),
			...['failed-dlopen', 'dlmopen', 'c++-exceptions', 'ifunc'],
		];
		const all = checks.map(check => `ok ${check}\n`).join('');
		// The only way dlmopen finds the loader unaudited is a directory of this machine.
		t.deepEqual([plain.status, plain.stdout], [0, all]);
		const {limits} = supportOf(release);
		const expected = limits.includes('dlmopen')
			? all.replace(/^ok dlmopen$/mu, failedDlmopen)
			: all;
		t.is(enforced.stdout, expected);
		t.is(enforced.status, limits.includes('dlmopen') ? 1 : 0);
	});

	test(`glibc of ${name}: threads started while objects are opened and closed`, async t => {
		if (!need(t, 'gcc', 'make')) return;
		const release = await releaseOf(t, name);
		if (release === undefined) return;
		const {world, make} = makeWith(t, release);
		const storm = await make('storm.c', ['-pthread', '-ldl']);
		for (const object of ['gd', 'desc']) {
			const path = world.path(`libexec/dynpk/canary/libdynpk-canary-${object}.so`);
			await runsTheSame(t, world, [storm, path], '0 wrong answers\n');
		}
	});

	test(`glibc of ${name}: C++ exceptions and thread_local objects in threads`, async t => {
		if (!need(t, 'gcc', 'g++', 'make')) return;
		const release = await releaseOf(t, name);
		if (release === undefined) return;
		const {world, make} = makeWith(t, release);
		await runsTheSame(t, world, [await make('exceptions.cc', ['-pthread'])], '800 caught\n');
	});

	test(`glibc of ${name}: OpenMP`, async t => {
		if (!need(t, 'gcc', 'make')) return;
		const release = await releaseOf(t, name);
		if (release === undefined) return;
		const {world, make} = makeWith(t, release);
		await runsTheSame(t, world, [await make('openmp.c', ['-fopenmp'])], '4999950000\n');
	});

	test(`glibc of ${name}: jemalloc, where the loader can be told to keep room for it`, async t => {
		if (!need(t, 'gcc', 'make')) return;
		const release = await releaseOf(t, name);
		if (release === undefined) return;
		const {world, make} = makeWith(t, release);
		const jemalloc = join(release.sysroot, 'usr/lib/x86_64-linux-gnu/libjemalloc.so.2');
		const {available, reason, staticTls} = supportOf(release, [
			readElf(hostPath(realpathSync(jemalloc))),
		]);
		if (!available) {
			t.regex(reason, /^glibc 2\.31 under audit has no room for \d{4} bytes/u);
			return;
		}

		const libraries = ['-Wl,--no-as-needed', jemalloc, '-Wl,--allow-shlib-undefined'];
		const program = await make('allocate.c', ['-pthread', ...libraries]);
		world.setRules({staticTls: staticTls!});
		await runsTheSame(t, world, [program], '159992\n', {
			GLIBC_TUNABLES: `glibc.rtld.optional_static_tls=${String(staticTls)}`,
		});
	});

	test(`glibc of ${name}: a program that reaches a library's storage at a fixed offset`, async t => {
		if (!need(t, 'gcc', 'make')) return;
		const release = await releaseOf(t, name);
		if (release === undefined) return;
		const {world, make} = makeWith(t, release);
		const directory = auditScratch(t);
		const provider = join(directory, 'libprovider.so');
		const shared = ['-shared', '-fPIC', '-nostdlib', '-Wl,-soname,libprovider.so'];
		await compileProgram('thread-local-provider.c', provider, shared);
		const runpath = `-Wl,--enable-new-dtags,-rpath,${directory}`;
		const program = await make('thread-local-user.c', [provider, runpath]);
		const objects = [program, provider].map(path => readElf(hostPath(path)));
		t.deepEqual(
			objects.map(({flags}) => flags.staticTls),
			[false, false],
		);
		const {available, staticTls} = supportOf(release, objects);
		t.is(available, name !== 'bullseye');
		if (!available) {
			const answer = await world.run([program]);
			t.regex(answer.stderr, /cannot allocate memory in static TLS block/u);
			return;
		}

		world.setRules({staticTls: staticTls!});
		await runsTheSame(t, world, [program], '42\n', {
			GLIBC_TUNABLES: `glibc.rtld.optional_static_tls=${String(staticTls)}`,
		});
	});

	test(`glibc of ${name}: the table of loaders says what is so`, async t => {
		const release = await releaseOf(t, name);
		if (release === undefined) return;
		const support = supportOf(release);
		const limits = name === 'bullseye' ? ['dlmopen', 'slow-calls', 'static-tls'] : [];
		t.like(support, {available: true, limits});
	});
}

const failedDlmopen =
	'failed dlmopen: /dev/null/dynpk: the bundled glibc crashes in dlmopen while it is audited: ' +
	'cannot open shared object file: Not a directory';

function supportOf(release: Release, objects: readonly ElfObject[] = []) {
	const loader = readFileSync(loaderOf(release.sysroot));
	const library = readFileSync(join(loaderOf(release.sysroot), '../libc.so.6'));
	return auditSupport({libc: 'glibc', machine: 62, loader, readLibrary: () => library, objects});
}
