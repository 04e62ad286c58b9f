import {spawnSync} from 'node:child_process';
import {join} from 'node:path';
import test from 'ava';
import {formatDependency} from '../../lib/rpm/dependencies.js';
import {readRpmPayload} from '../../lib/rpm/read-payload.js';
import {readRpm} from '../../lib/rpm/read-rpm.js';
import {buildRpm, type RpmSpec} from '../helpers/packages/rpm-build.js';
import {describePayload} from '../helpers/packages/rpm-payload.js';
import {queryRpm, unpackWithRpm} from '../helpers/packages/rpm-query.js';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const tree = {
	'/usr/bin/tool': {content: '#!/bin/sh\necho tool\n', mode: 0o755},
	'/usr/bin/set-id': {content: 'privileged', mode: 0o4755},
	'/usr/bin/same': {hardLink: '/usr/bin/tool'},
	'/usr/share/tool/same': {hardLink: '/usr/bin/tool'},
	'/usr/share/tool/empty': '',
	'/usr/share/tool/empty-too': {hardLink: '/usr/share/tool/empty'},
	'/usr/share/tool/numbers': Buffer.from(Array.from({length: 300_000}, (_, i) => (i * i) % 251)),
	"/usr/share/tool/größe und 'quotes'": 'a name with blanks and letters beyond ASCII',
	'/usr/share/tool/link': {link: '../../bin/tool'},
	'/usr/share/tool/absolute': {link: '/etc/tool.conf'},
	'/usr/share/tool/dir': {directory: true, mode: 0o2775},
	'/etc/tool.conf': 'setting=1\n',
} as const;

const compressors = {
	gzip: 'w9.gzdio',
	bzip2: 'w9.bzdio',
	xz: 'w6.xzdio',
	'xz in many blocks': 'w2T2.xzdio',
	lzma: 'w6.lzdio',
	zstd: 'w3.zstdio',
	'nothing at all': 'w.ufdio',
};

for (const [name, payload] of Object.entries(compressors)) {
	test(`a payload compressed with ${name} is read as rpm reads it`, async t => {
		if (!need(t, 'rpmbuild', 'rpm2cpio', 'cpio', 'xz', 'zstd', 'bzip2')) {
			return;
		}

		const scratch = makeScratch(t);
		const path = buildRpm(scratch, {name: 'tool', tree, payload});
		const theirs = unpackWithRpm(path, join(scratch, 'unpacked'));
		const ours = await describePayload(readRpm(path));
		t.is(ours.size, Object.keys(tree).length);
		for (const [file, description] of ours) {
			t.deepEqual(description, theirs.get(file), file);
		}
	});

	test(`a payload compressed with ${name} is read without tools of the system, or says what it needs`, async t => {
		if (!need(t, 'rpmbuild')) {
			return;
		}

		const path = buildRpm(makeScratch(t), {name: 'tool', tree, payload});
		const pkg = readRpm(path);
		// rpmbuild's xz carries SHA-256 checks, which the decoder from npm does not know.
		if (name === 'lzma' || name.startsWith('xz')) {
			await t.throwsAsync(describePayload(pkg, {tools: 'never'}), {
				code: 'UNSUPPORTED_COMPRESSION',
				message: /only where the xz program is installed/u,
			});
			return;
		}

		t.deepEqual(await describePayload(pkg, {tools: 'never'}), await describePayload(pkg));
	});
}

test('a file that its payload has last is told with all its names at once', async t => {
	if (!need(t, 'rpmbuild')) {
		return;
	}

	const path = buildRpm(makeScratch(t), {name: 'tool', tree});
	const names: string[][] = [];
	for await (const {file, links} of readRpmPayload(readRpm(path))) {
		if (links.length > 0) {
			names.push([file.path, ...links.map(link => link.path)]);
		}
	}

	t.deepEqual(names.sort(), [
		['/usr/bin/same', '/usr/bin/tool', '/usr/share/tool/same'],
		['/usr/share/tool/empty', '/usr/share/tool/empty-too'],
	]);
});

test('what is not asked for is still read and checked', async t => {
	if (!need(t, 'rpmbuild')) {
		return;
	}

	const path = buildRpm(makeScratch(t), {name: 'tool', tree});
	let count = 0;
	for await (const {links, content} of readRpmPayload(readRpm(path))) {
		count += 1 + links.length;
		for await (const chunk of content) {
			t.true(chunk.length > 0);
			break;
		}
	}

	t.is(count, Object.keys(tree).length);
});

test.serial('stopping early leaves no decompressor behind', async t => {
	if (!need(t, 'rpmbuild', 'xz', 'ps')) {
		return;
	}

	const path = buildRpm(makeScratch(t), {name: 'tool', tree, payload: 'w6.xzdio'});
	for await (const {file} of readRpmPayload(readRpm(path))) {
		t.is(typeof file.path, 'string');
		break;
	}

	const children = spawnSync(
		'ps',
		['--ppid', String(process.pid), '-o', 'comm,stat', '--no-headers'],
		{
			encoding: 'utf8',
		},
	);
	const alive = children.stdout.split('\n').filter(line => /^xz\s+[^Z]/u.test(line));
	t.deepEqual(alive, []);
});

