/** `dynpk run`: whose option is whose, and whose end is whose. */
import {chmodSync, readdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {separateCommand} from '../../cmd/separate-command.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {runDynpk, type DynpkAnswer} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const tells = `
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(int argc, char **argv) {
	if (argc == 3 && !strcmp(argv[1], "exit")) return atoi(argv[2]);
	if (argc == 3 && !strcmp(argv[1], "kill")) { raise(atoi(argv[2])); }
	for (int i = 1; i < argc; i++) printf("<%s>", argv[i]);
	char line[100] = "";
	if (fgets(line, sizeof line, stdin)) printf("[%s]", line);
	return 0;
}`;

/** A packed \`tells\` and \`other\`, the first as the entry, in a directory of its own. */
async function packTells(t: ExecutionContext, output: string): Promise<string | undefined> {
	if (!need(t, 'gcc')) {
		return undefined;
	}

	const program = {libc: true, source: tells};
	const world = await buildObjects(t, {tells: program, other: program});
	const answer = await runDynpk(['pack', './tells', './other', '-o', output], {
		cwd: world.directory,
	});
	t.deepEqual([answer.status, answer.stderr], [0, '']);
	return world.directory;
}

const ended = (stdout: string, status = 0): DynpkAnswer => ({
	status,
	signal: undefined,
	stdout,
	stderr: '',
});

for (const output of ['bundle', 'bundle.tar', 'bundle.tar.gz']) {
	test(`${output}: words behind PROGRAM are the program’s, whatever they look like`, async t => {
		const cwd = await packTells(t, output);
		if (cwd === undefined) return;

		const env = {XDG_CACHE_HOME: join(cwd, 'cache')};
		const run = async (...words: readonly string[]) => runDynpk(['run', ...words], {cwd, env});
		t.deepEqual(await run(output), ended(''));
		const odd = ['--help', '--version', '--cache=x', '--', '-h', '', 'a b', '--cache', '*'];
		t.deepEqual(await run(output, 'other', ...odd), ended(odd.map(word => `<${word}>`).join('')));
		t.deepEqual(await run('--cache', join(cwd, 'second'), output, 'tells', 'x'), ended('<x>'));
		t.is(readdirSync(cwd).includes('second'), output !== 'bundle');
		t.deepEqual(
			await runDynpk(['run', output, 'tells'], {cwd, env, stdin: 'from outside'}),
			ended('[from outside]'),
		);
	});
}

test('status and signal are the program’s own', async t => {
	const cwd = await packTells(t, 'bundle');
	if (cwd === undefined) return;

	for (const status of [0, 1, 2, 70, 125, 126, 127, 255]) {
		const answer = await runDynpk(['run', 'bundle', 'tells', 'exit', String(status)], {cwd});
		t.deepEqual(answer, ended('', status));
	}

	for (const [signal, number] of [
		['SIGTERM', 15],
		['SIGKILL', 9],
		['SIGUSR2', 12],
	] as const) {
		const answer = await runDynpk(['run', 'bundle', 'tells', 'kill', String(number)], {cwd});
		t.deepEqual(answer, {status: undefined, signal, stdout: '', stderr: ''});
	}
});

test('a program that is not in the bundle: status 127, and which ones are', async t => {
	const cwd = await packTells(t, 'bundle');
	if (cwd === undefined) return;

	for (const name of ['none', '../bundle/bin/tells', '.', '']) {
		const answer = await runDynpk(['run', 'bundle', name], {cwd});
		t.deepEqual([answer.status, answer.stdout], [127, ''], name);
		t.regex(answer.stderr, /^dynpk: /);
	}
});

test('a program that cannot be executed: status 126', async t => {
	const cwd = await packTells(t, 'bundle');
	if (cwd === undefined) return;

	const real = join(cwd, 'bundle/root', cwd, 'tells');
	chmodSync(real, 0o644);
	const answer = await runDynpk(['run', 'bundle', 'tells'], {cwd});
	t.deepEqual([answer.status, answer.stdout], [126, '']);
	t.regex(answer.stderr, /^dynpk: /);
});

test('what is no bundle: status 125, which no program of ours ends with', async t => {
	const cwd = makeScratch(t);
	writeFileSync(join(cwd, 'text.tar.gz'), 'no archive');
	for (const words of [['none', 'tells'], ['text.tar.gz', 'tells'], ['.']]) {
		const answer = await runDynpk(['run', ...words], {cwd, env: {XDG_CACHE_HOME: cwd}});
		t.deepEqual([answer.status, answer.stdout], [125, ''], words.join(' '));
		t.regex(answer.stderr, /^dynpk: /);
	}
});

test('a call that the system refuses has no status of a program either', async t => {
	const cwd = makeScratch(t);
	writeFileSync(join(cwd, 'text.tar.gz'), 'no archive');
	const refused = "new Error('EIO: i/o error, fstat'), {code: 'EIO', errno: -5, syscall: 'fstat'}";
	writeFileSync(
		join(cwd, 'refuse.cjs'),
		`require('node:fs').fstatSync = () => { throw Object.assign(${refused}); };`,
	);
	const env = {XDG_CACHE_HOME: cwd, NODE_OPTIONS: `--require=${join(cwd, 'refuse.cjs')}`};
	const answer = await runDynpk(['run', 'text.tar.gz'], {cwd, env});
	t.deepEqual(
		[answer.status, answer.stdout, answer.stderr],
		[125, '', 'dynpk: the system refused fstat: i/o error\n'],
	);
});

test('run without a bundle is wrong usage', async t => {
	t.deepEqual(await runDynpk(['run']), {
		status: 2,
		signal: undefined,
		stdout: '',
		stderr:
			'dynpk: name a bundle to run a program of\nhint: dynpk run BUNDLE [PROGRAM [ARGS...]]\n',
	});
});

test('everything from BUNDLE and COMMAND on is set apart, for run and trace alone', t => {
	const apart = (text: string) => separateCommand(text.split(' ')).join(' ');
	t.is(apart('run b p -x'), 'run -- b p -x');
	t.is(apart('run --cache d b p'), 'run --cache d -- b p');
	t.is(apart('run --cache=d b p'), 'run --cache=d -- b p');
	t.is(apart('run -- b p'), 'run -- b p');
	t.is(apart('run --help'), 'run --help');
	t.is(apart('trace -o f git --version'), 'trace -o f -- git --version');
	t.is(apart('trace -q --output=f git -o x'), 'trace -q --output=f -- git -o x');
	t.is(apart('trace -o f -- git -o x'), 'trace -o f -- git -o x');
	t.is(apart('pack a -o b'), 'pack a -o b');
	t.deepEqual(separateCommand([]), []);
});

test('a directory that is no bundle is a fault of ours, not a missing program', async t => {
	const answer = await runDynpk(['run', '/usr', 'git']);
	t.deepEqual(
		[answer.status, answer.stdout, answer.stderr],
		[125, '', 'dynpk: /usr is no bundle: it has no dynpk.json\n'],
	);
});
