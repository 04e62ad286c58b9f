import {execFileSync} from 'node:child_process';
import {mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {DynpkError} from '../../../lib/errors/dynpk-error.js';
import {openPackageSet} from '../../../lib/packages/set/open-package-set.js';
import {recordId} from '../../../lib/packages/set/package-record.js';
import {solve} from '../../../lib/packages/solve/solve.js';
import {hostPath, type HostPath} from '../../../lib/paths/paths.js';
import {buildDeb} from '../../helpers/packages/deb-build.js';
import {mergeFiles, writeRpms} from '../../helpers/packages/package-files.js';
import {writeRpm} from '../../helpers/packages/rpm-writer.js';
import {need} from '../../helpers/run/need.js';
import {makeScratch} from '../../helpers/worlds/scratch.js';

const offers = [
	{
		name: 'b',
		version: '1',
		provides: ['b = 1-1', 'libb.so.1()(64bit)'],
		requires: ['/usr/share/c/data'],
	},
	{
		name: 'b',
		version: '2',
		provides: ['b = 2-1', 'libb.so.1()(64bit)'],
		requires: ['/usr/share/c/data'],
	},
	{name: 'c', files: [{path: '/usr/share/c/data', content: 'c'}]},
	{name: 'other', arch: 'aarch64', provides: ['libb.so.1()(64bit)']},
];

function world(scratch: HostPath): {readonly root: HostPath; readonly repository: HostPath} {
	const repository = hostPath(join(scratch, 'repo'));
	mkdirSync(join(repository, 'sub'), {recursive: true});
	writeRpms(join(repository, 'sub'), offers);
	const [root] = writeRpms(scratch, [
		{name: 'a', arch: 'x86_64', requires: ['libb.so.1()(64bit)']},
	]);
	return {root: root!, repository};
}

async function solved(root: HostPath, repository: HostPath): Promise<readonly string[]> {
	const {packages} = await solve(await openPackageSet([root], [repository]));
	return packages.map(({record}) => recordId(record));
}

const expected = ['a-1-1.x86_64', 'b-2-1.noarch', 'c-1-1.noarch'];

test('a plain directory of packages, in any depth, is a repository', async t => {
	const {root, repository} = world(makeScratch(t));
	t.deepEqual(await solved(root, repository), expected);
});

for (const compression of ['gz', 'xz', 'zstd', 'bz2']) {
	test(`repodata compressed with ${compression} is read, filelists only where they are needed`, async t => {
		if (!need(t, 'createrepo_c')) {
			return;
		}

		const {root, repository} = world(makeScratch(t));
		const kind = compression === 'zstd' ? 'zstd' : compression;
		const flags = kind === 'gz' ? [] : ['--general-compress-type', kind];
		try {
			execFileSync('createrepo_c', ['-q', '--no-database', ...flags, repository], {stdio: 'pipe'});
		} catch {
			// Older createrepo_c knows no zstd.
			t.is(kind, 'zstd');
			return;
		}

		t.deepEqual(await solved(root, repository), expected);
		const merged = await mergeFiles(t, [root], [repository]);
		t.is(readFileSync(join(merged.root, 'usr/share/c/data'), 'utf8'), 'c');
	});
}

test('records from repodata are those from the package files', async t => {
	if (!need(t, 'createrepo_c')) {
		return;
	}

	const {root, repository} = world(makeScratch(t));
	writeFileSync(
		join(repository, 'rich.rpm'),
		writeRpm({
			name: 'rich',
			version: '1~a^b',
			requires: ['(x >= 1:2-3 if (y or z < 4))', 'd < 1:5', 'e = 1-2'],
			provides: ['rich = 1', 'f <= 0:7'],
			tags: {1003: {type: 'int32', values: [3]}, 1125: undefined},
		}),
	);
	const plain = await openPackageSet([root], [repository]);
	execFileSync('createrepo_c', ['-q', repository], {stdio: 'pipe'});
	const indexed = await openPackageSet([root], [repository]);
	const comparable = (record: (typeof plain.available)[number]) => ({
		...record,
		paths: [],
		license: undefined,
		provides: record.provides.map(({name, range}) => [name, range === undefined]),
	});
	t.deepEqual(indexed.available.map(comparable), plain.available.map(comparable));
});

test('a package that repodata lists and that is not there is no candidate, and its index is named', async t => {
	if (!need(t, 'createrepo_c')) {
		return;
	}

	const {root, repository} = world(makeScratch(t));
	execFileSync('createrepo_c', ['-q', repository], {stdio: 'pipe'});
	rmSync(join(repository, 'sub/b-2.noarch.rpm'));
	t.deepEqual(await solved(root, repository), ['a-1-1.x86_64', 'b-1-1.noarch', 'c-1-1.noarch']);

	rmSync(join(repository, 'sub'), {recursive: true});
	const error = await t.throwsAsync(solved(root, repository), {instanceOf: DynpkError});
	t.deepEqual(
		[error.code, error.details],
		[
			'UNRESOLVED_REQUIRES',
			[
				`libb.so.1()(64bit), needed by a-1-1.x86_64 (the index of ${repository} has b-2-1.noarch, but ${repository}/sub/b-2.noarch.rpm is not there)`,
			],
		],
	);

	const primary = readdirSync(join(repository, 'repodata')).find(name =>
		name.includes('primary.xml'),
	);
	rmSync(join(repository, 'repodata', primary!));
	const lost = await t.throwsAsync(solved(root, repository), {instanceOf: DynpkError});
	t.is(lost.code, 'PACKAGE_INDEX_INVALID');
	t.regex(lost.message, /repodata\/repomd\.xml lists .*primary\.xml.*, which is not there$/u);
});

test('repodata that does not match its checksum is refused', async t => {
	if (!need(t, 'createrepo_c')) {
		return;
	}

	const {root, repository} = world(makeScratch(t));
	execFileSync('createrepo_c', ['-q', '--no-database', repository], {stdio: 'pipe'});
	const repomd = join(repository, 'repodata/repomd.xml');
	const text = readFileSync(repomd, 'utf8');
	writeFileSync(repomd, text.replace(/(<checksum type="sha256">)[0-9a-f]{4}/gu, '$1dead'));
	const error = await t.throwsAsync(openPackageSet([root], [repository]), {instanceOf: DynpkError});
	t.is(error.code, 'PACKAGE_INDEX_INVALID');
	t.regex(error.message, /checksum/u);
});

for (const [problem, primary] of [
	['a location outside of the repository', '<location href="../../etc/x.rpm"/>'],
	['a document type', '<!DOCTYPE x [<!ENTITY a "b">]>'],
	['an unknown entity', '<name>&undefined;</name>'],
	['a tag that is not closed', '<name>'],
	[
		'a malformed dependency',
		'<format><rpm:requires><rpm:entry name="(a or"/></rpm:requires></format>',
	],
] as const) {
	test(`an index with ${problem} is refused`, async t => {
		const {root, repository} = world(makeScratch(t));
		mkdirSync(join(repository, 'repodata'));
		writeFileSync(
			join(repository, 'repodata/repomd.xml'),
			'<repomd><data type="primary"><location href="repodata/p.xml"/></data></repomd>',
		);
		const identity = '<name>x</name><arch>noarch</arch><version ver="1" rel="1"/>';
		writeFileSync(
			join(repository, 'repodata/p.xml'),
			`<metadata><package type="rpm">${identity}${primary}</package></metadata>`,
		);
		const error = await t.throwsAsync(openPackageSet([root], [repository]), {
			instanceOf: DynpkError,
		});
		t.is(error.code, 'PACKAGE_INDEX_INVALID');
	});
}

for (const name of ['Packages', 'Packages.gz', 'Packages.xz']) {
	test(`a Debian index ${name} is read`, async t => {
		if (!need(t, 'dpkg-scanpackages', 'dpkg-deb', 'gzip', 'xz')) {
			return;
		}

		const scratch = makeScratch(t);
		const repository = hostPath(join(scratch, 'repo'));
		mkdirSync(repository);
		buildDeb(repository, {
			name: 'b',
			arch: 'amd64',
			control: ['Provides: virtual'],
			tree: {'/usr/b': 'b'},
		});
		const root = buildDeb(scratch, {
			name: 'a',
			arch: 'amd64',
			control: ['Depends: virtual | none'],
		});
		const index = execFileSync('dpkg-scanpackages', ['-m', '.'], {
			cwd: repository,
			stdio: ['ignore', 'pipe', 'ignore'],
		});
		const tool = {Packages: 'cat', 'Packages.gz': 'gzip', 'Packages.xz': 'xz'}[name] ?? '';
		writeFileSync(join(repository, name), execFileSync(tool, {input: index}));
		t.deepEqual(await solved(hostPath(root), repository), ['a_1_amd64', 'b_1_amd64']);
		const merged = await mergeFiles(t, [hostPath(root)], [repository]);
		t.is(readFileSync(join(merged.root, 'usr/b'), 'utf8'), 'b');
	});
}

test('packages of two architectures are not one set', async t => {
	const files = writeRpms(makeScratch(t), [
		{name: 'a', arch: 'x86_64'},
		{name: 'b', arch: 'aarch64'},
	]);
	const error = await t.throwsAsync(openPackageSet(files, []), {instanceOf: DynpkError});
	t.is(error.code, 'MIXED_ARCHITECTURES');
});

test('where no given package has an architecture, the repositories or the caller say which', async t => {
	const scratch = makeScratch(t);
	const repository = hostPath(join(scratch, 'repo'));
	mkdirSync(repository);
	writeRpms(repository, [
		{name: 'b', arch: 'aarch64', version: '9'},
		{name: 'b', arch: 'x86_64'},
		{name: 'c', arch: 'x86_64'},
	]);
	const [root] = writeRpms(scratch, [{name: 'a', requires: ['b']}]);
	t.deepEqual(await solved(root!, repository), ['a-1-1.noarch', 'b-1-1.x86_64']);
	const {packages} = await solve(await openPackageSet([root!], [repository], {arch: 'aarch64'}));
	t.deepEqual(
		packages.map(({record}) => recordId(record)),
		['a-1-1.noarch', 'b-9-1.aarch64'],
	);
});

test('the names of 32-bit x86 are one architecture', async t => {
	const files = writeRpms(makeScratch(t), [
		{name: 'a', arch: 'i686'},
		{name: 'b', arch: 'i586'},
	]);
	t.is((await openPackageSet(files, [])).given.length, 2);
});

test('two versions of one package are not one set', async t => {
	const files = writeRpms(makeScratch(t), [
		{name: 'a', version: '1'},
		{name: 'a', version: '2'},
	]);
	const error = await t.throwsAsync(openPackageSet(files, []), {instanceOf: DynpkError});
	t.regex(error.message, /a is given twice/u);
});

test('a source package is refused', async t => {
	const [file] = writeRpms(makeScratch(t), [{tags: {1044: undefined, 1125: undefined}}]);
	const error = await t.throwsAsync(openPackageSet([file!], []), {instanceOf: DynpkError});
	t.is(error.code, 'UNSUPPORTED_PACKAGE');
});

test('a file that is no package is refused by name', async t => {
	const file = hostPath(join(makeScratch(t), 'x.rpm'));
	writeFileSync(file, 'nothing');
	const error = await t.throwsAsync(openPackageSet([file], []), {instanceOf: DynpkError});
	t.is(error.code, 'RPM_BAD_LEAD');
	t.regex(error.message, /x\.rpm/u);
});

test('an index that is no file is refused, and waits for nobody', async t => {
	for (const name of ['Packages', 'Packages.gz', 'repodata/repomd.xml']) {
		const repository = makeScratch(t);
		mkdirSync(join(repository, 'repodata'));
		execFileSync('mkfifo', [join(repository, name)]);
		await t.throwsAsync(openPackageSet([], [repository]), {code: 'PACKAGE_INDEX_INVALID'}, name);
	}
});
