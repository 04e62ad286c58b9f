/** What the command line itself says: help, version, completion, and wrong usage in one line. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {readFileSync} from 'node:fs';
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
	const names = (await commands()).filter(name => name !== 'completion');
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
		for (const [, name] of (await help(command)).matchAll(
			/--(?<name>[a-z-]+)[^-]*?\[(?:array|boolean|string|number)\]/gsu,
		)) {
			const isList = new RegExp(
				`--${name!} [^[]*(?:\\[[^\\]]*[A-Z][^\\]]*\\][^[]*)?\\[array\\]`,
				's',
			).test(await help(command));
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

const wrong: readonly (readonly [title: string, argv: readonly string[], line: string])[] = [
	['no command', [], 'name a command: '],
	['a command that does not exist', ['frobnicate'], 'unknown argument: frobnicate'],
	['a command with a slip of the finger', ['pakc', 'git'], 'Did you mean pack?'],
	['an unknown option', ['pack', 'git', '--no-such'], 'unknown argument: no-such'],
	['two unknown options', ['pack', 'git', '--foo', '-Z'], 'unknown arguments: foo, Z'],
	[
		'a value that is none of the choices',
		['pack', 'git', '--missing', 'maybe'],
		'Invalid values: Argument: missing, Given: "maybe", Choices: "error", "warn", "ignore"',
	],
	['an option without its value', ['pack', 'git', '-o'], 'Not enough arguments following: o'],
	['pack without a target', ['pack'], 'Not enough non-option arguments: got 0, need at least 1'],
	[
		'inspect without a path',
		['inspect'],
		'Not enough non-option arguments: got 0, need at least 1',
	],
];

for (const [title, argv, line] of wrong) {
	test(`${title}: one line, one hint, status 2`, async t => {
		const cwd = makeScratch(t);
		const answer = await runDynpk(argv, {cwd});
		t.deepEqual([answer.status, answer.stdout], [2, '']);
		const [first = '', ...rest] = answer.stderr.split('\n');
		t.true(
			first === `dynpk: ${line}` || (line.endsWith(': ') && first.startsWith(`dynpk: ${line}`)),
			answer.stderr,
		);
		t.deepEqual(rest, ['hint: see dynpk --help, or dynpk COMMAND --help', '']);
	});
}
