/** The table as bytes; that the shim reads it right is for test/shim to show. */
import test from 'ava';
import {compilePathTable} from '../../lib/engine/compile-path-table.js';
import type {ProjectedPath} from '../../lib/engine/projected-path.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {sysrootPath} from '../../lib/paths/paths.js';

const directory = (path: string, extent: 'merged' | 'whole' = 'merged'): ProjectedPath => ({
	kind: 'directory',
	path: sysrootPath(path),
	extent,
});
const file = (path: string): ProjectedPath => ({
	kind: 'file',
	path: sysrootPath(path),
	isLibrary: false,
});

function code(paths: readonly ProjectedPath[]): string | undefined {
	try {
		compilePathTable(paths, []);
		return undefined;
	} catch (error) {
		return error instanceof DynpkError ? error.code : 'other';
	}
}

test('the same paths in any order are the same bytes', t => {
	const paths = [directory('/'), directory('/usr'), file('/usr/b'), file('/usr/a')];
	t.deepEqual(
		compilePathTable(paths, []).length,
		compilePathTable([...paths].reverse(), []).length,
	);
	t.deepEqual(compilePathTable(paths, []), compilePathTable([...paths].reverse(), []));
});

test('the children of a directory stand side by side', t => {
	const table = compilePathTable(
		[directory('/'), directory('/b', 'whole'), file('/b/x'), file('/b/y'), file('/a')],
		[],
	);
	const node = (index: number): Buffer => table.subarray(table.readUInt32LE(16) + 24 * index);
	t.is(table.toString('latin1', 0, 8), 'DYNPKPT1');
	t.is(table.readUInt32LE(8), table.length);
	t.is(table.readUInt32LE(12), 5);
	t.deepEqual([node(0).readUInt32LE(16), node(0).readUInt32LE(20)], [1, 2]);
	const whole = [1, 2].map(node).find(bytes => bytes.readUInt8(10) === 2);
	t.deepEqual([whole?.readUInt32LE(16), whole?.readUInt32LE(20)], [3, 2]);
});

test('paths that are no tree are refused', t => {
	t.is(code([directory('/'), file('/usr/a')]), 'USAGE');
	t.is(code([directory('/'), file('/usr'), file('/usr/a')]), 'USAGE');
	t.is(code([file('/')]), 'USAGE');
	t.is(code([directory('/'), file('/a'), file('/a')]), 'USAGE');
	t.is(code([directory('/'), file('/a')]), undefined);
});

test('names that no file system has are refused', t => {
	t.is(code([directory('/'), file(`/${'x'.repeat(256)}`)]), 'USAGE');
	t.is(code([directory('/'), file(`/${'ä'.repeat(128)}`)]), 'USAGE');
	t.is(code([directory('/'), file(`/${'x'.repeat(255)}`)]), undefined);
});

test('what lies below whole directories comes last, and no alias leads there', t => {
	const table = compilePathTable(
		[
			directory('/'),
			directory('/a', 'whole'),
			directory('/a/inner'),
			directory('/b'),
			file('/b/x'),
			{kind: 'link', path: sysrootPath('/c'), target: 'a/inner', isLibrary: false},
		],
		[],
	);
	const kinds = [0, 1, 2, 3, 4, 5].map(index =>
		table.readUInt8(table.readUInt32LE(16) + 24 * index + 10),
	);
	t.deepEqual(kinds, [1, 2, 1, 4, 3, 1]);
	t.is(table.readUInt32LE(48), 5);
});