const rich: RpmSpec = {
	name: 'needy',
	version: '3.4~rc1',
	preamble: [
		'Epoch: 2',
		'Requires: bash >= 5, (one >= 1:2-3 or (two and three)), four',
		'Requires(post): five = 5',
		'Recommends: (six if seven else eight)',
		'Suggests: nine < 9',
		'Supplements: (ten unless eleven)',
		'Enhances: (twelve with thirteen > 13)',
		'Conflicts: fourteen <= 1^git1',
		'Obsoletes: fifteen < 15',
		'Provides: virtual = 16:17-18, libneedy.so.1()(64bit), libneedy.so.1(NEEDY_1.0)(64bit)',
	],
	sections: [
		'%post -p <lua>',
		'print("lua")',
		'%preun -p /bin/bash',
		'echo bye',
		'%triggerin -- bash < 6, sixteen',
		'echo trigger',
		'%transfiletriggerin -p /bin/sh -- /usr/lib /usr/share/fonts',
		'echo files',
	],
	files: [
		'%ghost /var/log/needy.log',
		'%config(noreplace) /etc/needy',
		'%doc /usr/share/doc/needy',
		'%caps(cap_net_raw=ep) /usr/bin/needy',
		'%lang(de) /usr/share/de',
		'%attr(0640, daemon, adm) /etc/secret',
	],
	tree: {
		'/var/log/needy.log': 'ghost',
		'/etc/needy': 'config',
		'/usr/share/doc/needy': 'doc',
		'/usr/bin/needy': {content: 'program', mode: 0o755},
		'/usr/share/de': 'de',
		'/etc/secret': 'secret',
	},
};

test('dependencies of all kinds, rich ones among them, are those that rpm prints', t => {
	if (!need(t, 'rpmbuild')) {
		return;
	}

	const path = buildRpm(makeScratch(t), rich);
	const {dependencies} = readRpm(path);
	for (const kind of ['requires', 'provides', 'conflicts', 'obsoletes'] as const) {
		const tag = kind.slice(0, -1).toUpperCase();
		t.deepEqual(
			dependencies[kind].map(formatDependency),
			[...queryRpm(path, `[%{${tag}NEVRS}\\n]`)].slice(0, -1),
			kind,
		);
	}

	for (const kind of ['recommends', 'suggests', 'supplements', 'enhances'] as const) {
		const tag = kind.slice(0, -1).toUpperCase();
		t.deepEqual(
			dependencies[kind].map(formatDependency),
			[...queryRpm(path, `[%{${tag}NEVRS}\\n]`)].slice(0, -1),
			kind,
		);
	}
});

test('flags, owners, capabilities, languages and ghosts come out of the file list', async t => {
	if (!need(t, 'rpmbuild')) {
		return;
	}

	const pkg = readRpm(buildRpm(makeScratch(t), rich));
	const file = (path: string) => pkg.files.find(candidate => candidate.path === path);
	t.true(file('/var/log/needy.log')?.isGhost);
	t.is(file('/etc/needy')?.flags, 1 + 16);
	t.is(file('/usr/share/doc/needy')?.flags, 2);
	t.is(file('/usr/bin/needy')?.capabilities, 'cap_net_raw=ep');
	t.is(file('/usr/share/de')?.language, 'de');
	t.like(file('/etc/secret'), {owner: 'daemon', group: 'adm', mode: 0o100640});
	t.false((await describePayload(pkg)).has('/var/log/needy.log'));
});

test('a scriptlet names the program that would run it, a trigger what sets it off', t => {
	if (!need(t, 'rpmbuild')) {
		return;
	}

	const {scriptlets, triggers} = readRpm(buildRpm(makeScratch(t), rich));
	t.deepEqual(scriptlets, [
		{kind: 'post', program: ['<lua>'], script: 'print("lua")'},
		{kind: 'preun', program: ['/bin/bash'], script: 'echo bye'},
	]);
	t.deepEqual(
		triggers.map(trigger => [
			trigger.kind,
			trigger.script.trim(),
			trigger.conditions.map(({name}) => name),
		]),
		[
			['package', 'echo trigger', ['bash', 'sixteen']],
			['transaction-file', 'echo files', ['/usr/lib', '/usr/share/fonts']],
		],
	);
	t.deepEqual(triggers[0]?.conditions[0]?.range, {
		relation: '<',
		evr: {epoch: undefined, version: '6', release: undefined},
	});
});

test('a package without files has an empty payload', async t => {
	if (!need(t, 'rpmbuild')) {
		return;
	}

	const pkg = readRpm(buildRpm(makeScratch(t), {name: 'empty'}));
	t.deepEqual(pkg.files, []);
	t.is((await describePayload(pkg)).size, 0);
});

test('a file list of several thousand files is read in full', t => {
	if (!need(t, 'rpmbuild')) {
		return;
	}

	const many = Object.fromEntries(
		Array.from({length: 3000}, (_, i) => [`/usr/share/many/${i % 30}/${i}`, String(i)]),
	);
	const path = buildRpm(makeScratch(t), {name: 'many', tree: many, files: ['/usr/share/many']});
	t.deepEqual(
		readRpm(path).files.map(file => `${file.path} ${file.digest ?? ''}`),
		queryRpm(path, '[%{FILENAMES} %{FILEDIGESTS}\\n]').slice(0, -1),
	);
});
