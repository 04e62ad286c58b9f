/** A manifest is believed only when it has the published form. */
import test from 'ava';
import {compareTree, type TreeEntry} from '../../lib/manifest/compare-tree.js';
import {encodeManifest, encodeManifestInPieces} from '../../lib/manifest/encode-manifest.js';
import type {LaunchSpec} from '../../lib/launcher/launch-spec.js';
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

const base = {
	launcher: bundlePath('root/a'),
	program: bundlePath('root/.a.dynpk'),
	environment: [
		{
			variable: 'A',
			action: 'prepend',
			when: 'always',
			parts: [{kind: 'bundle', text: 'lib'}],
		},
	],
	requires: {kernel: [2, 6, 32], isa: 0, machine: 62, class: 64},
} as const;
const view = {engine: 'shim', reason: 'a test', table: bundlePath('libexec/dynpk/paths')} as const;
const options = {argv0: true, inhibitCache: true, inhibitRpath: true, preload: true, audit: true};
const launches: readonly LaunchSpec[] = [
	{
		...base,
		kind: 'loader',
		strategy: 'map',
		reason: 'a test',
		loader: bundlePath('libexec/dynpk/ld.so'),
		libc: 'glibc',
		loaderOptions: options,
		libraryPath: [bundlePath('lib')],
		inhibitRpath: [],
		inhibitOwnRpath: false,
		view: {...view, shim: bundlePath('libexec/dynpk/shim.so')},
		audit: {
			method: 'interface',
			stub: bundlePath('libexec/dynpk/audit.so'),
			byDefault: false,
			tunables: '',
		},
	},
	{
		...base,
		kind: 'script',
		interpreter: bundlePath('root/sh'),
		arguments: ['-e'],
		settings: [],
		isAtOwnPath: true,
	},
	{...base, kind: 'static', view},
	{...base, kind: 'forward'},
];
const [loaderLaunch, scriptLaunch, staticLaunch, forwardLaunch] = launches;

const parse = (value: unknown) => parseManifest(Buffer.from(JSON.stringify(value)), 'x');

test('what was written is what is read', t => {
	t.deepEqual(parseManifest(encodeManifest(good), 'x'), good);
});

test('what would not be read again is not written', t => {
	const {length} = encodeManifest(good);
	t.is(Buffer.concat(encodeManifestInPieces(good, length)).length, length);
	t.throws(() => encodeManifestInPieces(good, length - 1), {code: 'FILE_TOO_LARGE'});
});

test('records are taken one by one, and nothing is left of those that were handed on', t => {
	let made = 0;
	function* files(): Generator<FileRecord> {
		for (; made < 5000; made++) {
			yield {path: bundlePath(`root/${made}`), kind: 'symlink', target: 'x', reason: 'a test'};
		}
	}

	const pieces = encodeManifestInPieces({...good, files: files()});
	t.true(pieces.length > 2 && pieces.every(({length}) => length < 1 << 17));
	t.is(parseManifest(Buffer.concat(pieces), 'x').files.length, made);
});

test('launches of every kind are read', t => {
	t.deepEqual(parseManifest(encodeManifest({...good, launches}), 'x').launches, launches);
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
	...Object.fromEntries(
		Object.entries<unknown>({
			'a kind that does not exist': {...staticLaunch, kind: 'other'},
			'no kind': {...staticLaunch, kind: undefined},
			'a library path that is no list': {...loaderLaunch, libraryPath: 'lib'},
			'a library path that climbs': {...loaderLaunch, libraryPath: ['../lib']},
			'a loader that is no path': {...loaderLaunch, loader: 1},
			'no loader': {...loaderLaunch, loader: undefined},
			'an option too many': {...loaderLaunch, loaderOptions: {...options, more: true}},
			'a strategy that does not exist': {...loaderLaunch, strategy: 'fly'},
			'a view without a table': {...staticLaunch, view: {...view, table: undefined}},
			'an interpreter that climbs': {...scriptLaunch, interpreter: 'root/../../sh'},
			'arguments that are no texts': {...scriptLaunch, arguments: [1]},
			'an environment that is no list': {...forwardLaunch, environment: {}},
			'a rule without parts': {...forwardLaunch, environment: [{variable: 'A'}]},
			'a variable with an equals sign': {
				...forwardLaunch,
				environment: [{...base.environment[0], variable: 'A=B'}],
			},
			'a field too many': {...forwardLaunch, interpreter: 'root/sh'},
		}).map(([title, launch]) => [`a launch with ${title}`, {...good, launches: [launch]}]),
	),
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

test('a manifest of values that take far more memory than their text is not parsed', t => {
	for (const text of ['[', '{', '0,', '"a":', '"":[],']) {
		const bytes = Buffer.alloc(text.length << 26, text);
		const before = process.memoryUsage().heapUsed;
		t.throws(() => parseManifest(bytes, 'made'), {message: 'made is too large for a manifest'});
		t.true(process.memoryUsage().heapUsed - before < 64 << 20, text);
	}
});
