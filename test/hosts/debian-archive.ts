import {mkdir, mkdtemp, rm, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {dirname, join} from 'node:path';
import test from 'ava';
import type {ExecutionContext} from 'ava';
import {findDebianArchive, parseDeb822Sources, parseOneLineSources} from './lib/debian-archive.js';

async function etcWith(t: ExecutionContext, files: Record<string, string>): Promise<string> {
	const etc = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
	t.teardown(async () => rm(etc, {recursive: true}));
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(etc, name)), {recursive: true});
		await writeFile(join(etc, name), text);
	}

	return etc;
}

test('one-line sources: options, components and comments', t => {
	const text = [
		'# deb http://comment.example/debian sid main',
		'deb [arch=amd64 signed-by=/k.gpg] http://a.example/debian bookworm main contrib # why',
		'deb-src http://a.example/debian bookworm main',
		'  deb http://b.example/x ./',
	].join('\n');
	t.deepEqual(parseOneLineSources(text), [
		{
			uri: 'http://a.example/debian',
			suite: 'bookworm',
			components: ['main', 'contrib'],
			signedBy: '/k.gpg',
		},
		{uri: 'http://b.example/x', suite: './', components: [], signedBy: undefined},
	]);
});

test('deb822 sources: several suites, a comment inside, an embedded key, a disabled stanza', t => {
	const text = `Types: deb deb-src
# URIs: http://comment.example/debian
URIs: http://a.example/debian
Suites: stable stable-updates
Components: main
Signed-By:
 -----BEGIN
 .
 abc

Types: deb
Enabled: no
URIs: http://b.example/debian
Suites: sid
Components: main

Types: deb-src
URIs: http://c.example/debian
Suites: sid
Components: main
`;
	const common = {uri: 'http://a.example/debian', components: ['main']};
	const signedBy = '-----BEGIN\n .\n abc';
	t.deepEqual(parseDeb822Sources(text), [
		{...common, suite: 'stable', signedBy},
		{...common, suite: 'stable-updates', signedBy},
	]);
});

test('the main archive is told from updates, security and third parties', async t => {
	const etc = await etcWith(t, {
		'sources.list': 'deb http://other.example/linux stable main\n',
		'sources.list.d/a.list': [
			'deb http://sec.example/debian-security bookworm-security main',
			'deb http://m.example/debian/ bookworm-updates main',
		].join('\n'),
		'sources.list.d/b.sources':
			'Types: deb\nURIs: http://m.example/debian/\nSuites: bookworm\nComponents: main\n',
		'sources.list.d/c.list.save': 'deb http://old.example/debian bookworm main\n',
	});
	t.deepEqual(findDebianArchive(etc, {}), {uri: 'http://m.example/debian/', signedBy: undefined});
});

for (const uri of [
	'mirror+file:///etc/apt/mirrors/debian.list',
	'http://m.example/archive/debian/20250520T000000Z/',
]) {
	test(`${uri} counts as the archive`, async t => {
		const etc = await etcWith(t, {'sources.list': `deb ${uri} bookworm main\n`});
		t.is(findDebianArchive(etc, {}).uri, uri);
	});
}

test('without a Debian archive the variable to set is named, and obeyed', async t => {
	const etc = await etcWith(t, {'sources.list': 'deb http://a.example/ubuntu noble main\n'});
	t.throws(() => findDebianArchive(etc, {}), {message: /DYNPK_TESTS_DEBIAN_ARCHIVE/u});
	const env = {DYNPK_TESTS_DEBIAN_ARCHIVE: 'http://chosen.example/debian'};
	t.is(findDebianArchive(etc, env).uri, 'http://chosen.example/debian');
});
