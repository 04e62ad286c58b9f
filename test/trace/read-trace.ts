/** A trace comes from somewhere: what has not its form is refused before anything is made of it. */
import {execFileSync} from 'node:child_process';
import {existsSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {hostPath} from '../../lib/paths/paths.js';
import {readTrace} from '../../lib/trace/trace-evidence.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const whole = {
	...{schema: 'dynpk-trace/1', command: [], ended: {status: 0}},
	...{observers: {stub: 'used', strace: 'used'}, programs: [], objects: [], files: []},
};

const bad: Readonly<Record<string, unknown>> = {
	'another schema': {...whole, schema: 'dynpk-trace/2'},
	'a list': [],
	'no files': {...whole, files: undefined},
	'programs in a string': {...whole, programs: 'all'},
	'an object without a name': {...whole, objects: [{path: '/lib/x.so'}]},
	'a use there is not': {...whole, files: [{path: '/etc', use: 'written'}]},
	'a field of somebody else': {...whole, more: 1},
	'a relative home': {...whole, home: 'home'},
};

test('what has not the form of a trace is refused', t => {
	const file = hostPath(join(makeScratch(t), 'trace'));
	const paths = ['etc', '/a/../etc', '/a/..', '/a/', '//a', '/./a', '', '/a\0b'];
	const texts = [
		'{',
		...Object.values(bad).map(value => JSON.stringify(value)),
		...paths.map(path => JSON.stringify({...whole, files: [{path, use: 'read'}]})),
	];
	for (const text of texts) {
		writeFileSync(file, text);
		t.throws(() => readTrace(file), {code: 'TRACE_INVALID'}, text);
	}

	const files = ['/', '/a/.b', '/a/..b', '/a b/\n'].map(path => ({path, use: 'read'}));
	writeFileSync(file, JSON.stringify({...whole, files}));
	t.is(readTrace(file).files.length, files.length);
});

test('pack stops at a file that is no trace, and writes nothing', async t => {
	const directory = makeScratch(t);
	writeFileSync(join(directory, 'trace'), '{}');
	const pack = ['pack', '/bin/sh', '--trace', 'trace', '-o', 'bundle'];
	const answer = await runDynpk(pack, {cwd: directory});
	t.is(answer.status, 3);
	t.regex(answer.stderr, /^dynpk: \S+\/trace is no trace: must have required property/u);
	t.false(existsSync(join(directory, 'bundle')));
	t.is((await runDynpk([...pack, '--trace', 'absent'], {cwd: directory})).status, 3);
});

test('a trace that is no file is refused, and waits for nobody', t => {
	const scratch = makeScratch(t);
	const fifo = hostPath(join(scratch, 'fifo'));
	execFileSync('mkfifo', [fifo]);
	for (const path of [fifo, scratch, hostPath('/dev/zero')]) {
		t.throws(() => readTrace(path), {code: 'TRACE_INVALID', message: /not a regular file/u}, path);
	}
});
