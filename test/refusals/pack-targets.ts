/** Targets that cannot be packed. */
import {execFileSync} from 'node:child_process';
import {
	appendFileSync,
	chmodSync,
	copyFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	truncateSync,
} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {poke} from '../helpers/elf/elf-sink.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {need} from '../helpers/run/need.js';
import {asOrdinaryUser} from '../helpers/run/ordinary-user.js';
import {assertRefused, makeFiles, type Refusal} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** What needs no more than files, words and an answer; `rest` are the lines behind the first. */
interface Row extends Omit<Refusal, 'cwd' | 'run'> {
	readonly files?: Parameters<typeof makeFiles>[1];
	readonly path?: string;
	readonly rest?: readonly string[];
}

const good = writeElf({interpreter: '/lib64/ld-linux-x86-64.so.2', dynamic: {}});
const foreign = writeElf({
	machine: 183,
	interpreter: '/lib/ld-linux-aarch64.so.1',
	dynamic: {needed: ['libc.so.6']},
});

const rows: Readonly<Record<string, Row>> = {
	'a name that is in no directory of PATH': {
		path: '/usr/bin:relative:/bin:/usr/bin',
		pack: ['no-such-program'],
		code: 'TARGET_NOT_FOUND',
		says: 'cannot find a program named no-such-program',
		rest: [
			'  not in /usr/bin',
			'  not in /bin',
			'hint: name a file by its path (./no-such-program) or an installed package (deb:no-such-program, rpm:no-such-program)',
		],
	},
	'a function of the shell': {
		path: '/usr/bin',
		pack: ['module'],
		code: 'TARGET_NOT_FOUND',
		says: 'cannot find a program named module',
		rest: [
			'  not in /usr/bin',
			'hint: module is no program but a function of the shell (Environment Modules, Lmod): load what you need with it, and pack the programs that are on PATH then',
		],
	},
	'a path that does not exist': {
		pack: ['./nothing/here'],
		code: 'TARGET_NOT_FOUND',
		says: 'there is no $PWD/nothing/here',
	},
	'one missing target among good ones': {
		pack: ['/bin/sh', './nothing'],
		code: 'TARGET_NOT_FOUND',
		says: 'there is no $PWD/nothing',
	},
	'a link that leads nowhere': {
		files: {dangling: '-> nowhere/at all'},
		pack: ['./dangling'],
		code: 'TARGET_NOT_FOUND',
		says: '$PWD/dangling is a link that leads nowhere (to nowhere/at all)',
	},
	'links that lead in a circle': {
		files: {one: '-> two', two: '-> one'},
		pack: ['./one'],
		code: 'TARGET_NOT_FOUND',
		says: '$PWD/one is a link that leads nowhere (to two)',
	},
	'the working directory is a target like any directory': {
		pack: ['.'],
		code: 'NO_ELF_FOUND',
		says: 'no ELF file in $PWD',
	},
	'a directory without any ELF file': {
		files: {'docs/readme': 'text', 'docs/more/empty': ''},
		pack: ['./docs'],
		code: 'NO_ELF_FOUND',
		says: 'no ELF file in $PWD/docs',
		rest: ['hint: data files travel beside a program, with --with'],
	},
	'a text file': {
		files: {text: 'just text, and executable'},
		pack: ['./text'],
		code: 'NOT_A_PROGRAM',
		says: '$PWD/text is neither an ELF file nor a script',
	},
	'an empty file': {
		files: {empty: ''},
		pack: ['./empty'],
		code: 'NOT_A_PROGRAM',
		says: '$PWD/empty is neither an ELF file nor a script',
	},
	'an ELF file with a field that cannot be': {
		files: {corrupt: poke(good, {e_phentsize: 7})},
		pack: ['./corrupt'],
		code: 'ELF_INVALID',
		says: /^dynpk: \$PWD\/corrupt\b/,
	},
	'a program of another architecture, whose loader is not here': {
		files: {foreign: foreign.bytes},
		pack: ['./foreign'],
		code: 'UNSUPPORTED_LOADER',
		says: 'the loader /lib/ld-linux-aarch64.so.1 is not there',
		rest: ['hint: pack on a machine that can run the program, or name its root with --sysroot'],
	},
	'su, by its name': {
		path: '/usr/bin',
		pack: ['su'],
		code: 'SETUID_PROGRAM',
		says: '/usr/bin/su is a set-user-id program',
	},
	'a script whose interpreter is not there': {
		files: {script: '#!/opt/nowhere/python\n'},
		pack: ['./script'],
		code: 'TARGET_NOT_FOUND',
		says: '$PWD/script: its interpreter (/opt/nowhere/python) is not here to be packed',
	},
	'a script whose interpreter cannot be known before it runs': {
		files: {script: '#!/usr/bin/env -S ${HOME}/python\n'},
		pack: ['./script'],
		code: 'TARGET_NOT_FOUND',
		says: /^dynpk: \$PWD\/script: /,
	},
	'two programs of one name': {
		files: {'a/tool': '#!/bin/sh\nexit 1', 'b/tool': '#!/bin/sh\nexit 2'},
		pack: ['./a/tool', './b/tool'],
		code: 'PATH_CLASH',
		says: 'two programs are named tool',
		rest: ['  $PWD/a/tool', '  $PWD/b/tool', 'hint: pack them into two bundles'],
	},
};

