import {chmodSync, readFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {buildObjects, type FileSpec} from '../../helpers/elf/build-objects.js';
import {need} from '../../helpers/run/need.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';
import {makeScratch} from '../../helpers/worlds/scratch.js';

interface Traced {
	/** How often dynpk itself opened each file of the tree, by its name there. */
	readonly opens: ReadonlyMap<string, number>;
	/** The programs that were started, dynpk's own included. */
	readonly started: readonly string[];
}

/** Pack a tree with a program, so many scripts and so many data files, under strace. */
async function tracePack(t: ExecutionContext, scripts: number, data: number): Promise<Traced> {
	const names = [
		...Array.from({length: scripts}, (_, index) => `bin/script-${index}`),
		...Array.from({length: data}, (_, index) => `share/data-${index}`),
	];
	const text = (name: string): string => (name.startsWith('bin/') ? '#!/bin/sh\n' : name);
	const files = Object.fromEntries(
		names.map((name): [string, FileSpec] => [name, {text: text(name)}]),
	);
	const world = await buildObjects(t, {'bin/program': {libc: true, source: 'int main;'}, ...files});
	for (const name of names) {
		chmodSync(world.path(name), 0o755);
	}

	const scratch = makeScratch(t);
	const log = join(scratch, 'log');
	const strace = [
		'strace',
		'-f',
		'-qq',
		'-z',
		'-s',
		'4096',
		'-o',
		log,
		'-e',
		'trace=openat,execve',
	];
	const output = join(scratch, 'bundle.tar');
	const answer = await runDynpk(['pack', world.directory, '-q', '-o', output], {under: strace});
	t.is(answer.status, 0, answer.stderr);
	return parseLog(readFileSync(log, 'utf8'), world.directory);
}

function parseLog(log: string, directory: string): Traced {
	const opens = new Map<string, number>();
	const started: string[] = [];
	for (const line of log.split('\n')) {
		const opened = /openat\(AT_FDCWD, "(?<path>[^"]*)", (?!.*O_DIRECTORY)/u.exec(line)?.groups
			?.path;
		if (opened?.startsWith(`${directory}/`) === true) {
			const name = opened.slice(directory.length + 1);
			opens.set(name, (opens.get(name) ?? 0) + 1);
		}

		started.push(...(/execve\("(?<program>[^"]*)"/u.exec(line)?.slice(1, 2) ?? []));
	}

	return {opens, started};
}

test('a file is opened once to see what it is and once to be packed, a script for what it calls too', async t => {
	if (need(t, 'gcc', 'strace')) {
		const {opens} = await tracePack(t, 20, 20);
		const others = [...opens].filter(([name]) => name !== 'bin/program');
		t.is(others.length, 40);
		t.deepEqual(
			others.filter(([name, times]) => times !== (name.startsWith('bin/') ? 3 : 2)),
			[],
		);
		// All of a program is looked at for data of its own, before it is known how it will start, and
		// its symbols for what the C library will open, and for whose storage it reaches at a fixed offset;
		// its read-only data for the paths that are compiled in.
		t.true((opens.get('bin/program') ?? 0) <= 6, `${opens.get('bin/program') ?? 0} times`);
	}
});

test('no process is started for a file', async t => {
	if (need(t, 'gcc', 'strace')) {
		const few = await tracePack(t, 1, 1);
		const many = await tracePack(t, 50, 50);
		t.true(few.started.length > 0);
		t.deepEqual(many.started, few.started);
	}
});
