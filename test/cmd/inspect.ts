/** `dynpk inspect`, on a world whose every byte count and path the test knows. */
import {execFileSync} from 'node:child_process';
import {chmodSync, existsSync, statSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {buildObjects, type World} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {asOrdinaryUser} from '../helpers/run/ordinary-user.js';
import {makeFiles} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** Names, rules and requesters come out in every form a program can link to a library. */
async function makeWorld(t: ExecutionContext): Promise<World> {
	return buildObjects(t, {
		prog: {needs: ['lib/libone.so.1', 'lib/libtwo.so'], runpath: '$ORIGIN/lib'},
		'lib/libone.so.1': {needs: ['lib/libdeep.so'], runpath: '$ORIGIN'},
		'lib/libtwo.so': {needs: ['lib/libdeep.so', 'libgone.so'], runpath: '$ORIGIN'},
		'lib/libdeep.so': {},
	});
}

/** The output with directories and sizes by name. */
function normalise(world: World, text: string): string {
	return text
		.replaceAll(world.directory, '$W')
		.replaceAll(/ \d+ kB/gu, ' N kB')
		.replaceAll(/ \d+\.\d MB/gu, ' N MB');
}

async function inspect(
	t: ExecutionContext,
	world: World,
	argv: readonly string[],
): Promise<string> {
	const answer = await runDynpk(['inspect', ...argv], {cwd: world.directory});
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	return normalise(world, answer.stdout);
}

test('the tree of a program: each object once, the rule that found it, what is missing', async t => {
	if (!need(t, 'gcc')) return;
	const world = await makeWorld(t);
	t.is(
		await inspect(t, world, ['./prog']),
		[
			'$W/prog N kB',
			'├── /lib64/ld-linux-x86-64.so.2 => /lib64/ld-linux-x86-64.so.2 [interpreter] N kB (deb:libc6)',
			'├── libone.so.1 => $W/lib/libone.so.1 [runpath] N kB',
			'│   └── libdeep.so => $W/lib/libdeep.so [runpath] N kB',
			'└── libtwo.so => $W/lib/libtwo.so [runpath] N kB',
			'    ├── libdeep.so => $W/lib/libdeep.so [link-map] N kB',
			'    └── libgone.so [missing]',
			'',
			'5 objects, N MB, 1 missing',
			'',
		].join('\n'),
	);
});

test('--why tells who asked for a library, back to the program', async t => {
	if (!need(t, 'gcc')) return;
	const world = await makeWorld(t);
	t.is(
		await inspect(t, world, ['./prog', '--why', 'libdeep.so']),
		[
			'$W/lib/libdeep.so',
			'  asked for as libdeep.so [runpath] by $W/lib/libone.so.1',
			'  asked for as libone.so.1 [runpath] by $W/prog',
			'',
		].join('\n'),
	);
});

test('a path that cannot be looked into is a refusal, a special file none of ours', async t => {
	const cwd = makeFiles(t, {locked: {mode: 0, text: 'x'}, file: 'x'});
	execFileSync('mkfifo', ['-m', '666', join(cwd, 'fifo')]);
	chmodSync(cwd, 0o755);
	const refused = async (path: string) => {
		const {status, stderr} = await runDynpk(['inspect', path], {cwd, under: asOrdinaryUser()});
		return [status, stderr.replaceAll(cwd, '$PWD')];
	};

	t.deepEqual(await refused('./locked'), [
		6,
		'dynpk: cannot read $PWD/locked: permission denied\n',
	]);
	t.deepEqual(await refused('./fifo'), [3, 'dynpk: $PWD/fifo is neither a file nor a directory\n']);
	t.deepEqual(await refused('./file/below'), [2, 'dynpk: there is no $PWD/file/below\n']);
});

test('--why of what nobody asks for is an error', async t => {
	if (!need(t, 'gcc')) return;
	const world = await makeWorld(t);
	const answer = await runDynpk(['inspect', './prog', '--why', 'libnone.so'], {
		cwd: world.directory,
	});
	t.deepEqual(answer, {
		status: 2,
		signal: undefined,
		stdout: '',
		stderr: 'dynpk: nothing here is or asks for libnone.so\n',
	});
});

test('--json has a schema, and the same facts', async t => {
	if (!need(t, 'gcc')) return;
	const world = await makeWorld(t);
	const answer = await runDynpk(['inspect', './prog', '--json'], {cwd: world.directory});
	const facts = JSON.parse(answer.stdout) as {
		readonly schema: string;
		readonly kind: string;
		readonly roots: readonly string[];
		readonly bytes: number;
		readonly objects: readonly {
			readonly id: string;
			readonly size: number;
			readonly edges: readonly {
				readonly name: string;
				readonly place: string;
				readonly to?: string;
			}[];
		}[];
	};

	t.like(facts, {schema: 'dynpk-inspect/1', kind: 'program', roots: [world.path('prog')]});
	t.is(
		facts.bytes,
		facts.objects.reduce((sum, {size}) => sum + size, 0),
	);
	const two = facts.objects.find(({id}) => id === world.path('lib/libtwo.so'));
	t.is(two?.size, statSync(world.path('lib/libtwo.so')).size);
	t.deepEqual(two?.edges, [
		{name: 'libdeep.so', place: 'link-map', to: world.path('lib/libdeep.so')},
		{name: 'libgone.so', place: 'missing'},
	]);

	const why = await runDynpk(['inspect', './prog', '--why', 'libdeep.so', '--json'], {
		cwd: world.directory,
	});
	t.like(JSON.parse(why.stdout), {schema: 'dynpk-why/1', name: 'libdeep.so'});
});

test('a bundle says the same packed and unpacked, and why a library of a package is in', async t => {
	const target = '/usr/bin/perl';
	const world = await buildObjects(t, {});
	for (const output of ['bundle', 'bundle.tar.gz']) {
		const packed = await runDynpk(['pack', target, '-o', output, '-q'], {
			cwd: world.directory,
			env: {PATH: '/usr/bin:/bin'},
		});
		t.is(packed.status, 0, packed.stderr);
	}

	const unpacked = await inspect(t, world, ['bundle']);
	t.is(await inspect(t, world, ['bundle.tar.gz']), unpacked);
	t.regex(
		unpacked,
		/^bundle bundle, id [0-9a-f]{16}\nprograms: perl, corelist, [\w, .]+\npackages: deb:/,
	);
	t.regex(unpacked, /\n\d+ objects, N MB\nneeds Linux \d\.\d+\.\d+ or newer\n$/);
	const why = await inspect(t, world, ['bundle.tar.gz', '--why', 'libcrypt.so.1']);
	t.regex(
		why,
		/^root\/usr\/lib\/\S+\/libcrypt\.so\.1\.1\.0 \(deb:libcrypt1\)\n {2}asked for as libcrypt\.so\.1 \[ld-so-cache\] by \S+ \(deb:perl-base\)\n/,
	);
});

test('a home that is not there stays so, and a cache that was asked for is made', async t => {
	const scratch = makeScratch(t);
	const inspectIn = async (env: Readonly<Record<string, string>>): Promise<string> => {
		const answer = await runDynpk(['inspect', '/bin/ls'], {cwd: scratch, env});
		t.deepEqual([answer.status, answer.stderr], [0, '']);
		return answer.stdout;
	};

	const HOME = join(scratch, 'home');
	const first = await inspectIn({HOME});
	t.false(existsSync(HOME));
	const cache = join(scratch, 'some/cache');
	t.is(await inspectIn({HOME, XDG_CACHE_HOME: cache}), first);
	t.deepEqual([existsSync(HOME), existsSync(cache)], [false, existsSync('/var/lib/dpkg/status')]);
});

test('two copies of a library in one process: pack, inspect and verify name who brings each', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		'app/prog': {needs: ['app/lib/libgomp.so.1', 'app/lib/libfast.so'], runpath: '$ORIGIN/lib'},
		'app/lib/libfast.so': {needs: ['app/lib/libgomp-a1b2.so.1.0.0'], runpath: '$ORIGIN'},
		'app/lib/libgomp.so.1': {},
		'app/lib/libgomp-a1b2.so.1.0.0': {},
	});
	const [top, bundle] = [world.path('app'), world.path('bundle')];
	const told = (text: string): readonly string[] =>
		text
			.split('\n')
			.filter(line => line.includes('copies'))
			.map(line => line.replaceAll(`${bundle}/root`, '').replaceAll(`root${top}`, top));
	const copies = (by: string, of: string): string =>
		`one process may load 2 copies of OpenMP: ${top}/lib/libgomp.so.1 (for ${by}), ${top}/lib/libgomp-a1b2.so.1.0.0 (for ${of})`;
	const expected = copies(`${top}/prog`, `${top}/lib/libfast.so`);
	const last = `${top}/lib/libgomp-a1b2.so.1.0.0`;
	const packed = await runDynpk(['pack', top, '-o', bundle]);
	t.deepEqual(
		[packed.status, told(packed.stderr)],
		[
			0,
			[
				'dynpk: one process may load 2 copies of OpenMP: lib/libgomp.so.1, lib/libgomp-a1b2.so.1.0.0 (dynpk inspect tells for whom)',
			],
		],
	);
	const program = await runDynpk(['inspect', join(top, 'prog')]);
	t.deepEqual(told(program.stdout), [`LIBRARY_TWICE ${last}: ${expected}`]);
	const whole = await runDynpk(['inspect', bundle]);
	t.deepEqual(told(whole.stdout), [`LIBRARY_TWICE ${last}: ${expected}`]);
	const verified = await runDynpk(['verify', bundle]);
	t.deepEqual([verified.status, told(verified.stdout)], [0, [`packed so: ${last}: ${expected}`]]);
	const {known} = JSON.parse((await runDynpk(['verify', '--json', bundle])).stdout) as {
		known: unknown;
	};
	t.deepEqual(known, [{code: 'LIBRARY_TWICE', path: last, message: expected}]);
});
