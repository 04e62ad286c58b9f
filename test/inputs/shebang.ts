/** The first line of a script as the kernel (fs/binfmt_script.c) and env(1) of GNU coreutils read it. */
import {spawnSync} from 'node:child_process';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {readShebang, splitEnvString} from '../../lib/inputs/shebang.js';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const read = (text: string) => readShebang(Buffer.from(text));
const direct = {envProgram: undefined, settings: [], unsupported: undefined};

test('the first word is the interpreter, all the rest is one argument', t => {
	t.deepEqual(read('#!/bin/sh\nrest'), {interpreter: '/bin/sh', arguments: [], ...direct});
	t.deepEqual(read('#!/bin/sh -e -x\n'), {interpreter: '/bin/sh', arguments: ['-e -x'], ...direct});
	t.deepEqual(read('#! \t/bin/sh\t -e  \t\n'), {
		interpreter: '/bin/sh',
		arguments: ['-e'],
		...direct,
	});
	t.deepEqual(read('#!/bin/sh "a  b"\n'), {
		interpreter: '/bin/sh',
		arguments: ['"a  b"'],
		...direct,
	});
});

test('a line may end with the file', t => {
	t.deepEqual(read('#!/bin/sh'), {interpreter: '/bin/sh', arguments: [], ...direct});
});

test('a carriage return belongs to the name, as it does for the kernel', t => {
	t.is(read('#!/bin/sh\r\n')?.interpreter, '/bin/sh\r');
});

test('what is no script is none', t => {
	for (const text of [
		'',
		'#',
		'!',
		'# !/bin/sh',
		' #!/bin/sh',
		'#!',
		'#!\n/bin/sh',
		'#!   \n',
		'\u007fELF',
	]) {
		t.is(read(text), undefined, JSON.stringify(text));
	}
});

test('nothing behind 256 bytes is looked at', t => {
	const line = `#!/bin/sh ${'x'.repeat(400)}\n`;
	t.is(read(line)?.arguments[0]?.length, 256 - '#!/bin/sh '.length);
});

test('env finds a program by name, and passes nothing else without -S', t => {
	t.deepEqual(read('#!/usr/bin/env python3\n'), {
		interpreter: '/usr/bin/env',
		envProgram: 'python3',
		arguments: [],
		settings: [],
		unsupported: undefined,
	});
	// One word with a blank in it: env looks for a program of that name, and so do we.
	t.is(read('#!/usr/bin/env python3 -u\n')?.envProgram, 'python3 -u');
});

test('env -S splits, sets and starts', t => {
	for (const option of ['-S ', '-S', '--split-string=', '--split-string ']) {
		t.deepEqual(read(`#!/usr/bin/env ${option}A=1 B='two words' python3 -u -X "dev"\n`), {
			interpreter: '/usr/bin/env',
			envProgram: 'python3',
			arguments: ['-u', '-X', 'dev'],
			settings: ['A=1', 'B=two words'],
			unsupported: undefined,
		});
	}
});

test('what env would do and a bundle cannot is said', t => {
	for (const line of [
		'env',
		'env -i sh',
		'env -S -i sh',
		'env -S -u HOME sh',
		'env -S ${HOME}/x',
		'env -S "open',
		'env A=1',
	]) {
		t.not(read(`#!/usr/bin/${line}\n`)?.unsupported, undefined, line);
	}
});

/** What `env -S` makes of a text, told by printf; `undefined` where it refuses. */
function realSplit(directory: string, text: string): readonly string[] | undefined {
	const show = join(directory, 'show');
	writeFileSync(show, '#!/bin/sh\nprintf "%s\\0" "$@"\n', {mode: 0o755});
	const {status, stdout} = spawnSync('env', [`-S${show} ${text}`], {
		encoding: 'utf8',
		env: {PATH: '/usr/bin:/bin'},
	});
	return status === 0 ? stdout.split('\0').slice(0, -1) : undefined;
}

const texts = [
	'a b',
	' a\tb ',
	`'a b' c`,
	`"a b"c'd'`,
	`'' ""`,
	String.raw`a\_b`,
	String.raw`"a\_b"`,
	String.raw`'a\_b'`,
	String.raw`a\tb\n\f\v\r`,
	String.raw`'\t \\ \''`,
	String.raw`"\"q\" \$HOME \\"`,
	String.raw`a\#b a#b`,
	'a #b c',
	String.raw`a\c b`,
	String.raw`a "b\c"`,
	String.raw`a 'b\c'`,
	String.raw`\q`,
	String.raw`"\q"`,
	`'open`,
	`"open`,
	'trailing\\',
	'$(id)',
	'`id` ; | *',
	'é "ü"',
];

test('env -S is split as env(1) of this machine does', t => {
	if (!need(t, 'env')) return;
	const scratch = makeScratch(t);
	for (const text of texts) {
		const real = realSplit(scratch, text);
		// `printf` says one empty word where there is none.
		const expected = real?.length === 1 && real[0] === '' ? [] : real;
		t.deepEqual(splitEnvString(text), expected, text);
	}
});

test('a variable in env -S is not known before run time', t => {
	for (const text of ['${HOME}', '"${HOME}"', 'a${X}b']) {
		t.is(splitEnvString(text), undefined, text);
	}

	t.deepEqual(splitEnvString(`'\${HOME}'`), ['${HOME}']);
});
