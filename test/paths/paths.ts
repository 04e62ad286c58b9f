/** The constructors of paths: normal form, and what is no path of their kind. */
import test from 'ava';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {bundlePath, sysrootPath} from '../../lib/paths/paths.js';

for (const [given, expected] of [
	['/', '/'],
	['//', '/'],
	['/a', '/a'],
	['//a///b', '/a/b'],
	['/a/', '/a'],
	['/./a/.', '/a'],
	['/..', '/'],
	['/../a/b/..', '/a'],
	['/.a/..b/...', '/.a/..b/...'],
	['/a./b..', '/a./b..'],
] as const) {
	test(`${given} as a program sees it is ${expected}`, t => {
		t.is(String(sysrootPath(given)), expected);
	});
}

for (const [given, expected] of [
	['a', 'a'],
	['a//b/', 'a/b'],
	['./a', 'a'],
	['a/../b', 'b'],
	['.a/b', '.a/b'],
	['..a', '..a'],
] as const) {
	test(`${given} in a bundle is ${expected}`, t => {
		t.is(String(bundlePath(given)), expected);
	});
}

test('what leaves a bundle, or names nothing in it, is no path of it', t => {
	for (const path of ['', '.', '..', '/', '/a', '../a', 'a/../..', 'a/../../b', 'a\0']) {
		t.throws(() => bundlePath(path), {instanceOf: DynpkError, code: 'PAYLOAD_ESCAPES_ROOT'}, path);
	}

	for (const path of ['', 'a', './a', '/a\0']) {
		t.throws(() => sysrootPath(path), {instanceOf: DynpkError, code: 'USAGE'}, path);
	}
});
