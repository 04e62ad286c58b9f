/** What a bundle is called. */
import test from 'ava';
import type {Payload} from '../../lib/inputs/payload.js';
import {bundleName} from '../../lib/pack/bundle-name.js';
import {sysrootPath} from '../../lib/paths/paths.js';

const programs = ['.hidden', 'pip', 'python'].map(name => {
	const path = sysrootPath(`/venv/bin/${name}`);
	return {name, path, file: path};
});
const payload: Payload = {
	name: 'venv',
	programs,
	libraries: [],
	entries: [],
	interpreters: new Map(),
	packages: [],
	findings: [],
};

test('a bundle has the name that was asked for, else that of its first target', t => {
	t.is(bundleName('mine', payload), 'mine');
	t.is(bundleName(undefined, payload), 'venv');
});

test('where that is no file name, the first program with one gives it', t => {
	t.is(bundleName(undefined, {...payload, name: '.venv'}), 'pip');
});

test('what cannot be a file name is refused, also when asked for', t => {
	const code = 'USAGE';
	for (const name of ['', '.x', 'a/b', 'a\nb', 'x'.repeat(201)]) {
		t.throws(() => bundleName(name, payload), {code});
		t.throws(() => bundleName(undefined, {...payload, name, programs: []}), {code});
	}
});
