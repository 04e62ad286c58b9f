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
	userBases: new Map(),
	packages: [],
	broughtBy: new Map(),
	findings: [],
};

const unasked = {name: undefined, output: undefined};

test('a bundle has the name that was asked for, else that of its output or its first target', t => {
	t.is(bundleName({name: 'mine', output: 'out'}, payload), 'mine');
	t.is(bundleName({...unasked, output: 'out'}, payload), 'out');
	t.is(bundleName(unasked, payload), 'venv');
});

test('where that is no file name, the first program with one gives it', t => {
	t.is(bundleName(unasked, {...payload, name: '.venv'}), 'pip');
	t.is(bundleName({...unasked, output: '.out'}, {...payload, name: '.venv'}), 'pip');
});

test('what cannot be a file name is refused, also when asked for', t => {
	const code = 'USAGE';
	for (const name of ['', '.x', 'a/b', 'a\nb', 'x'.repeat(201)]) {
		t.throws(() => bundleName({...unasked, name}, payload), {code});
		t.throws(() => bundleName(unasked, {...payload, name, programs: []}), {code});
	}
});
