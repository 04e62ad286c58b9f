/**
 * Bundles of 500 MB and of 5 GB as one file: how long packing, the first and the second start take, and the
 * most memory of all processes together. Bytes as programs have them: those of the machine's own.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {
	closeSync,
	mkdirSync,
	openSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
	writeSync,
} from 'node:fs';
import {join} from 'node:path';
import type {Result} from '../lib/result.js';

const sizes = [500e6, 5e9];
/** Milliseconds between two looks at how much memory is taken. */
const LOOK = 50;
const FILE_SIZE = 2e6;

export async function largeBundles(scratch: string, dynpk: readonly string[]): Promise<Result[]> {
	const results: Result[] = [];
	for (const size of sizes) {
		const place = join(scratch, `large-${size}`);
		const [tree, run, cache] = [
			join(place, 'tree'),
			join(place, 'large.run'),
			join(place, 'cache'),
		];
		makeTree(tree, size);
		const env = {DYNPK_CACHE: cache};
		const words = ['pack', '/usr/bin/true', '--with', tree, '--quiet', '--output', run];
		const steps: readonly (readonly [string, readonly string[]])[] = [
			['packing', [...dynpk, ...words]],
			['first start', [run]],
			['second start', [run]],
		];
		for (const [name, argv] of steps) {
			const {wall, mebibytes} = await watched(argv, env);
			const aim = {text: 'at most 300 MiB', met: mebibytes <= 300};
			const what = `A .run file of ${size / 1e6} MB, and the memory of all its processes`;
			results.push({bench: 'forms', what, name, wall, mebibytes, aim});
		}

		rmSync(place, {recursive: true});
	}

	return results;
}

/** Pieces of large files of this machine, no two alike. */
function makeTree(tree: string, size: number): void {
	mkdirSync(tree, {recursive: true});
	const sources = ['/usr/bin', '/usr/lib/x86_64-linux-gnu'].flatMap(directory =>
		readdirSync(directory)
			.map(name => join(directory, name))
			.filter(path => (statSync(path, {throwIfNoEntry: false})?.size ?? 0) > 1e6),
	);
	for (let made = 0, number = 0; made < size; made += FILE_SIZE, number++) {
		const source = sources[number % sources.length] ?? '';
		if (!statSync(source).isFile()) {
			continue;
		}

		// From behind the header on: data, and no programs.
		const bytes = readFileSync(source).subarray(64, FILE_SIZE);
		const file = join(tree, `${number}`);
		writeFileSync(file, bytes);
		const open = openSync(file, 'a');
		writeSync(open, `${number}`.repeat(1000));
		closeSync(open);
	}
}

async function watched(
	[file = '', ...args]: readonly string[],
	env: Readonly<Record<string, string>>,
): Promise<{readonly wall: number; readonly mebibytes: number}> {
	const start = performance.now();
	const child = spawn(file, args, {
		stdio: ['ignore', 'ignore', 'inherit'],
		env: {PATH: '/usr/bin:/bin', HOME: '/nonexistent', ...env},
	});
	let most = 0;
	const timer = setInterval(() => {
		most = Math.max(most, memoryOf(child.pid ?? 0));
	}, LOOK);
	const [status] = (await once(child, 'close')) as [number | null];
	clearInterval(timer);
	if (status !== 0) {
		throw new Error(`${file} ended with status ${status}`);
	}

	return {wall: (performance.now() - start) / 1000, mebibytes: most / 1024};
}

/** In KiB, of a process and of what it started: memory of its own, and shared without a file. */
function memoryOf(process: number): number {
	try {
		const status = readFileSync(`/proc/${process}/status`, 'utf8');
		const own = [...status.matchAll(/^Rss(?:Anon|Shmem):\s+(?<size>\d+) kB$/gmu)];
		const sum = own.reduce((all, {groups}) => all + Number(groups?.size), 0);
		const children = readFileSync(`/proc/${process}/task/${process}/children`, 'utf8').trim();
		const started = children === '' ? [] : children.split(' ').map(Number);
		return started.reduce((all, child) => all + memoryOf(child), sum);
	} catch {
		// It has ended since.
		return 0;
	}
}
