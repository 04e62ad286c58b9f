/** Package files as a set: what is missing, and that nothing depends on how they were given. */
import {cpSync, existsSync} from 'node:fs';
import {basename, join} from 'node:path';
import test from 'ava';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {buildDeb} from '../helpers/packages/deb-build.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {writeRpms} from '../helpers/packages/package-files.js';
import {debWorld, packageIn} from '../helpers/packages/package-world-debs.js';
import {rpmWorld} from '../helpers/packages/package-world-rpms.js';
import {needWorld} from '../helpers/packages/package-world-trial.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {digestFile} from '../helpers/worlds/list-tree.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const incomplete = [
	{
		name: 'a',
		arch: 'x86_64',
		requires: ['libc.so.6(GLIBC_2.34)(64bit)', '/usr/bin/perl', 'c >= 2'],
	},
	{name: 'b', arch: 'x86_64', requires: ['c >= 2', 'd']},
	{name: 'd', arch: 'x86_64', requires: ['e']},
];

test('packages without what they need: one error with every requirement and who has it', async t => {
	const scratch = makeScratch(t);
	writeRpms(scratch, incomplete);
	const answer = await runDynpk(['pack', 'a-1.x86_64.rpm', 'b-1.x86_64.rpm'], {cwd: scratch});
	t.is(
		answer.stderr,
		[
			'dynpk: cannot meet 4 requirements of a, b',
			'  /usr/bin/perl, needed by a-1-1.x86_64',
			'  c >= 2, needed by a-1-1.x86_64, b-1-1.x86_64',
			'  d, needed by b-1-1.x86_64',
			'  libc.so.6(GLIBC_2.34)(64bit), needed by a-1-1.x86_64',
			'hint: name a directory that has the missing packages with --repo DIR, or go without by --missing warn',
			'',
		].join('\n'),
	);
	t.deepEqual([answer.status, answer.stdout], [4, '']);
});

test('what a repository lacks is listed too, with who of its packages needs it', async t => {
	const scratch = makeScratch(t);
	writeRpms(scratch, incomplete);
	const answer = await runDynpk(['pack', 'b-1.x86_64.rpm', '--repo', '.'], {cwd: scratch});
	t.is(
		answer.stderr,
		[
			'dynpk: cannot meet 2 requirements of b',
			'  c >= 2, needed by b-1-1.x86_64',
			'  e, needed by d-1-1.x86_64',
			`hint: ${scratch} does not have them: name another directory with --repo DIR, or go without by --missing warn`,
			'',
		].join('\n'),
	);
	t.deepEqual([answer.status, answer.stdout], [4, '']);
});

test('with --missing warn a set goes without what nobody has, and says who does', async t => {
	const scratch = makeScratch(t);
	const content = writeElf({type: 2, dynamic: false}).bytes;
	const files = [{path: '/usr/bin/a', content, mode: 0o100755}];
	writeRpms(scratch, [
		{name: 'a', files, requires: ['b', 'lost']},
		{name: 'b', requires: ['c']},
	]);
	for (const policy of ['warn', 'ignore']) {
		const words = ['a-1.noarch.rpm', '--repo', '.', '--missing', policy, '-o', policy];
		const answer = await runDynpk(['pack', ...words], {cwd: scratch});
		const said = [
			'dynpk: b-1-1.noarch: needs c, and goes without: no package has it\n',
			'dynpk: a-1-1.noarch: needs lost, and goes without: no package has it\n',
		];
		t.is(answer.stderr, policy === 'warn' ? said.join('') : '');
		t.is(answer.status, 0);
		t.true(existsSync(join(scratch, policy, 'root/usr/bin/a')));
	}
});

test('--repo without a package file is a mistake', async t => {
	const answer = await runDynpk(['pack', 'sh', '--repo', '.'], {cwd: makeScratch(t)});
	t.is(answer.status, 2);
	t.regex(answer.stderr, /^dynpk: --repo goes with package files as targets\n/);
});

const packages = ['bash', 'coreutils', 'dash'];
const debs = () => debWorld({suite: 'trixie', packages});
const worlds = {Debian: debs, RPM: async () => rpmWorld(await debs())};

test('what a package of a set recommends travels, and of base tools the one that its script calls', async t => {
	const directory = await needWorld(t, debs);
	if (directory === undefined || !need(t, 'dpkg-deb')) {
		return;
	}

	const scratch = makeScratch(t);
	const tool = buildDeb(scratch, {
		name: 'tool',
		control: ['Recommends: tool-extra, tool-absent'],
		tree: {'/usr/bin/tool': {content: '#!/bin/sh\ncat /usr/share/extra\n', mode: 0o755}},
	});
	buildDeb(scratch, {name: 'tool-extra', tree: {'/usr/share/extra': 'more\n'}});
	const sets = ['--repo', directory, '--repo', scratch];
	const packed = async (...options: readonly string[]): Promise<readonly string[]> => {
		const bundle = join(makeScratch(t), 'bundle');
		const answer = await runDynpk(['pack', tool, ...sets, ...options, '-o', bundle]);
		t.deepEqual([answer.status, answer.stderr], [0, '']);
		const found = readManifest(join(bundle, 'dynpk.json')).files.map(({path}) =>
			String(path).slice(4),
		);
		return ['/usr/share/extra', '/usr/bin/cat', '/usr/bin/cp'].filter(path => found.includes(path));
	};
	t.deepEqual(await packed(), ['/usr/share/extra', '/usr/bin/cat']);
	t.deepEqual(await packed('--recommends', 'none'), ['/usr/bin/cat']);
});

for (const [kind, world] of Object.entries(worlds)) {
	test(`a set of ${kind} packages packs to the same bytes in any order, from any place`, async t => {
		const directory = await needWorld(t, world);
		if (directory === undefined) {
			return;
		}

		const [here, there] = [makeScratch(t), makeScratch(t)];
		const copy = join(there, 'repo');
		cpSync(directory, copy, {recursive: true});
		const files = packages.map(name => packageIn(directory, name));
		const moved = files.toReversed().map(file => join('repo', basename(file)));
		const argv = ['--name', 'shells', '-o', 'out.tar', '--json', '--quiet'];
		const first = await runDynpk(['pack', ...files, '--repo', directory, ...argv], {cwd: here});
		const second = await runDynpk(['pack', ...argv, '--repo', 'repo', ...moved], {
			cwd: there,
			env: {TMPDIR: there, TZ: 'Pacific/Kiritimati'},
			umask: 0o077,
		});

		t.deepEqual([first.status, first.stderr], [0, '']);
		t.deepEqual([second.status, second.stderr], [0, '']);
		t.is(digestFile(join(here, 'out.tar')), digestFile(join(there, 'out.tar')));
	});
}
