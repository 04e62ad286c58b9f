/** A manifest is believed only when it has the published form. */
import test from 'ava';
import {compareTree, type TreeEntry} from '../../lib/manifest/compare-tree.js';
import {encodeManifest} from '../../lib/manifest/encode-manifest.js';
import type {BundleManifest, FileRecord} from '../../lib/manifest/manifest.js';
import {parseManifest} from '../../lib/manifest/read-manifest.js';
import {bundlePath, sysrootPath} from '../../lib/paths/paths.js';

const file: FileRecord = {
	path: bundlePath('root/a'),
	kind: 'file',
	mode: '0644',
	size: 1,
	sha256: 'ab'.repeat(32),
	source: sysrootPath('/a'),
	reason: 'target',
};
const good: BundleManifest = {
	format: 'dynpk-bundle',
	version: 1,
	name: 'thing',
	tool: 'dynpk 1',
	programs: [{name: 'a', path: bundlePath('bin/a'), source: sysrootPath('/a')}],
	loaders: [],
	launches: [],
	engine: {choice: 'direct', reason: 'a test'},
	packages: [],
	files: [file],
	objects: [],
	findings: [],
};

const parse = (value: unknown) => parseManifest(Buffer.from(JSON.stringify(value)), 'x');

test('what was written is what is read', t => {
	t.deepEqual(parseManifest(encodeManifest(good), 'x'), good);
});

test('the order of keys changes no byte', t => {
	const turned = Object.fromEntries(Object.entries(good).reverse()) as unknown as BundleManifest;
	t.deepEqual(encodeManifest(turned), encodeManifest(good));
});

const bad: Readonly<Record<string, unknown>> = {
	'no object': [],
	'another format': {...good, format: 'other'},
	'a version of the future': {...good, version: 2},
	'a field that is not there': {...good, files: undefined},
	'a field too many': {...good, extra: 1},
	'a name with a slash': {...good, name: 'a/b'},
	'a name with an escape': {...good, name: 'a\u001b'},
	'a hidden name': {...good, name: '.a'},
	'a path that climbs': {...good, files: [{...file, path: '../a'}]},
	'a path that climbs in the middle': {...good, files: [{...file, path: 'root/../../a'}]},
	'an absolute path': {...good, files: [{...file, path: '/a'}]},
	'a path with a NUL': {...good, files: [{...file, path: 'a\0'}]},
	'an empty path': {...good, files: [{...file, path: ''}]},
	'a program elsewhere': {...good, programs: [{...good.programs[0], path: '../../bin/sh'}]},
	'a program’s name with a slash': {...good, programs: [{...good.programs[0], name: '../sh'}]},
	'a digest that is none': {...good, files: [{...file, sha256: 'zz'}]},
	'a mode with set-user-id': {...good, files: [{...file, mode: '4755'}]},
	'a kind that does not exist': {...good, files: [{...file, kind: 'device'}]},
	'a negative size': {...good, files: [{...file, size: -1}]},
};

for (const [title, value] of Object.entries(bad)) {
	test(`refused: ${title}`, t => {
		t.throws(() => parse(value), {code: 'MANIFEST_INVALID', message: /^x is no manifest: ./});
	});
}

test('refused: what is no JSON', t => {
	t.throws(() => parseManifest(Buffer.from('{'), 'x'), {
		code: 'MANIFEST_INVALID',
		message: 'x is not JSON',
	});
});

const entry: TreeEntry = {
	path: 'root/a',
	kind: 'file',
	mode: 0o644,
	size: 1,
	sha256: 'ab'.repeat(32),
	target: undefined,
};

const differences: Readonly<Record<string, readonly [readonly TreeEntry[], readonly string[]]>> = {
	'an equal tree': [[entry], []],
	'the manifest itself': [[entry, {...entry, path: 'dynpk.json'}], []],
	'a missing file': [[], ['root/a is missing']],
	'a file too many': [[entry, {...entry, path: 'root/b'}], ['root/b does not belong to it']],
	'other contents': [[{...entry, sha256: 'cd'.repeat(32)}], ['root/a has other contents']],
	'another mode': [[{...entry, mode: 0o755}], ['root/a has mode 755, and had 0644']],
	'a name with a blank': [
		[entry, {...entry, path: 'root/b c'}],
		['root/b c does not belong to it'],
	],
	'a socket in its place': [
		[{...entry, kind: 'special file'}],
		['root/a is a special file, and was a file'],
	],
	'another kind': [
		[{...entry, kind: 'symlink', target: 'b'}],
		['root/a is a symlink, and was a file'],
	],
};

for (const [title, [entries, expected]] of Object.entries(differences)) {
	test(`a tree is held against its manifest: ${title}`, t => {
		const told = compareTree(good, entries).map(({path, message}) => `${path} ${message}`);
		t.deepEqual(told, expected);
	});
}
