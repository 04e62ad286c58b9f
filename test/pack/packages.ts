/** Packages by name: left out, asked about, left behind by rule, and weighed. */
import {join} from 'node:path';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {
	buildInstalled,
	libraries,
	type InstalledPackageSpec,
} from '../helpers/worlds/installed-world.js';

const data = (name: string, ...fields: string[]): InstalledPackageSpec => ({
	files: {[`/usr/share/${name}/data`]: {text: `${name}\n`}},
	fields,
});

const main = 'int main(void) { return 0; }';
const packages = {
	tool: {
		files: {
			'/usr/bin/tool': {libc: true, source: main, needs: [`${libraries}/libown.so.1`]},
			'/usr/share/tool/data': {text: 'tool\n'},
		},
		fields: ['Depends: libown1, jit, own-dev', 'Recommends: extra, tool-dev'],
	},
	libown1: {files: {[`${libraries}/libown.so.1`]: {source: 'int number(void) { return 0; }'}}},
	jit: data('jit', 'Source: jit-src', 'Depends: deep, g++, own-dev, boost-dev, jit-dev'),
	'jit-dev': data('jit-dev', 'Source: jit-src (2)'),
	deep: data('deep', 'Depends: debconf'),
	debconf: data('debconf'),
	extra: data('extra', 'Recommends: extra-dev'),
	'extra-dev': data('extra-dev'),
	'tool-dev': data('tool-dev'),
	'own-dev': data('own-dev', 'Depends: gcc-12-base, other-dev'),
	'other-dev': data('other-dev'),
	'boost-dev': data('boost-dev'),
	'g++': {
		files: {'/usr/bin/g++': {libc: true, source: 'int main(void) { return 0; }'}},
		fields: ['Depends: gcc-12, deep-data'],
	},
	'gcc-12': data('gcc-12', 'Depends: gcc-12-base'),
	'gcc-12-base': data('gcc-12-base'),
	'deep-data': data('deep-data'),
} satisfies Record<string, InstalledPackageSpec>;

const shares = (sources: ReadonlyMap<string, string>): string[] =>
	[...sources.keys()].flatMap(path => /^\/usr\/share\/(.*)\/data$/u.exec(path)?.[1] ?? []).sort();

test('compilers and headers that another package asks for stay behind, in one line; who asks for them has them', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages);
	const plan = await world.plan(['tool']);
	// What the target needs or recommends by itself travels, with the headers that these need.
	const own = ['deep', 'extra', 'gcc-12-base', 'jit', 'jit-dev', 'other-dev', 'own-dev'];
	t.deepEqual(shares(plan), [...own, 'tool', 'tool-dev']);
	t.false(plan.has('/usr/bin/g++'));
	const said = (await world.pack(['tool', '--dry-run'])).stderr;
	t.is(
		said,
		'dynpk: packages for building stay behind: deb:g++ deb:boost-dev; as targets they travel, too (--why tells who asks for one)\n',
	);

	const taken = await world.plan(['tool', 'deb:g++']);
	t.true(taken.has('/usr/bin/g++'));
	t.deepEqual(shares(taken), [...own, 'deep-data', 'gcc-12', 'tool', 'tool-dev'].sort());
	const compiler = await world.plan(['g++']);
	t.deepEqual(shares(compiler), ['deep-data', 'gcc-12', 'gcc-12-base']);
	t.is((await world.pack(['g++', '--dry-run'])).stderr, '');
});

