/**
 * The shell launcher under every shell that may be a host's /bin/sh, however it is reached.
 *
 * Bash 3.2, the oldest that is still met, is not to be had here; the launcher does without what it
 * lacks: no `${name//…}` that needs nested quotes, no `local`, no `<<<`, no arrays, no `printf -v`.
 */
import {execFileSync, spawn, spawnSync} from 'node:child_process';
import {once} from 'node:events';
import {
	cpSync,
	lstatSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	readdirSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import test, {type ExecutionContext} from 'ava';
import type {EnvironmentRule, LaunchSpec} from '../../lib/launcher/launch-spec.js';
import {makeShellLauncher, readShellTemplate} from '../../lib/launcher/shell-launcher.js';
import {bundlePath} from '../../lib/paths/paths.js';
import {isInPath, missingHere, need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const shells: Readonly<Record<string, readonly string[]>> = {
	dash: ['dash'],
	'busybox ash': ['busybox', 'ash'],
	bash: ['bash'],
	'bash --posix': ['bash', '--posix'],
	ksh93: ['ksh93'],
	mksh: ['mksh'],
	posh: ['posh'],
	'zsh --emulate sh': ['zsh', '--emulate', 'sh'],
};

/** Tells its arguments, one a line, or ends as its first one says. */
const shows = `
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
int main(int argc, char **argv) {
	if (argc == 3 && strcmp(argv[1], "exit") == 0) return atoi(argv[2]);
	if (argc == 3 && strcmp(argv[1], "kill") == 0) return raise(atoi(argv[2]));
	if (argc == 3 && strcmp(argv[1], "env") == 0) { char *v = getenv(argv[2]); return !printf("<%s>\\n", v ? v : "unset"); }
	if (argc == 2 && strcmp(argv[1], "stdin") == 0) { char c; return !puts(read(0, &c, 1) < 0 && errno == EBADF ? "closed" : "open"); }
	for (int i = 1; i < argc; i++) printf("<%s>\\n", argv[i]);
	return 0;
}`;

const hard = [
	'',
	'a b',
	'*',
	'$(id) `id` $HOME',
	"it's",
	'"',
	'\\',
	'-n',
	'--',
	'line\nline\n',
	'~',
	'#',
];
const expected = hard.map(argument => `<${argument}>\n`).join('');

interface Invocation {
	readonly argv: readonly string[];
	readonly cwd?: string;
	readonly env?: Readonly<Record<string, string>>;
}

async function start({argv: [command, ...words], cwd, env}: Invocation) {
	const child = spawn(command!, words, {
		cwd,
		env: {PATH: '/usr/bin:/bin', ...env},
		stdio: ['ignore', 'pipe', 'pipe'],
	});
	const closed = once(child, 'close');
	const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
	return {status: child.exitCode, signal: child.signalCode, stdout, stderr};
}

async function says(t: ExecutionContext, invocation: Invocation, stdout: string): Promise<void> {
	const answer = await start(invocation);
	t.deepEqual(answer, {status: 0, signal: null, stdout, stderr: ''}, JSON.stringify(invocation));
}

let shared: Promise<string> | undefined;

/** Compile `show`, and pack it with a script that it interprets: one bundle for all the shells. */
async function packShow(): Promise<string> {
	const source = join(scratch, 'source');
	mkdirSync(source);
	writeFileSync(join(source, 'show.c'), shows);
	execFileSync('gcc', ['-o', 'show', 'show.c'], {cwd: source});
	writeFileSync(join(source, 'script'), `#!${source}/show of the line\n`, {mode: 0o755});
	const bundle = join(scratch, 'bundle');
	const options = ['--launcher', 'sh', '-o', bundle];
	const answer = await runDynpk(['pack', './show', './script', ...options], {cwd: source});
	if (answer.status !== 0 || answer.stderr !== '') {
		throw new Error(answer.stderr);
	}

	return bundle;
}

const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-shells-')));
test.after.always('remove the packed bundle', () => rmSync(scratch, {recursive: true}));

/** A copy of the bundle whose launchers are run by this shell. */
async function bundleFor(
	t: ExecutionContext,
	words: readonly string[],
): Promise<string | undefined> {
	if (!need(t, 'gcc')) {
		return undefined;
	}

	if (!isInPath(words[0]!, '/usr/bin:/bin')) {
		missingHere(t, `needs ${words[0]!}`);
		return undefined;
	}

	shared ??= packShow();
	const bundle = join(makeScratch(t), 'bundle');
	cpSync(await shared, bundle, {recursive: true, verbatimSymlinks: true});
	t.is(replaceShell(join(bundle, 'root'), words), 2);
	return bundle;
}

/** Let launchers name another shell in their first line; tell how many there were. */
function replaceShell(directory: string, shell: readonly string[]): number {
	let replaced = 0;
	for (const name of readdirSync(directory)) {
		const path = join(directory, name);
		if (lstatSync(path).isDirectory()) {
			replaced += replaceShell(path, shell);
		} else if (lstatSync(path).isFile()) {
			const source = readFileSync(path, 'latin1');
			if (source.startsWith('#!/bin/sh -\n# Made by dynpk ')) {
				const words = source.replace('/bin/sh', `/usr/bin/env -S ${shell.join(' ')}`);
				writeFileSync(path, words, 'latin1');
				replaced += 1;
			}
		}
	}

	return replaced;
}

/** A launcher with rules that choose, and a script that tells what they chose. */
function makeChoosingBundle(t: ExecutionContext): string {
	const top = realpathSync(makeScratch(t));
	const choose = (variable: string, ...texts: readonly string[]): EnvironmentRule => ({
		variable,
		action: 'choose',
		when: 'always',
		parts: texts.map(text => ({kind: text.startsWith('/') ? 'literal' : 'bundle', text})),
	});
	const spec: LaunchSpec = {
		kind: 'forward',
		launcher: bundlePath('bin/tell'),
		program: bundlePath('told'),
		environment: [
			choose('OF_THE_HOST', '/./nowhere', '/./dev/null', 'a b'),
			choose('OF_THE_BUNDLE', '/./nowhere', 'missing', 'a b', '/./dev/null'),
			choose('OF_NOBODY', '/./nowhere', 'missing'),
			choose('MINE', '/./dev/null'),
		],
		requires: {kernel: [0, 0, 0], isa: 0, machine: 0, class: 64},
	};
	mkdirSync(join(top, 'bin'));
	mkdirSync(join(top, 'a b'));
	const lines = ['OF_THE_HOST', 'OF_THE_BUNDLE', 'OF_NOBODY', 'MINE'].map(
		variable => `echo "\${${variable}-unset}"\n`,
	);
	writeFileSync(join(top, 'told'), `#!/bin/sh\n${lines.join('')}`, {mode: 0o755});
	writeFileSync(join(top, 'bin/tell'), makeShellLauncher(readShellTemplate())(spec, 'test'));
	return top;
}

for (const [name, words] of Object.entries(shells)) {
	test(`${name}: arguments arrive as they were given, whatever the environment says`, async t => {
		const bundle = await bundleFor(t, words);
		if (bundle === undefined) return;

		const intruder = join(makeScratch(t), 'env');
		writeFileSync(intruder, 'echo intruder; exit 9\n');
		const environments = [
			{},
			{IFS: '/ abc\n', CDPATH: `/:${bundle}:.`, PWD: '/nowhere', OLDPWD: '/'},
			{ENV: intruder, BASH_ENV: '', PS4: '$(echo intruder)', LC_ALL: 'C.UTF-8'},
			{POSIXLY_CORRECT: '1', dynpk_top: '/nowhere', dynpk_self: 'x', HOME: ''},
		];
		for (const env of environments) {
			await says(t, {argv: [join(bundle, 'bin/show'), ...hard], env}, expected);
			await says(t, {argv: ['bin/show', ...hard], cwd: bundle, env}, expected);
		}

		await says(t, {argv: [join(bundle, 'bin/show')]}, '');
	});

	test(`${name}: a variable is set to the first place that is there`, t => {
		const [program = '', ...options] = words;
		if (!isInPath(program, '/usr/bin:/bin')) return missingHere(t, `needs ${program}`);
		const top = makeChoosingBundle(t);
		const shell = spawnSync(program, [...options, join(top, 'bin/tell')], {
			env: {PATH: '/usr/bin:/bin', MINE: ''},
			encoding: 'utf8',
		});
		t.deepEqual(shell.stdout.split('\n'), ['/./dev/null', `${top}/a b`, 'unset', '', '']);
	});

	test(`${name}: a script's launcher adds the words of its first line`, async t => {
		const bundle = await bundleFor(t, words);
		if (bundle === undefined) return;

		const answer = await start({argv: ['bin/script', ...hard], cwd: bundle});
		t.is(answer.stderr, '');
		const [first, , ...rest] = answer.stdout.split('\n');
		t.is(first, '<of the line>');
		t.is(rest.join('\n'), expected);
	});

	test(`${name}: every way to reach a program leads to its bundle`, async t => {
		const bundle = await bundleFor(t, words);
		if (bundle === undefined) return;

		const outside = makeScratch(t);
		mkdirSync(join(outside, 'links'));
		symlinkSync(join(bundle, 'bin/show'), join(outside, 'absolute'));
		symlinkSync('../absolute', join(outside, 'links/chain'));
		symlinkSync('links/chain', join(outside, "a longer 'chain'"));
		symlinkSync(bundle, join(outside, 'directory'));
		symlinkSync(join(bundle, 'bin'), join(outside, 'bin'));
		const bin = join(bundle, 'bin');
		const ways: readonly Invocation[] = [
			{argv: ['./show'], cwd: bin},
			{argv: ['../bundle/bin/show'], cwd: bundle},
			{argv: ['bin/../bin/./show'], cwd: bundle},
			{argv: ['//' + join(bundle, 'bin//show')]},
			{argv: ['show'], cwd: '/', env: {PATH: `/usr/bin:${bin}`}},
			{argv: ['show'], cwd: bundle, env: {PATH: 'bin:/usr/bin:/bin'}},
			{argv: ['show'], cwd: bin, env: {PATH: ':/usr/bin:/bin'}},
			{argv: ['show'], cwd: bin, env: {PATH: '/usr/bin::/bin'}},
			{argv: ['show'], cwd: bin, env: {PATH: '/usr/bin:/bin:'}},
			{argv: [join(outside, 'absolute')], cwd: '/'},
			{argv: ['./absolute'], cwd: outside},
			{argv: ['links/chain'], cwd: outside},
			{argv: [join(outside, "a longer 'chain'")], cwd: bundle},
			{argv: ['directory/bin/show'], cwd: outside},
			{argv: ['bin/show'], cwd: outside},
			{argv: ['show'], cwd: '/', env: {PATH: `${outside}/bin:/usr/bin:/bin`}},
			{argv: ['sh', '-euc', '"$0" "$@"', join(bin, 'show')]},
		];
		for (const way of ways) {
			await says(t, {...way, argv: [...way.argv, ...hard]}, expected);
		}
	});

	test(`${name}: a bundle's directory may be called anything`, async t => {
		const bundle = await bundleFor(t, words);
		if (bundle === undefined) return;

		const outside = makeScratch(t);
		const names = [
			'a b',
			"it's",
			'"',
			'$HOME',
			'`id`',
			'-n',
			'--',
			'line\nline',
			'end\n',
			'*',
			'a;b:c',
			'\\',
			'\\n',
			'é',
			'#',
			'~',
		];
		for (const odd of names) {
			const place = join(outside, odd, odd);
			cpSync(bundle, place, {recursive: true, verbatimSymlinks: true});
			await says(t, {argv: [join(place, 'bin/show'), ...hard]}, expected);
			await says(t, {argv: [`${odd}/bin/show`, ...hard], cwd: join(outside, odd)}, expected);
			symlinkSync(join(place, 'bin/show'), join(outside, odd, 'link'));
			await says(t, {argv: [join(outside, odd, 'link'), ...hard]}, expected);
			symlinkSync(`${odd}/bin/show`, join(outside, odd, 'relative'));
			await says(t, {argv: ['./relative', ...hard], cwd: join(outside, odd)}, expected);
		}
	});

	test(`${name}: the end of the program is the end of the launcher`, async t => {
		const bundle = await bundleFor(t, words);
		if (bundle === undefined) return;

		for (const status of [0, 1, 2, 42, 126, 127, 255]) {
			const answer = await start({argv: ['bin/show', 'exit', String(status)], cwd: bundle});
			t.deepEqual(answer, {status, signal: null, stdout: '', stderr: ''});
		}

		for (const [signal, number] of [
			['SIGTERM', 15],
			['SIGKILL', 9],
			['SIGUSR1', 10],
			['SIGPIPE', 13],
		] as const) {
			const answer = await start({argv: ['bin/show', 'kill', String(number)], cwd: bundle});
			t.deepEqual(answer, {status: null, signal, stdout: '', stderr: ''});
		}
	});

	test(`${name}: a closed input stays closed, and what the user has set stays set`, async t => {
		const bundle = await bundleFor(t, words);
		if (bundle === undefined) return;

		const closed = ['sh', '-c', 'exec bin/show stdin <&-'];
		await says(t, {argv: closed, cwd: bundle}, 'closed\n');
		const env = {LD_LIBRARY_PATH: '/site', HOME: '/h o m e'};
		await says(t, {argv: ['bin/show', 'env', 'LD_LIBRARY_PATH'], cwd: bundle, env}, '</site>\n');
		await says(t, {argv: ['bin/show', 'env', 'HOME'], cwd: bundle, env}, '</h o m e>\n');
	});

	test(`${name}: a launcher without its bundle says so with status 127`, async t => {
		const bundle = await bundleFor(t, words);
		if (bundle === undefined) return;

		const alone = makeScratch(t);
		cpSync(join(bundle, 'bin/show'), join(alone, 'show'), {dereference: true});
		const answer = await start({argv: ['./show'], cwd: alone});
		t.deepEqual(answer, {
			status: 127,
			signal: null,
			stdout: '',
			stderr: 'dynpk: cannot find the bundle that ./show belongs to\n',
		});
	});
}