for (const [title, {files = {}, path, rest, ...refusal}] of Object.entries(rows)) {
	test(title, async t => {
		const run = path === undefined ? {} : {run: {env: {PATH: path}}};
		const lines = await assertRefused(t, {...refusal, ...run, cwd: makeFiles(t, files)});
		if (rest !== undefined) t.deepEqual(lines, rest);
	});
}

test('an ELF file that was cut off', async t => {
	const good = readFileSync('/bin/sh');
	const cwd = makeFiles(t, {header: good.subarray(0, 40), half: good.subarray(0, 3000)});
	for (const name of ['header', 'half']) {
		await assertRefused(t, {
			cwd,
			pack: [`./${name}`],
			code: 'ELF_TRUNCATED',
			says: /^dynpk: \$PWD\/(?:header|half)\b/,
		});
	}
});

test('an object file of the compiler', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = makeFiles(t, {'a.c': 'int a;'});
	execFileSync('gcc', ['-c', 'a.c'], {cwd});
	await assertRefused(t, {
		cwd,
		pack: ['./a.o'],
		code: 'NOT_A_PROGRAM',
		says: '$PWD/a.o is an ELF file of type relocatable',
	});
});

test('a set-user-id program', async t => {
	const cwd = makeFiles(t, {mine: readFileSync('/bin/sh')});
	chmodSync(join(cwd, 'mine'), 0o4755);
	const rest = await assertRefused(t, {
		cwd,
		pack: ['./mine'],
		code: 'SETUID_PROGRAM',
		says: '$PWD/mine is a set-user-id program',
	});
	t.is(rest.at(-1), 'hint: use the one of the host');
});

test('a FIFO, which nobody ever writes to', async t => {
	const cwd = makeFiles(t, {});
	execFileSync('mkfifo', [join(cwd, 'pipe')]);
	await assertRefused(t, {
		cwd,
		pack: ['./pipe'],
		code: 'NOT_A_PROGRAM',
		says: '$PWD/pipe is neither a file nor a directory',
	});
});

test('a file that the user may not read', async t => {
	const cwd = makeFiles(t, {secret: readFileSync('/bin/sh')});
	chmodSync(join(cwd, 'secret'), 0o111);
	chmodSync(cwd, 0o777);
	await assertRefused(t, {
		cwd,
		pack: ['./secret'],
		code: 'PERMISSION',
		says: 'cannot read $PWD/secret',
		run: {under: asOrdinaryUser()},
	});
});

test('a file in a directory that the user may not enter', async t => {
	const cwd = makeFiles(t, {});
	mkdirSync(join(cwd, 'locked'), {mode: 0o700});
	chmodSync(cwd, 0o777);
	if (process.geteuid?.() !== 0) chmodSync(join(cwd, 'locked'), 0);
	await assertRefused(t, {
		cwd,
		pack: ['./locked/prog'],
		code: 'TARGET_NOT_FOUND',
		says: 'there is no $PWD/locked/prog',
		run: {under: asOrdinaryUser()},
	});
	chmodSync(join(cwd, 'locked'), 0o700);
});

for (const [pack, says] of [
	[['./locked'], 'cannot read $PWD/locked'],
	[['/bin/sh', '--scan', 'locked'], '--scan $PWD/locked: it cannot be listed'],
] as const) {
	test(`a directory that the user may not list: ${pack.join(' ')}`, async t => {
		const cwd = makeFiles(t, {});
		mkdirSync(join(cwd, 'locked'), {mode: 0o111});
		chmodSync(cwd, 0o777);
		await assertRefused(t, {cwd, pack, code: 'PERMISSION', says, run: {under: asOrdinaryUser()}});
	});
}

