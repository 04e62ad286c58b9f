/** What a launcher may believe of a path without looking at the bundle's files. */
import test from 'ava';
import {compilePathTable} from '../../lib/engine/compile-path-table.js';
import type {ProjectedPath} from '../../lib/engine/projected-path.js';
import {bundlePath, sysrootPath} from '../../lib/paths/paths.js';

const names = ['launched', 'library', 'fallback', 'shim-only', 'certain', 'plain', 'exact'];

const directory = (
	path: string,
	facts: {extent?: 'whole'; holdsUnseen?: true; isFallback?: true} = {},
): ProjectedPath => ({kind: 'directory', path: sysrootPath(path), extent: 'merged', ...facts});
const file = (
	path: string,
	facts: {isLibrary?: true; behind?: string; liesOutside?: true; isFallback?: true} = {},
): ProjectedPath => ({
	kind: 'file',
	path: sysrootPath(path),
	isLibrary: false,
	...facts,
	behind: facts.behind === undefined ? undefined : bundlePath(facts.behind),
});
const link = (path: string, target: string): ProjectedPath => ({
	kind: 'link',
	path: sysrootPath(path),
	target,
	isLibrary: false,
});

/** The flags of each path, in words. */
function flagsOf(paths: readonly ProjectedPath[]): Readonly<Record<string, string>> {
	const table = compilePathTable(paths, []);
	const [count, nodes, texts] = [12, 16, 28].map(at => table.readUInt32LE(at));
	const found: [string, string][] = [];
	const pathAt: string[] = [];
	for (let index = 0; index < (count ?? 0); index++) {
		const node = table.subarray((nodes ?? 0) + 24 * index);
		const start = (texts ?? 0) + node.readUInt32LE(4);
		const name = table.toString('utf8', start, start + node.readUInt16LE(8));
		const parent = pathAt[node.readUInt32LE(0)] ?? '';
		pathAt[index] = index === 0 ? '' : `${parent}/${name}`;
		const flags = node.readUInt8(11);
		found.push([
			pathAt[index] === '' ? '/' : (pathAt[index] ?? ''),
			names.filter((_, bit) => (flags >> bit) & 1).join(' '),
		]);
	}

	return Object.fromEntries(found);
}

test('a directory of files that lie as they are seen is plain, and so is what holds it', t => {
	const flags = flagsOf([directory('/'), directory('/a'), file('/a/x'), link('/a/y', 'x')]);
	t.deepEqual(flags, {
		'/': 'certain plain exact',
		'/a': 'certain plain exact',
		'/a/x': 'certain plain',
		'/a/y': 'certain plain',
	});
});

test('what a launcher stands for, links to libraries and aliases make no directory plain', t => {
	const others = {
		launched: file('/a/x', {behind: 'root/a/.x.dynpk'}),
		outside: file('/a/x', {liesOutside: true}),
		alias: link('/a/x', '/b'),
		library: file('/a/x', {isLibrary: true}),
	};
	for (const [what, other] of Object.entries(others)) {
		const paths = [directory('/'), directory('/b'), directory('/a'), file('/a/y'), other];
		t.is(flagsOf(paths)['/a'], 'certain exact', what);
	}
});

test('a whole directory is plain whatever is in it', t => {
	const launched = file('/a/x', {behind: 'root/a/.x.dynpk'});
	t.is(
		flagsOf([directory('/'), directory('/a', {extent: 'whole'}), launched])['/a'],
		'certain plain exact',
	);
});

test('a directory that holds more than is seen is neither exact nor plain', t => {
	const flags = flagsOf([directory('/'), directory('/a', {holdsUnseen: true}), file('/a/x')]);
	t.is(flags['/a'], 'certain');
	t.is(flags['/'], 'certain exact');
});

test('nothing is certain of fallbacks, nor of libraries', t => {
	const flags = flagsOf([
		directory('/'),
		directory('/a'),
		file('/a/x', {isFallback: true}),
		directory('/b'),
		file('/b/x', {isLibrary: true}),
		directory('/c', {isFallback: true}),
		file('/c/x'),
	]);
	t.deepEqual(
		['/a', '/a/x', '/b', '/b/x', '/c', '/c/x', '/'].map(path => flags[path]),
		['exact', 'fallback', 'exact', 'library', 'fallback exact', 'certain plain', 'exact'],
	);
});

test('the machine’s directories, and the C library’s modules and locales, are the shim’s alone', t => {
	const paths = ['/dev', '/usr', '/usr/lib', '/usr/lib/x', '/usr/lib/x/gconv', '/usr/lib/locale'];
	const shared = ['/usr/share', '/usr/share/locale', '/usr/share/gconv', '/usr/dev'];
	const flags = flagsOf([directory('/'), ...[...paths, ...shared].map(path => directory(path))]);
	const shimOnly = Object.keys(flags).filter(path => flags[path]?.includes('shim-only'));
	t.deepEqual(shimOnly.sort(), ['/dev', '/usr/lib/locale', '/usr/lib/x/gconv']);
	t.is(flags['/dev'], 'shim-only exact');
});
