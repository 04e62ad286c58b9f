/** The completion scripts, asked in the shells that they are for. */
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {runCommand} from '../helpers/run/command.js';
import {completeInShell, type Shell} from '../helpers/run/complete-in-shell.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const commands = [
	'cache',
	'completion',
	'help',
	'host',
	'inspect',
	'pack',
	'run',
	'trace',
	'verify',
];

/** A directory with a bundle, unpacked and packed, and another file; a directory of two programs. */
function makePlace(t: ExecutionContext): {readonly cwd: string; readonly path: string} {
	const scratch = makeScratch(t);
	const [cwd, programs] = [join(scratch, 'cwd'), join(scratch, 'programs')];
	for (const directory of [cwd, programs, join(cwd, 'suite/bin')]) {
		mkdirSync(directory, {recursive: true});
	}

	const files = [
		join(cwd, 'suite.tar.gz'),
		join(cwd, 'suite.txt'),
		join(cwd, 'sui te.tar'),
		join(cwd, 'suite.run'),
	];
	const executables = [
		join(programs, 'suitable'),
		join(programs, 'suite-x'),
		join(cwd, 'suite/bin/one'),
		join(cwd, 'suite/bin/two'),
	];
	for (const file of [...files, ...executables]) {
		writeFileSync(file, '');
	}

	for (const file of executables) {
		chmodSync(file, 0o755);
	}

	return {cwd, path: `${programs}:/usr/bin:/bin`};
}

const cases: readonly (readonly [title: string, line: string, expected: readonly string[]])[] = [
	['a command by its beginning', 'dynpk in', ['inspect']],
	[
		'options of a command',
		'dynpk pack --s',
		['--scan', '--scope', '--strategy', '--strict', '--suspected', '--sysroot'],
	],
	['the choices of an option', 'dynpk pack --missing ', ['error', 'ignore', 'warn']],
	[
		'programs and files to pack',
		'dynpk pack ./a sui',
		['sui te.tar', 'suitable', 'suite', 'suite-x', 'suite.run', 'suite.tar.gz', 'suite.txt'],
	],
	['programs behind an option and its value', 'dynpk inspect --why x suita', ['suitable']],
	['bundles to run', 'dynpk run sui', ['sui te.tar', 'suite', 'suite.run', 'suite.tar.gz']],
	['the programs of a bundle', 'dynpk run --engine auto suite/ ', ['one', 'two']],
	[
		'files behind the program',
		'dynpk run suite/ one suite.',
		['suite.run', 'suite.tar.gz', 'suite.txt'],
	],
	['bundles to verify', 'dynpk verify --json suite.', ['suite.run', 'suite.tar.gz']],
	['the programs of a bundle to verify', 'dynpk verify suite/ --run -- t', ['two']],
	['a program to trace', 'dynpk trace -o suite.txt suita', ['suitable']],
	['a program to trace behind --', 'dynpk trace -o suite.txt -- suita', ['suitable']],
	[
		'files of a traced program',
		'dynpk trace -o x -q one suite.',
		['suite.run', 'suite.tar.gz', 'suite.txt'],
	],
	['what a package begins with', 'dynpk inspect suite --why ', ['deb:']],
	['directories', 'dynpk pack --scan sui', ['suite']],
	['shells', 'dynpk completion ', ['bash', 'fish', 'zsh']],
	['what to do with the cache', 'dynpk cache ', ['clear', 'gc', 'list']],
	['the directory of a cache', 'dynpk cache list --cache sui', ['suite']],
	['commands to be helped with', 'dynpk help i', ['inspect']],
];

for (const shell of ['bash', 'zsh', 'fish'] as const) {
	test(`${shell} completes all commands`, async t => {
		if (!need(t, shell, 'script')) return;
		const candidates = await completeInShell(t, shell, {line: 'dynpk ', ...makePlace(t)});
		t.deepEqual(
			candidates.filter(word => !word.startsWith('-')),
			commands,
		);
	});

	for (const [title, line, expected] of cases) {
		test(`${shell} completes ${title}`, async t => {
			if (!need(t, shell, 'script')) return;
			t.deepEqual(await completeInShell(t, shell, {line, ...makePlace(t)}), expected);
		});
	}

	test(`${shell} completes names of installed packages`, async t => {
		if (!need(t, shell, 'script', 'dpkg-query')) return;
		const query = ['--show', '--showformat=${db:Status-Abbrev}${Package}\n', 'libc6*'];
		const {stdout} = await runCommand('dpkg-query', query);
		const installed = [...stdout.matchAll(/^.i.(?<name>\S+)$/gmu)].map(([, name]) => name!);
		t.true(installed.includes('libc6-dev'));
		const line = 'dynpk pack deb:libc6';
		const candidates = await completeInShell(t, shell, {line, ...makePlace(t)});
		// bash and zsh complete the part behind the colon.
		t.deepEqual(
			candidates.map(word => word.replace(/^deb:/u, '')),
			[...new Set(installed)].sort(),
		);
	});

	test(`${shell} offers to name packages`, async t => {
		if (!need(t, shell, 'script')) return;
		t.true(
			(await completeInShell(t, shell, {line: 'dynpk pack d', ...makePlace(t)})).includes('deb:'),
		);
	});
}

/** As help shows them, without the two that every command has. */
async function optionsInHelp(command: string): Promise<readonly string[]> {
	const {stdout} = await runDynpk([command, '--help']);
	const options = [...stdout.matchAll(/^ +(?:-\w, )?(?<name>--[a-z-]+) /gmu)].map(
		([, name]) => name!,
	);
	return options.filter(option => option !== '--version' && option !== '--help');
}

for (const shell of ['bash', 'zsh', 'fish'] as const satisfies readonly Shell[]) {
	test(`the script for ${shell} has every option of every command`, async t => {
		const {stdout} = await runDynpk(['completion', shell]);
		for (const command of commands) {
			for (const option of await optionsInHelp(command)) {
				const spelling = shell === 'fish' ? `-l ${option.slice(2)} ` : option;
				t.true(stdout.includes(spelling), `${command} ${option}`);
			}
		}
	});

	test(`completion without a name is for ${shell} where that is the user's shell`, async t => {
		const env = {SHELL: `/usr/local/bin/${shell}`};
		t.deepEqual(await runDynpk(['completion'], {env}), await runDynpk(['completion', shell]));
	});
}

test('completion without a name is for bash where the shell is another', async t => {
	const expected = await runDynpk(['completion', 'bash']);
	t.regex(expected.stdout, /^# Completion of dynpk for bash/u);
	t.deepEqual(await runDynpk(['completion'], {env: {SHELL: '/bin/dash'}}), expected);
	t.deepEqual(await runDynpk(['completion']), expected);
});
