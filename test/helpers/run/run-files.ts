/** `.run` files of a test's own, and what lies in the caches that they make. */
import {
	copyFileSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	renameSync,
	writeFileSync,
} from 'node:fs';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {projectRoot} from '../worlds/audit-world.js';
import {builtDirectory} from '../worlds/built-kit.js';
import {compiledBy, madeFile} from '../worlds/made-file.js';
import {makeScratchPlace, type ScratchPlace} from '../worlds/scratch-place.js';
import {writeRunFile, type RunParts, type RunWorld} from '../worlds/run-file-writer.js';
import {runCommand, type CommandResult} from './command.js';
import {need} from './need.js';

export function builtRunner(): string {
	return join(builtDirectory(), 'runner');
}

/** One that takes a lock over after so many milliseconds of silence. */
export async function impatientRunner(silence: number): Promise<string> {
	return madeFile(['runner', silence], async path => {
		const script = join(projectRoot, 'wrappers/run/build.sh');
		const made = await runCommand('sh', [script, 'gcc', `${path}.d`], {
			env: {...process.env, DYNPK_SILENCE: String(silence)},
		});
		if (made.status !== 0) throw new Error(made.stderr);
		renameSync(`${path}.d/runner`, path);
	});
}

const program = `
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>
extern char **environ;
int main(int argc, char **argv)
{
	char name[17] = "", link[4096] = "";
	prctl(PR_GET_NAME, name);
	readlink("/proc/self/exe", link, sizeof(link) - 1);
	printf("comm %s\\nexe %s\\n", name, link);
	for (int i = 0; i < argc; i++)
		printf("argv %s\\n", argv[i]);
	for (int i = 0; environ[i]; i++)
		printf("env %s\\n", environ[i]);
	return argc > 1 && !strcmp(argv[1], "seven") ? 7 : 0;
}
`;

/** A static program that tells what it was started with. */
export async function tellingProgram(): Promise<Buffer> {
	const source = await madeFile(['telling.c', program], path => {
		writeFileSync(path, program);
		return Promise.resolve();
	});
	return readFileSync(await compiledBy('gcc', ['-x', 'c', source, '-static', '-s', '-O1']));
}

export interface Edits {
	readonly parts?: (parts: RunParts) => void;
	readonly index?: (plain: Buffer) => Buffer;
	/** Of the file's bytes. */
	readonly file?: (file: Buffer) => Buffer;
	/** Default: the one that was built. */
	readonly runner?: string;
}

export interface RunFile extends ScratchPlace {
	/** The file itself. */
	readonly file: string;
	/** Where its cache is to be; not made yet. */
	readonly cache: string;
	/** The bytes of the program `prog`. */
	readonly program: Buffer;
	start(words?: readonly string[], env?: NodeJS.ProcessEnv): Promise<CommandResult>;
}

/** Entries that every test's bundle has. */
export async function usualWorld(): Promise<RunWorld> {
	const body = await tellingProgram();
	return {
		entry: 'prog',
		entries: [
			{path: 'bin'},
			{path: 'bin/prog', target: '../root/usr/bin/prog'},
			{path: 'bin/tool', target: '../root/usr/bin/prog'},
			{path: 'bin/tool.run', target: '../root/usr/bin/prog'},
			{path: 'root'},
			{path: 'root/usr'},
			{path: 'root/usr/bin'},
			{path: 'root/usr/bin/prog', body, mode: 0o755},
			{path: 'root/usr/share'},
			{path: 'root/usr/share/empty', body: ''},
			{path: 'root/usr/share/one', body: 'one\n'},
			{path: 'root/usr/share/same', sameAs: 'root/usr/share/one'},
			{path: 'root/usr/share/secret', body: 'x', mode: 0o400},
			{path: 'dynpk.json', body: '{}\n'},
		],
	};
}

/** `undefined` where the machine lacks what it takes; then the test has ended. */
export async function makeRunFile(
	t: ExecutionContext,
	world?: RunWorld,
	edits: Edits = {},
): Promise<RunFile | undefined> {
	if (!need(t, 'gcc', 'zstd')) return undefined;
	const place = makeScratchPlace(t);
	const file = place.path('x.run');
	const bytes = writeRunFile(
		edits.runner ?? builtRunner(),
		world ?? (await usualWorld()),
		edits.parts,
		edits.index,
	);
	writeFileSync(file, edits.file?.(bytes) ?? bytes, {mode: 0o755});
	const cache = place.path('cache');
	const start = (words: readonly string[] = [], env: NodeJS.ProcessEnv = {}) =>
		runCommand(file, words, {env: {DYNPK_CACHE: cache, ...env}});
	return {...place, file, cache, program: await tellingProgram(), start};
}

/** The top directory of the one entry of a cache. */
export function onlyEntry(cache: string): string {
	const names = entriesOf(cache).filter(isEntry);
	if (names.length !== 1) throw new Error(`${cache} holds ${names.join(', ') || 'no entry'}`);
	return join(cache, 'runs', names[0]!);
}

/**
 * What lies beside each other in a cache: entries, their states, and what should not be there. The store
 * belongs to entries, and is not told where some are.
 */
export function entriesOf(cache: string): readonly string[] {
	try {
		const names = readdirSync(join(cache, 'runs')).sort();
		return names.some(isEntry) ? names.filter(name => name !== 'files') : names;
	} catch {
		return [];
	}
}

function isEntry(name: string): boolean {
	return /^[0-9a-f]{64}$/u.test(name);
}

/** An entry with its state, and nothing else. */
export function isTidy(cache: string): boolean {
	return entriesOf(cache).every(name => /^[0-9a-f]{64}(\.\d+\.state)?$/u.test(name));
}

/** What the program told, by its first words. */
export function told(stdout: string, word: string): readonly string[] {
	return stdout
		.split('\n')
		.filter(line => line.startsWith(`${word} `))
		.map(line => line.slice(word.length + 1));
}

/** Copy a file, not by a link, to where its directory is made. */
export function copyTo(from: string, to: string): string {
	mkdirSync(dirname(to), {recursive: true});
	copyFileSync(from, to);
	return to;
}