test('what lies in directories that the user may not enter or list is said to stay behind', async t => {
	const cwd = makeFiles(t, {'tree/bin/sh': readFileSync('/bin/sh'), 'tree/dark/file': 'x'});
	mkdirSync(join(cwd, 'tree/locked'));
	chmodSync(join(cwd, 'tree/locked'), 0);
	// Names can be read and nothing else.
	chmodSync(join(cwd, 'tree/dark'), 0o444);
	chmodSync(cwd, 0o777);
	for (const words of [
		['./tree', '-o', 'a.tar'],
		['/bin/sh', '--with', 'tree', '-o', 'b.tar'],
	]) {
		const answer = await runDynpk(['pack', ...words], {cwd, under: asOrdinaryUser()});
		t.is(answer.status, 0, answer.stderr);
		t.is(
			answer.stderr.replaceAll(cwd, '$PWD'),
			'dynpk: $PWD/tree/dark/file: not readable by this user (and 1 more such)\n',
		);
	}

	chmodSync(join(cwd, 'tree/locked'), 0o700);
	chmodSync(join(cwd, 'tree/dark'), 0o700);
});

for (const manager of ['deb', 'rpm']) {
	test(`a package that is not installed, of ${manager}`, async t => {
		await assertRefused(t, {
			pack: [`${manager}:no-such-package`],
			code: 'PACKAGE_UNKNOWN',
			says: /^dynpk: (?:package \w+:no-such-package is not installed|no \w+ package database here)/,
		});
	});
}

test('a mistyped package: the nearest one is named', async t => {
	if (!need(t, 'dpkg-query')) return;
	const {stderr} = await runDynpk(['pack', 'deb:coreutlis', '--dry-run']);
	t.regex(stderr, /^hint: did you mean deb:coreutils\? Or else install it/mu);
});

for (const name of ['a/b', '..', '.hidden', '', 'x'.repeat(201)]) {
	test(`--name ${JSON.stringify(name.slice(0, 10))}`, async t => {
		await assertRefused(t, {
			pack: ['/bin/sh', '--name', name],
			code: 'USAGE',
			says: `${name} cannot be the name of a bundle`,
		});
	});
}

test('--with, --scan and --sysroot of what does not exist', async t => {
	for (const [option, words] of [
		['--with', '--with $PWD/none: there is no such file'],
		['--scan', '--scan $PWD/none: there is no such directory'],
	] as const) {
		await assertRefused(t, {
			pack: ['/bin/sh', option, 'none'],
			code: 'TARGET_NOT_FOUND',
			says: words,
		});
	}

	const cwd = makeFiles(t, {file: ''});
	for (const root of ['none', 'file', 'file/below']) {
		await assertRefused(t, {
			cwd,
			pack: ['/bin/sh', '--sysroot', root],
			code: 'TARGET_NOT_FOUND',
			says: `no such directory: $PWD/${root}`,
		});
	}
});

test('a target that --exclude leaves out', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {prog: {}});
	await assertRefused(t, {
		cwd: world.directory,
		pack: ['./prog', '--exclude', 'prog'],
		code: 'USAGE',
		says: '--exclude leaves out the target $PWD/prog itself',
	});
});

test('a program of gigabytes is packed by what it needs, or refused; its size is no fault of dynpk', async t => {
	const cwd = makeScratch(t);
	const program = join(cwd, 'big');
	copyFileSync('/bin/true', program);
	for (const [size, message] of [
		[3 * 2 ** 30, undefined],
		[100 * 2 ** 30, /^dynpk: \S+\/big: no program has 107374182400 bytes\n/u],
	] as const) {
		truncateSync(program, size);
		const answer = await runDynpk(['pack', './big', '--dry-run', '--scope', 'closure'], {cwd});
		t.is(answer.status, message === undefined ? 0 : 5, answer.stderr);
		t.regex(answer.stderr, message ?? /^/u);
		t.is((await runDynpk(['inspect', './big'], {cwd})).status, 0);
	}

	// What lies behind its sections makes it one that reads its own file, which is edited as a whole.
	truncateSync(program, 3 * 2 ** 30);
	appendFileSync(program, 'x');
	const answer = await runDynpk(['pack', './big', '-o', 'out.tar', '--scope', 'closure'], {cwd});
	t.is(answer.status, 5);
	t.regex(answer.stderr, /big is too large to be edited: 3221225473 bytes\n/u);
	t.deepEqual(readdirSync(cwd), ['big']);
});
