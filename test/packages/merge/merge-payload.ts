import {execFileSync} from 'node:child_process';
import {existsSync, lstatSync, readFileSync, readdirSync, statSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {DynpkError, type FaultCode} from '../../../lib/errors/dynpk-error.js';
import {mergePayload} from '../../../lib/packages/merge/merge-payload.js';
import {openPackageSet} from '../../../lib/packages/set/open-package-set.js';
import {solve} from '../../../lib/packages/solve/solve.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';
import {buildDeb} from '../../helpers/packages/deb-build.js';
import {
	listMerged,
	mergeFiles,
	mergeRpms,
	writeRpms,
} from '../../helpers/packages/package-files.js';
import {sha256} from '../../helpers/packages/rpm-query.js';
import type {WrittenRpm} from '../../helpers/packages/rpm-writer.js';
import {need} from '../../helpers/run/need.js';
import {makeScratch} from '../../helpers/worlds/scratch.js';

test('directories merge, files come with mode, digest and origin', async t => {
	const merged = await mergeRpms(t, [
		{
			name: 'a',
			files: [
				{path: '/usr/share', mode: 0o040755},
				{path: '/usr/share/a', content: 'from a'},
			],
		},
		{
			name: 'b',
			files: [
				{path: '/usr/share', mode: 0o040755},
				{path: '/usr/share/b', content: 'from b', mode: 0o104755},
			],
		},
	]);
	t.deepEqual(listMerged(merged), [
		'/usr directory',
		'/usr/share directory',
		'/usr/share/a file',
		'/usr/share/b file',
	]);
	const file = merged.files.get(sysrootPath('/usr/share/b'));
	t.like(file, {kind: 'file', mode: 0o4755, size: 6, sha256: sha256(Buffer.from('from b'))});
	t.is(file?.origin.kind === 'package' ? file.origin.package.name : '', 'b');
	t.is(readFileSync(join(merged.root, 'usr/share/a'), 'utf8'), 'from a');
	t.is(statSync(merged.root).mode & 0o777, 0o700);
});

test('the same file from two packages is one', async t => {
	const files = [{path: '/usr/share/doc', content: 'text'}];
	const merged = await mergeRpms(t, [
		{name: 'a', files},
		{name: 'b', files},
	]);
	t.true(merged.files.has(sysrootPath('/usr/share/doc')));
});

test('hard links stay one file', async t => {
	const merged = await mergeRpms(t, [
		{
			files: [
				{path: '/usr/bin/a', content: 'x', inode: 7},
				{path: '/usr/bin/b', content: 'x', inode: 7},
			],
		},
	]);
	const inodes = ['a', 'b'].map(name => lstatSync(join(merged.root, 'usr/bin', name)).ino);
	t.is(inodes[0], inodes[1]);
});

test('a link to a directory takes what other packages put below it, whatever comes first', async t => {
	const file = {name: 'a-file', files: [{path: '/lib64/libz.so.1', content: 'z'}]};
	const link = {
		name: 'b-link',
		files: [
			{path: '/lib64', linkTarget: 'usr/lib64'},
			{path: '/usr/lib64', mode: 0o040755},
		],
	};
	for (const [first, second] of [
		['a', 'b'],
		['b', 'a'],
	]) {
		const merged = await mergeRpms(t, [
			{...file, name: `${first ?? ''}-file`},
			{...link, name: `${second ?? ''}-link`},
		]);
		t.deepEqual(listMerged(merged), [
			'/lib64 -> usr/lib64',
			'/usr directory',
			'/usr/lib64 directory',
			'/usr/lib64/libz.so.1 file',
		]);
	}
});

test('the links of a merged /usr are made where no package has them', async t => {
	const merged = await mergeRpms(t, [
		{
			name: 'a',
			files: [
				{path: '/lib64/ld.so', content: 'a'},
				{path: '/lib64', mode: 0o040755},
			],
		},
		{name: 'b', files: [{path: '/usr/lib64/libb.so', content: 'b'}]},
	]);
	t.deepEqual(
		listMerged(merged).filter(line => !line.endsWith(' directory')),
		['/lib64 -> usr/lib64', '/usr/lib64/ld.so file', '/usr/lib64/libb.so file'],
	);
	t.is(merged.files.get(sysrootPath('/lib64'))?.origin.kind, 'usr-merge');
});

test('a link that would become a link to itself is dropped', async t => {
	const merged = await mergeRpms(t, [
		{
			files: [
				{path: '/usr/bin/which', content: 'program'},
				{path: '/bin/which', linkTarget: '/usr/bin/which'},
			],
		},
	]);
	t.is(merged.files.get(sysrootPath('/usr/bin/which'))?.kind, 'file');
});

test('device nodes are left out, and said so', async t => {
	const merged = await mergeRpms(t, [{files: [{path: '/dev/null', mode: 0o020666}]}]);
	t.deepEqual(
		merged.findings.map(({code, subject}) => [code, subject]),
		[['DEVICE_LEFT_OUT', '/dev/null']],
	);
	t.false(merged.files.has(sysrootPath('/dev/null')));
});

test('ghosts are not made', async t => {
	const merged = await mergeRpms(t, [{files: [{path: '/var/log/a', flags: 64}]}]);
	t.deepEqual(listMerged(merged), []);
});

const refusals: Readonly<Record<string, readonly [readonly WrittenRpm[], FaultCode, RegExp]>> = {
	'two packages with different files of one name': [
		[
			{name: 'a', files: [{path: '/usr/x', content: 'a'}]},
			{name: 'b', files: [{path: '/usr/x', content: 'b'}]},
		],
		'PATH_CLASH',
		/two packages have \/usr\/x/u,
	],
	'a file where another package has a directory': [
		[
			{name: 'a', files: [{path: '/usr/x', content: 'a'}]},
			{name: 'b', files: [{path: '/usr/x', mode: 0o040755}]},
		],
		'PATH_CLASH',
		/\/usr\/x/u,
	],
	'a file where another package has files below': [
		[
			{name: 'a', files: [{path: '/usr/x', content: 'a'}]},
			{name: 'b', files: [{path: '/usr/x/y', content: 'b'}]},
		],
		'PATH_CLASH',
		/\/usr\/x/u,
	],
	'two links of one name to different places': [
		[
			{name: 'a', files: [{path: '/usr/x', linkTarget: 'a'}]},
			{name: 'b', files: [{path: '/usr/x', linkTarget: 'b'}]},
		],
		'PATH_CLASH',
		/\/usr\/x/u,
	],
	'a path with ..': [
		[{files: [{path: '/usr/../../etc/passwd', content: 'x'}]}],
		'PAYLOAD_ESCAPES_ROOT',
		/\.\./u,
	],
	'a relative path': [
		[{files: [{path: 'etc/passwd', content: 'x'}]}],
		'PAYLOAD_ESCAPES_ROOT',
		/etc\/passwd/u,
	],
	'a link that climbs out of the root': [
		[{files: [{path: '/usr/x', linkTarget: '../../../etc'}]}],
		'PAYLOAD_ESCAPES_ROOT',
		/\/usr\/x links out/u,
	],
	'a file behind links that run in a circle': [
		[
			{
				files: [
					{path: '/usr/a', linkTarget: 'b'},
					{path: '/usr/b', linkTarget: 'a'},
					{path: '/usr/a/file', content: 'x'},
				],
			},
		],
		'SYMLINK_LOOP',
		/circle/u,
	],
	'a file with the wrong content': [
		[{files: [{path: '/usr/x', content: 'x', digest: '11'.repeat(32)}]}],
		'RPM_DIGEST_MISMATCH',
		/\/usr\/x/u,
	],
};

async function refusal(t: ExecutionContext, specs: readonly WrittenRpm[]) {
	const scratch = makeScratch(t);
	const set = await openPackageSet(writeRpms(scratch, specs), []);
	const solution = await solve(set);
	const before = readdirSync(scratch);
	const error = await t.throwsAsync(mergePayload(solution, hostPath(join(scratch, 'root'))), {
		instanceOf: DynpkError,
	});
	t.deepEqual(readdirSync(scratch), before);
	return error;
}

for (const [problem, [specs, code, message]] of Object.entries(refusals)) {
	test(`${problem}: refused, and nothing is left behind`, async t => {
		const error = await refusal(t, specs);
		t.is(error.code, code);
		t.regex(error.message, message);
	});
}

test('interrupted, it leaves nothing behind', async t => {
	const scratch = makeScratch(t);
	const files = writeRpms(scratch, [{name: 'a', files: [{path: '/usr/x', content: 'x'}]}]);
	const solution = await solve(await openPackageSet(files, []));
	const before = readdirSync(scratch);
	const stop = new AbortController();
	const root = hostPath(join(scratch, 'root'));
	const merging = mergePayload(solution, root, stop.signal);
	stop.abort();
	await t.throwsAsync(merging, {code: 'INTERRUPTED'});
	t.deepEqual(readdirSync(scratch), before);

	const options = {signal: AbortSignal.abort()};
	await t.throwsAsync(openPackageSet([], [hostPath(scratch)], options), {code: 'INTERRUPTED'});
});

test('a clash names both packages and what each has', async t => {
	const {details} = await refusal(t, [
		{name: 'a', files: [{path: '/usr/x', content: 'aaa'}]},
		{name: 'b', files: [{path: '/usr/x', linkTarget: 'y'}]},
	]);
	t.regex(details[0] ?? '', /^a-1-1\.noarch has a file of 3 bytes/u);
	t.is(details[1], 'b-1-1.noarch has a link to y');
});

test('a file through an absolute link stays inside the root', async t => {
	const merged = await mergeRpms(t, [
		{
			files: [
				{path: '/usr/evil', linkTarget: '/etc'},
				{path: '/usr/evil/dynpk-test-file', content: 'x'},
			],
		},
	]);
	t.true(merged.files.has(sysrootPath('/etc/dynpk-test-file')));
	t.false(existsSync('/etc/dynpk-test-file'));
});

test('a destination that exists is not touched', async t => {
	const scratch = makeScratch(t);
	const solution = await solve(await openPackageSet(writeRpms(scratch, [{}]), []));
	await t.throwsAsync(mergePayload(solution, scratch), {
		instanceOf: DynpkError,
		message: /exists/u,
	});
	t.true(existsSync(scratch));
});

test('the SONAME links that ldconfig would make are made, to the newest library', async t => {
	if (!need(t, 'gcc')) {
		return;
	}

	const scratch = makeScratch(t);
	const library = join(scratch, 'lib.so');
	execFileSync(
		'gcc',
		['-shared', '-nostdlib', '-Wl,-soname,libx.so.1', '-x', 'c', '-', '-o', library],
		{input: ''},
	);
	const content = readFileSync(library);
	const merged = await mergeRpms(t, [
		{
			files: [
				{path: '/usr/lib64/libx.so.1.9', content},
				{path: '/usr/lib64/libx.so.1.10', content},
				{path: '/opt/libx.so.1.11', content},
			],
		},
	]);
	const link = merged.files.get(sysrootPath('/usr/lib64/libx.so.1'));
	t.like(link, {kind: 'symlink', target: 'libx.so.1.10'});
	t.is(link?.origin.kind, 'soname-link');
	t.false(merged.files.has(sysrootPath('/opt/libx.so.1')));
});

test('alternatives are derived from literal calls, highest priority first', async t => {
	const post = (text: string) => ({1024: {type: 'string', values: [text]}}) as const;
	const merged = await mergeRpms(t, [
		{
			name: 'a',
			files: [{path: '/usr/bin/vim.tiny', content: 'tiny'}],
			tags: post('update-alternatives --install /usr/bin/vi vi /usr/bin/vim.tiny 10\n'),
		},
		{
			name: 'b',
			files: [
				{path: '/usr/bin/vim', content: 'vim'},
				{path: '/usr/share/man/vim.1', content: 'manual'},
			],
			tags: post(
				'/usr/sbin/alternatives --install /usr/bin/vi vi /usr/bin/vim 50 \\\n' +
					'  --slave /usr/share/man/vi.1 vi.1 /usr/share/man/vim.1\n' +
					'for i in $(ls); do alternatives --install /usr/bin/$i $i /usr/bin/vim 1; done\n',
			),
		},
	]);
	const lines = listMerged(merged);
	t.true(lines.includes('/usr/bin/vi -> /etc/alternatives/vi'));
	t.true(lines.includes('/etc/alternatives/vi -> /usr/bin/vim'));
	t.true(lines.includes('/usr/share/man/vi.1 -> /etc/alternatives/vi.1'));
	t.deepEqual(
		merged.findings.map(({code, package: owner}) => [code, owner.name]),
		[['ALTERNATIVE_UNREADABLE', 'b']],
	);
});

test('a loop over literal words names an alternative for each of them', async t => {
	const script = `
for prog in compare "convert"; do
	# an old one
	if old; then update-alternatives --remove-all $prog; fi
	update-alternatives --install /usr/bin/$prog \\
		$prog /usr/bin/$prog-im7 10
	for suffix in x; do update-alternatives --install /usr/bin/\${prog}$suffix $prog$suffix /usr/bin/$prog-im7 1; done
done
update-alternatives --install /usr/bin/$prog $prog /usr/bin/compare-im7 1
`;
	const merged = await mergeRpms(t, [
		{
			files: ['compare', 'convert'].map(name => ({path: `/usr/bin/${name}-im7`, content: name})),
			tags: {1024: {type: 'string', values: [script]}},
		},
	]);
	const made = listMerged(merged).filter(line => line.includes('->'));
	t.deepEqual(made, [
		'/bin -> usr/bin',
		'/etc/alternatives/compare -> /usr/bin/compare-im7',
		'/etc/alternatives/comparex -> /usr/bin/compare-im7',
		'/etc/alternatives/convert -> /usr/bin/convert-im7',
		'/etc/alternatives/convertx -> /usr/bin/convert-im7',
		'/usr/bin/compare -> /etc/alternatives/compare',
		'/usr/bin/comparex -> /etc/alternatives/comparex',
		'/usr/bin/convert -> /etc/alternatives/convert',
		'/usr/bin/convertx -> /etc/alternatives/convertx',
	]);
	t.deepEqual(
		merged.findings.map(({code}) => code),
		['ALTERNATIVE_UNREADABLE'],
	);
});

test('scriptlets that would have made files are told, others are not', async t => {
	const merged = await mergeRpms(t, [
		{
			tags: {
				1024: {
					type: 'string',
					values: ['glib-compile-schemas /usr/share\nsystemctl daemon-reload\n'],
				},
			},
		},
	]);
	t.deepEqual(
		merged.findings.map(({code, subject}) => [code, subject]),
		[['SCRIPTLET_NOT_RUN', 'post']],
	);
	t.regex(merged.findings[0]?.message ?? '', /glib-compile-schemas/u);
});

test('Debian packages merge the same way, and may replace what they say they replace', async t => {
	if (!need(t, 'dpkg-deb')) {
		return;
	}

	const scratch = makeScratch(t);
	const a = buildDeb(scratch, {
		name: 'a',
		tree: {'/usr/x': 'old', '/usr/a': 'a', '/usr/hard': {hardLink: '/usr/a'}},
	});
	const b = buildDeb(scratch, {name: 'b', tree: {'/usr/x': 'new'}, control: ['Replaces: a']});
	const merged = await mergeFiles(t, [hostPath(a), hostPath(b)]);
	t.is(readFileSync(join(merged.root, 'usr/x'), 'utf8'), 'new');
	t.is(statSync(join(merged.root, 'usr/hard')).nlink, 2);
	const c = buildDeb(scratch, {name: 'c', tree: {'/usr/x': 'other'}});
	await t.throwsAsync(mergeFiles(t, [hostPath(a), hostPath(c)]), {
		instanceOf: DynpkError,
		message: /two packages/u,
	});
});

test('a file that is not the package its index promised is refused', async t => {
	const scratch = makeScratch(t);
	const [file] = writeRpms(scratch, [{name: 'a'}]);
	const solution = await solve(await openPackageSet([file!], []));
	const [other] = writeRpms(makeScratch(t), [{name: 'b'}]);
	writeFileSync(file!, readFileSync(other!));
	await t.throwsAsync(mergePayload(solution, hostPath(join(scratch, 'root'))), {
		instanceOf: DynpkError,
		message: /is not a-1-1/u,
	});
});
