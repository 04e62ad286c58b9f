/** What the command line itself says: help, version, completion, and wrong usage in one line. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {repeatable} from '../../cmd/keep-last-values.js';
import {need} from '../helpers/run/need.js';
import {dynpkScript, runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

async function help(command: string): Promise<string> {
	const {stdout} = await runDynpk([command, '--help']);
	return stdout;
}

/** As the top-level help lists them. */
async function commands(): Promise<readonly string[]> {
	const {stdout} = await runDynpk(['--help']);
	return [...stdout.matchAll(/^ {2}dynpk (?<name>[a-z]+)/gmu)].map(([, name]) => name!);
}

test('dynpk --help names every command and the exit statuses', async t => {
	const answer = await runDynpk(['--help']);
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	for (const name of ['pack', 'run', 'inspect', 'completion']) {
		t.regex(answer.stdout, new RegExp(`^  dynpk ${name}\\b`, 'm'));
	}

	t.regex(answer.stdout, /^Exit status: 0 done, /m);
});

test('--help of each command gives examples of it and fits a terminal', async t => {
	const names = (await commands()).filter(name => name !== 'completion' && name !== 'help');
	t.true(names.length >= 3);
	for (const name of names) {
		const answer = await runDynpk([name, '--help']);
		t.deepEqual([answer.status, answer.stderr], [0, ''], name);
		const [, examples = ''] = answer.stdout.split('\nExamples:\n');
		t.regex(examples, new RegExp(`^  dynpk ${name} \\S`, 'm'));
		for (const line of answer.stdout.split('\n')) {
			t.true(line.length <= 100, line);
		}
	}
});

test('every option that help calls a list may be repeated', async t => {
	for (const command of await commands()) {
		const text = await help(command);
		for (const [, name] of text.matchAll(
			/--(?<name>[a-z-]+)[^-]*?\[(?:array|boolean|string|number)\]/gsu,
		)) {
			const isList = new RegExp(
				`--${name!} [^[]*(?:\\[[^\\]]*[A-Z][^\\]]*\\][^[]*)?\\[array\\]`,
				's',
			).test(text);
			t.is(isList, repeatable.has(name!), `${command} --${name!}`);
		}
	}
});

test('output that cannot be written is a fault of the machine, not a finding', async t => {
	if (!need(t, 'sh')) return;
	const under = ['sh', '-c', 'exec "$@" >/dev/full', 'sh'];
	t.deepEqual(await runDynpk(['inspect', '/bin/sh'], {under}), {
		status: 6,
		signal: undefined,
		stdout: '',
		stderr: 'dynpk: cannot write to standard output: no space left\n',
	});
});

