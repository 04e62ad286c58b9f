/**
 * What `dynpk pack` must do with what it cannot pack: one first line, the status of its code,
 * nothing on stdout and nothing new in the directory it was started in.
 */
import {symlinkSync, writeFileSync, mkdirSync} from 'node:fs';
import {dirname, join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {exitStatuses, type FaultCode} from '../../../lib/errors/dynpk-error.js';
import {listTree} from '../worlds/list-tree.js';
import {makeScratch} from '../worlds/scratch.js';
import {runDynpk, type DynpkRun} from './run-dynpk.js';

export interface Refusal {
	readonly pack: readonly string[];
	readonly code: FaultCode;
	/** The first line on stderr; `$PWD` stands for the directory. */
	readonly says: string | RegExp;
	/** Where it runs; a directory of its own by default. */
	readonly cwd?: string;
	readonly run?: DynpkRun;
}

/** Assert a refusal; returns the lines behind the first. */
export async function assertRefused(t: ExecutionContext, refusal: Refusal): Promise<string[]> {
	const cwd = refusal.cwd ?? makeScratch(t);
	const before = listTree(cwd);
	const answer = await runDynpk(['pack', ...refusal.pack], {cwd, ...refusal.run});
	const [first = '', ...rest] = answer.stderr.replaceAll(cwd, '$PWD').split('\n');

	if (typeof refusal.says === 'string') {
		t.is(first, `dynpk: ${refusal.says}`);
	} else {
		t.regex(first, refusal.says);
	}

	t.deepEqual(
		{status: answer.status, signal: answer.signal, stdout: answer.stdout},
		{status: exitStatuses[refusal.code], signal: undefined, stdout: ''},
		answer.stderr,
	);
	t.deepEqual([...listTree(cwd)], [...before]);
	return rest.filter(line => line !== '');
}

/** A directory with these files: text or bytes, `-> target` for a link, an object for a mode. */
export function makeFiles(
	t: ExecutionContext,
	files: Readonly<Record<string, string | Buffer | {readonly mode: number; readonly text: string}>>,
): string {
	const directory = makeScratch(t);
	for (const [name, content] of Object.entries(files)) {
		const path = join(directory, name);
		mkdirSync(dirname(path), {recursive: true});
		if (typeof content === 'string' && content.startsWith('-> ')) {
			symlinkSync(content.slice(3), path);
		} else if (typeof content === 'string' || Buffer.isBuffer(content)) {
			writeFileSync(path, content, {mode: 0o755});
		} else {
			writeFileSync(path, content.text, {mode: content.mode});
		}
	}

	return directory;
}
