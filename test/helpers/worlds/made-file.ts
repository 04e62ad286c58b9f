/** Files that tests of one process have in common, such as what a compiler made: made once, gone with it. */
import {execFile} from 'node:child_process';
import {createHash} from 'node:crypto';
import {mkdtempSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';

const execute = promisify(execFile);

const files = new Map<string, Promise<string>>();
let directory: string | undefined;

/** The file that `make` has written, now or before for the same key; only to be read. */
export async function madeFile(
	key: readonly unknown[],
	make: (path: string) => Promise<unknown>,
): Promise<string> {
	const digest = createHash('sha256').update(JSON.stringify(key)).digest('hex');
	const path = join((directory ??= makeDirectory()), digest);
	const file = files.get(digest) ?? make(path).then(() => path);
	files.set(digest, file);
	return file;
}

/** What a compiler makes of these words, which name sources by their absolute paths. */
export async function compiledBy(compiler: string, words: readonly string[]): Promise<string> {
	return madeFile([compiler, words], path => execute(compiler, [...words, '-o', path]));
}

function makeDirectory(): string {
	const made = mkdtempSync(join(tmpdir(), 'dynpk-made-'));
	process.once('exit', () => rmSync(made, {recursive: true, force: true}));
	return made;
}
