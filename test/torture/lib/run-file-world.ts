/** A small `.run` file, whose program tells whether all of its bundle is there, and the cache that it unpacks into. */
import {
	appendFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	realpathSync,
	renameSync,
	rmSync,
	statSync,
	utimesSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import {impatientRunner} from '../../helpers/run/run-files.js';
import {projectRoot} from '../../helpers/worlds/audit-world.js';
import {compiledBy} from '../../helpers/worlds/made-file.js';
import {writeRunFile, type RunWorld} from '../../helpers/worlds/run-file-writer.js';
import type {Verdict} from './format.js';
import {FaultyEnd} from './ordeal.js';
import type {Ended} from './starter.js';

export interface RunFileWorld {
	/** All that a start may touch lies below. */
	readonly top: string;
	readonly file: string;
	readonly env: Readonly<Record<string, string>>;
	/** Empty the cache; of a bundle with other files and equal ones, its store may stay. */
	readonly clear: (leaves?: 'store') => void;
	/** Keep the cache's store for that, with two files that somebody has written to. */
	readonly keepStore: () => void;
	/** Whether the tree has its name. */
	readonly isPublished: () => boolean;
	readonly removeTree: () => void;
	/** What is in the cache besides one tree and its state. */
	readonly leftovers: () => readonly string[];
}

const STORE = 'runs/files';
const TREE = /^[0-9a-f]{64}$/u;
/** Milliseconds after which the runner takes a lock over: a few beats. */
const SILENCE = 3000;
/** With those, in seconds. */
export const RUN_FILE_PATIENCE = 15;
const DIRECTORIES = 3;
const FILES = 6;

export async function makeRunFileWorld(scratch: string): Promise<RunFileWorld> {
	const top = realpathSync(scratch);
	const [file, cache, kept] = ['x.run', 'cache', 'kept'].map(name => join(top, name)) as [
		string,
		string,
		string,
	];
	writeFileSync(file, writeRunFile(await impatientRunner(SILENCE), await bundle()), {mode: 0o755});
	return {
		top,
		file,
		env: {DYNPK_CACHE: cache, HOME: top},
		clear: leaves => {
			rmSync(cache, {recursive: true, force: true});
			mkdirSync(cache, {mode: 0o700});
			if (leaves === 'store') {
				mkdirSync(join(cache, 'runs'), {mode: 0o700});
				cpSync(kept, join(cache, STORE), {recursive: true, preserveTimestamps: true});
			}
		},
		keepStore: () => {
			renameSync(join(cache, STORE), kept);
			// One was written to, and has another length; one was, and has the same.
			const [longer = '', other = ''] = readdirSync(kept).map(name => join(kept, name));
			appendFileSync(longer, 'x');
			const {atime, mtime, size} = statSync(other);
			writeFileSync(other, '~'.repeat(size));
			utimesSync(other, atime, mtime);
		},
		isPublished: () => readRuns(cache).some(name => TREE.test(name)),
		removeTree: () =>
			readRuns(cache)
				.filter(name => TREE.test(name))
				.forEach(name => rmSync(join(cache, 'runs', name), {recursive: true})),
		leftovers: () => [
			...readRuns(cache).filter(name => !/^(?:[0-9a-f]{64}(?:\.\d+\.state)?|files)$/u.test(name)),
			...namesIn(join(cache, STORE)).filter(name => statSync(join(cache, STORE, name)).nlink === 1),
		],
	};
}

function readRuns(cache: string): readonly string[] {
	return namesIn(join(cache, 'runs'));
}

function namesIn(directory: string): readonly string[] {
	return existsSync(directory) ? readdirSync(directory) : [];
}

async function bundle(): Promise<RunWorld> {
	const source = join(projectRoot, 'test/torture/lib/whole.c');
	const program = readFileSync(await compiledBy('gcc', ['-O1', '-static', '-s', source]));
	const files = Array.from({length: FILES}, (_, number) => ({
		path: `root/d${number % DIRECTORIES}/f${number}`,
		body: `${number}`.repeat(1 + 3000 * number),
	}));
	const list = [
		...files.map(({path, body}) => told(Buffer.from(body), path)),
		told(program, 'bin/tool'),
		told(Buffer.alloc(0), 'root/link'),
		told(Buffer.from('{}\n'), 'dynpk.json'),
	];
	return {
		entry: 'tool',
		entries: [
			{path: 'bin'},
			{path: 'bin/tool', body: program, mode: 0o755},
			{path: 'root'},
			...Array.from({length: DIRECTORIES}, (_, number) => ({path: `root/d${number}`})),
			...files,
			{path: 'root/link', target: 'd0/f0'},
			{path: 'root/list', body: `${list.join('\n')}\n`},
			{path: 'dynpk.json', body: '{}\n'},
		],
	};
}

/** A line for whole.c: size, FNV-1a of the contents, path. */
function told(contents: Buffer, path: string): string {
	const sum = contents.reduce(
		(before, byte) => Math.imul(before ^ byte, 16_777_619),
		2_166_136_261,
	);
	return `${contents.length} ${sum >>> 0} ${path}`;
}

export const RIGHT = `looked for ${FILES + 3}\n`;

/**
 * Whether a start was right, or ended with one sentence.
 *
 * @throws {FaultyEnd} for a tree that is not whole, and for any other end
 */
export function judgeRunFile(
	end: Pick<Ended, 'status' | 'stdout' | 'stderr'> & {readonly isLate?: boolean},
): Verdict {
	const told = JSON.stringify(end);
	if (end.isLate === true) throw new FaultyEnd('hang', `a start hangs: ${told}`);
	if (end.status === 0 && end.stdout === RIGHT) return end.stderr === '' ? 'accepted' : 'refused';
	const isSaid = /^dynpk: [^\n]+\n(?:hint: [^\n]+\n)?$/u.test(end.stderr);
	const isRefused = end.status >= 125 && end.status <= 127 && end.stdout === '';
	if (!isRefused || !isSaid) throw new FaultyEnd('wrong', `a wrong start: ${told}`);
	return 'refused';
}
