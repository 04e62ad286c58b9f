/** Copies of one library that meet in a process, and versions of files that nobody loads. */
import test from 'ava';
import type {Closure} from '../../lib/closure/closure.js';
import {loadingFindings} from '../../lib/closure/loading-findings.js';
import {walkClosure} from '../../lib/closure/walk-closure.js';
import type {VersionNeed} from '../../lib/elf/elf-object.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {makeObject, searchIn, type Library} from '../helpers/elf/literal-search.js';

const libraries: Readonly<Record<string, Library>> = {
	'libstdc++.so.6': {},
	'libstdc++-a1b2.so.6.0.30': {},
	'libopenblas.so.0': {},
	'libblas.so.3': {needed: ['libopenblas.so.0']},
	'libcrypto.so.3': {},
	'libcrypto.so.1.1': {},
	'libfoo.so.1': {},
};

function closure(name: string, root: Library, versionNeeds?: readonly VersionNeed[]): Closure {
	const object = makeObject(name, root);
	return walkClosure(
		versionNeeds === undefined ? object : {...object, versionNeeds},
		sysrootPath(`/${name}`),
		searchIn(libraries),
	);
}

const program = closure('prog', {needed: ['libstdc++.so.6', 'libcrypto.so.3']});
const wheel = closure('wheel.so', {needed: ['libstdc++-a1b2.so.6.0.30']});

test('copies in a program and what it loads are told once, each with who brings it', t => {
	t.deepEqual(loadingFindings([program, closure('other', {needed: ['libstdc++.so.6']})], [wheel]), [
		{
			code: 'LIBRARY_TWICE',
			path: '/libstdc++-a1b2.so.6.0.30',
			message:
				'one process may load 2 copies of libstdc++: /libstdc++.so.6 (for /prog), /libstdc++-a1b2.so.6.0.30 (for /wheel.so)',
		},
	]);
});

test('two programs are two processes, and modules without a program meet in somebody’s', t => {
	const old = closure('old', {needed: ['libcrypto.so.1.1']});
	t.deepEqual(loadingFindings([program, old], []), []);
	t.deepEqual(
		loadingFindings([], [program, old]).map(({path}) => path),
		['/libcrypto.so.1.1'],
	);
});

test('one file for many is one copy, and so is a library that hands on to another', t => {
	const second = closure('second.so', {needed: ['libstdc++.so.6']});
	t.deepEqual(loadingFindings([program], [second]), []);
	const blas = closure('blas.so', {needed: ['libblas.so.3']});
	const direct = closure('direct.so', {needed: ['libopenblas.so.0']});
	t.deepEqual(loadingFindings([program], [blas, direct]), []);
});

test('versions of a file that is not needed end the program, unless another has loaded it', t => {
	const versions = [{name: 'FOO_1', weak: false}];
	const broken = closure('broken', {needed: ['libcrypto.so.3']}, [{file: 'libfoo.so.1', versions}]);
	t.deepEqual(loadingFindings([broken], []), [
		{
			code: 'VERSIONS_OF_UNNEEDED',
			path: '/broken',
			message: 'wants versions of libfoo.so.1, which is not among the libraries that it needs',
		},
	]);
	const whole = closure('whole', {needed: ['libfoo.so.1']}, [{file: 'libfoo.so.1', versions}]);
	t.deepEqual(loadingFindings([whole], []), []);
});
