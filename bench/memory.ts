/**
 * The most memory that packing a tree takes, as a directory, a .tar and a .tar.gz: 1 GiB once of
 * files of all sizes, once of 50,000 small ones, and 200,000 tiny files, because some memory goes with
 * bytes and some with names. Random bytes, which do not compress: no buffer is smaller than it can get.
 */
import {spawnSync} from 'node:child_process';
import {randomFillSync} from 'node:crypto';
import {copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import type {Result} from './lib/result.js';

const MEBIBYTE = 1 << 20;
const trees = [
	{
		what: 'a tree of 1 GiB in 2603 files',
		limit: 250,
		shapes: [
			{count: 2, size: 256 * MEBIBYTE},
			{count: 100, size: 4 * MEBIBYTE},
			{count: 500, size: 128 << 10},
			{count: 2000, size: 25_166},
		],
	},
	{
		what: 'a tree of 1 GiB in 50,001 files',
		limit: 250,
		shapes: [{count: 50_000, size: 21_475}],
	},
	{
		what: 'a tree of 20 MB in 200,001 files',
		limit: 500,
		shapes: [{count: 200_000, size: 100}],
	},
] as const;

const dynpk = join(import.meta.dirname, '../cmd/dynpk.js');
const reporter = join(import.meta.dirname, 'lib/report-usage.js');

export function benchMemory(scratch: string): Result[] {
	return trees.flatMap(({what, limit, shapes}) => {
		const tree = join(scratch, 'tree');
		makeTree(tree, shapes);
		try {
			return ['.tar.gz', '.tar', ''].map(ending => ({
				...packTree(tree, join(scratch, `packed${ending}`), limit),
				what,
			}));
		} finally {
			rmSync(tree, {recursive: true});
		}
	});
}

interface Shape {
	readonly count: number;
	readonly size: number;
}

/** As packages have it, a hundred files to a directory. */
const FILES_A_DIRECTORY = 100;

function makeTree(tree: string, shapes: readonly Shape[]): void {
	mkdirSync(join(tree, 'bin'), {recursive: true});
	copyFileSync('/usr/bin/git', join(tree, 'bin/git'));
	for (const [index, {count, size}] of shapes.entries()) {
		const bytes = Buffer.alloc(size);
		for (let number = 0; number < count; number++) {
			const part = Math.floor(number / FILES_A_DIRECTORY);
			const directory = join(tree, `data-${index}-${part}`);
			mkdirSync(directory, {recursive: true});
			randomFillSync(bytes, 0, Math.min(size, 4 * MEBIBYTE));
			writeFileSync(join(directory, String(number)), bytes);
		}
	}
}

function packTree(tree: string, output: string, limit: number): Omit<Result, 'what'> {
	const usageFile = `${output}.usage`;
	const start = performance.now();
	const argv = ['--import', reporter, dynpk, 'pack', tree, '--quiet', '--output', output];
	const result = spawnSync(process.execPath, argv, {
		encoding: 'utf8',
		env: {PATH: '/usr/bin:/bin', DYNPK_BENCH_USAGE: usageFile},
	});
	const wall = (performance.now() - start) / 1000;
	if (result.status !== 0) {
		throw new Error(`cannot pack the tree: ${result.stderr}`);
	}

	const usage = JSON.parse(readFileSync(usageFile, 'utf8')) as NodeJS.ResourceUsage;
	rmSync(output, {recursive: true});
	const mebibytes = usage.maxRSS / 1024;
	const form = /\.tar.*$/u.exec(output)?.[0] ?? 'a directory';
	return {
		bench: 'memory',
		name: `dynpk pack to ${form}`,
		wall,
		cpu: (usage.userCPUTime + usage.systemCPUTime) / 1e6,
		mebibytes,
		runs: 1,
		aim: {text: `below ${limit} MiB`, met: mebibytes < limit},
	};
}