test('a reader of stderr that is gone changes nothing', async t => {
	const child = spawn(process.execPath, [dynpkScript, 'pack', './nothing'], {
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	child.stderr.destroy();
	await once(child, 'close');
	t.deepEqual([child.exitCode, child.signalCode], [2, null]);
});

test('a working directory that was removed is a fault of the machine', async t => {
	const cwd = makeScratch(t);
	const under = ['sh', '-c', 'mkdir gone && cd gone && rmdir ../gone && exec "$@"', 'sh'];
	const {status, stderr} = await runDynpk(['inspect', '/bin/sh'], {cwd, under});
	t.is(status, 6);
	t.regex(
		stderr,
		/dynpk: the working directory is not there any more\nhint: change to another one\n$/u,
	);
});

test('-h is --help, and help wins over what is missing', async t => {
	t.is((await runDynpk(['pack', '-h'])).stdout, await help('pack'));
});

test('--version is that of the package', async t => {
	const facts = JSON.parse(
		readFileSync(new URL('../../../package.json', import.meta.url), 'utf8'),
	) as {readonly version: string};
	t.deepEqual(await runDynpk(['--version']), {
		status: 0,
		signal: undefined,
		stdout: `${facts.version}\n`,
		stderr: '',
	});
});

test('completion prints a script, and scripts of older versions still complete commands', async t => {
	const answer = await runDynpk(['completion']);
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	t.regex(answer.stdout, /^# Completion of dynpk for bash: /u);
	const words = await runDynpk(['--get-yargs-completions', 'dynpk', 'ins']);
	t.regex(words.stdout, /^inspect(?::|$)/m);
});

const wrong: readonly (readonly [title: string, argv: string, sentence: string, hint: string])[] = [
	[
		'no command',
		'',
		'name a command: pack, run, inspect, verify, trace, host, cache, completion or help',
		'dynpk help tells what each of them does',
	],
	[
		'a command that does not exist',
		'frobnicate',
		'there is no command frobnicate',
		'there are pack, run, inspect, verify, trace, host, cache, completion and help',
	],
	[
		'a command with a slip of the finger',
		'pakc git',
		'there is no command pakc',
		'did you mean pack?',
	],
	[
		'an unknown option',
		'pack git --no-such',
		'pack has no option --no-such',
		'dynpk help pack tells more',
	],
	[
		'an option with a slip of the finger',
		'pack git --ouput x',
		'pack has no option --ouput',
		'did you mean --output?',
	],
	[
		'the beginning of an option',
		'run --eng=shim bundle',
		'run has no option --eng',
		'did you mean --engine?',
	],
	[
		'two unknown options',
		'pack git --qux -Z',
		'pack has no options --qux, -Z',
		'dynpk help pack tells more',
	],
	[
		'a value that is none of the choices',
		'pack git --missing maybe',
		'--missing cannot be maybe',
		'it is error, warn or ignore',
	],
	[
		'nearly one of the choices',
		'pack git --missing eror',
		'--missing cannot be eror',
		'did you mean error?',
	],
	[
		'a shell that nothing is known of',
		'completion tcsh',
		'completion knows no tcsh',
		'it is bash, zsh or fish',
	],
	['help of what is no command', 'help pakc', 'help knows no pakc', 'did you mean pack?'],
	[
		'an option without its value',
		'pack git -o',
		'-o takes a value, and none follows',
		'dynpk help pack tells more',
	],
	[
		'pack without a target',
		'pack',
		'name what to pack',
		'dynpk pack TARGET... [-o OUT]; dynpk help pack tells more',
	],
	[
		'inspect without a path',
		'inspect',
		'name what to inspect',
		'dynpk inspect PROGRAM|PACKAGE|BUNDLE; dynpk help inspect tells more',
	],
	[
		'verify without a bundle',
		'verify --json',
		'name a bundle to verify',
		'dynpk verify BUNDLE; dynpk help verify tells more',
	],
	[
		'a word too many',
		'verify bundle another',
		'verify has no use for another',
		'dynpk help verify tells more',
	],
	[
		'trace without a file to write',
		'trace git --version',
		'name a file to write with -o',
		'dynpk trace -o FILE COMMAND [ARGS...]; dynpk help trace tells more',
	],
];

for (const [title, argv, sentence, hint] of wrong) {
	test(`${title}: one line, one hint, status 2`, async t => {
		const words = argv.split(' ').filter(word => word !== '');
		t.deepEqual(await runDynpk(words, {cwd: makeScratch(t)}), {
			status: 2,
			signal: undefined,
			stdout: '',
			stderr: `dynpk: ${sentence}\nhint: ${hint}\n`,
		});
	});
}

test('dynpk help is --help, of a command or of all', async t => {
	t.deepEqual(await runDynpk(['help']), await runDynpk(['--help']));
	t.deepEqual(await runDynpk(['help', 'pack']), await runDynpk(['pack', '--help']));
	for (const name of await commands()) {
		t.is((await runDynpk(['help', name])).status, 0, name);
	}
});

test('a program with a slip of the finger: the one that is there is named', async t => {
	const cwd = makeScratch(t);
	for (const name of ['gitt', 'git-tool', 'other']) {
		writeFileSync(join(cwd, name), '#!/bin/sh\n', {mode: 0o755});
	}

	writeFileSync(join(cwd, 'gitx'), 'no program');
	const env = {PATH: `${cwd}:/nowhere`};
	for (const argv of [
		['pack', 'igtt'],
		['inspect', 'igtt'],
		['trace', '-o', 'x', 'igtt'],
	]) {
		const {status, stderr} = await runDynpk(argv, {env});
		t.is(status, 2);
		t.regex(stderr, /^dynpk: cannot find a program named igtt\n/u);
		t.regex(stderr, /^hint: did you mean gitt\?/mu);
	}

	// What cannot be started is not meant.
	t.regex((await runDynpk(['pack', 'gitxx'], {env})).stderr, /^hint: name a file by its path/mu);
	t.regex((await runDynpk(['pack', 'strange'], {env})).stderr, /^hint: name a file by its path/mu);
});

test('a directory beside the user is packed by its bare name, a file there is hinted at', async t => {
	const cwd = makeScratch(t);
	mkdirSync(join(cwd, 'venv/bin'), {recursive: true});
	writeFileSync(join(cwd, 'venv/bin/run'), '#!/bin/sh\n', {mode: 0o755});
	writeFileSync(join(cwd, 'solver'), '#!/bin/sh\n', {mode: 0o755});
	const packed = await runDynpk(['pack', 'venv', '--dry-run', '--json'], {cwd});
	t.is(packed.status, 0, packed.stderr);
	t.like(JSON.parse(packed.stdout), {name: 'venv', programs: [{name: 'run'}]});
	t.regex(
		(await runDynpk(['pack', 'solver'], {cwd})).stderr,
		/^hint: did you mean \.\/solver\? /mu,
	);
	// A program of the name is meant first.
	const env = {PATH: join(cwd, 'bin')};
	mkdirSync(join(cwd, 'bin'));
	writeFileSync(join(cwd, 'bin/venv'), '#!/bin/sh\n', {mode: 0o755});
	const {stdout} = await runDynpk(['pack', 'venv', '--dry-run', '--json'], {cwd, env});
	t.like(JSON.parse(stdout), {programs: [{source: join(cwd, 'bin/venv')}]});
});