test('--exclude deb:NAME leaves out a package and what only it needs; one that excludes nothing is an error', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages);
	const kept = shares(await world.plan(['tool', '--exclude', 'deb:jit']));
	t.deepEqual(kept, ['extra', 'gcc-12-base', 'other-dev', 'own-dev', 'tool', 'tool-dev']);
	// Its files count whoever else asks for them: a library among them is missed as by its own name.
	const without = await world.pack(['tool', '--exclude', 'deb:libown1', '--dry-run']);
	t.is(without.status, 0, without.stderr);
	t.regex(without.stderr, /libown\.so\.1/u);
	t.false(without.stdout.includes('libown.so.1\t'));
	for (const name of ['deb:absent', 'deb:deep-data', 'rpm:jit']) {
		const refused = await world.pack(['tool', '--exclude', name, '--dry-run']);
		t.is(refused.status, 2);
		t.is(refused.stderr.split('\n')[0], `dynpk: --exclude ${name} matches nothing`);
	}

	const itself = await world.pack(['deb:tool', '--exclude', 'deb:tool']);
	t.deepEqual(
		[itself.status, itself.stderr],
		[2, 'dynpk: --exclude leaves out the target deb:tool itself\n'],
	);
});

test('--why tells by whose wish a package travels, before and after packing, and why one does not', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages);
	const bundle = join(world.root, '../bundle');
	t.is((await world.pack(['tool', '-q', '-o', bundle])).status, 0);
	const asked: readonly (readonly [name: string, answer: string])[] = [
		['deb:deep', 'deb:deep 1.0: 1 file, 0 kB\n  needed by deb:jit\n  needed by deb:tool\n'],
		['extra', 'deb:extra 1.0: 1 file, 0 kB\n  recommended by deb:tool\n'],
		[
			'deb:g++',
			'deb:g++ stays behind: is for building, and deb:jit asks for it; it travels as a target, too\n',
		],
		['debconf', 'debconf stays behind: configures packages while they are installed\n'],
	];
	for (const [name, answer] of asked) {
		const before = await world.pack(['tool', '--why', name]);
		t.deepEqual([before.status, before.stdout, before.stderr], [0, answer, ''], name);
		const after = await runDynpk(['inspect', bundle, '--why', name]);
		t.deepEqual([after.status, after.stdout, after.stderr], [0, answer, ''], name);
	}

	const reason = await world.pack(['tool', '--why', 'tool', '--json']);
	t.like(JSON.parse(reason.stdout), {
		schema: 'dynpk-why-package/1',
		kind: 'packed',
		broughtBy: [],
		reasons: [{reason: 'package deb:tool', files: 1}],
	});
	const absent = await world.pack(['tool', '--why', 'deb:absent']);
	t.deepEqual([absent.status, absent.stdout], [2, '']);
	t.regex(absent.stderr, /^dynpk: no package here is deb:absent\nhint: /u);
});

test('inspect --packages tells how much each package is, the largest first; --dry-run how much each file', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages);
	const bundle = join(world.root, '../bundle');
	t.is((await world.pack(['tool', '-q', '-o', bundle])).status, 0);
	const answer = await runDynpk(['inspect', bundle, '--packages', '--json']);
	const {packages: weighed} = JSON.parse(answer.stdout) as {
		packages: readonly {readonly id?: string; readonly files: number; readonly bytes: number}[];
	};
	t.is(weighed[0]?.id, 'deb:libc6');
	const sizes = weighed.map(({bytes}) => bytes);
	t.deepEqual(
		sizes,
		[...sizes].sort((a, b) => b - a),
	);
	t.like(
		weighed.find(({id}) => id === 'deb:deep'),
		{files: 1, bytes: 'deep\n'.length},
	);
	const {stdout} = await runDynpk(['inspect', bundle, '--packages']);
	t.regex(stdout, /^ +\d+ kB +\d+ files {2}deb:libc6 1\.0\n/u);
	const planned = await world.pack(['tool', '-q', '--dry-run']);
	t.regex(
		planned.stdout,
		/^ {9}5\troot\/usr\/share\/deep\/data\tpackage deb:deep, needed by deb:jit$/mu,
	);
	for (const wrong of ['/bin/sh', join(bundle, 'dynpk.json')]) {
		t.is((await runDynpk(['inspect', wrong, '--packages'])).status, 2);
	}
});
