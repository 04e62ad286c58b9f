/**
 * Package files: unpacking a large RPM, reading the headers of many, solving over a large index.
 * Results as JSON lines on stdout.
 *
 *     node build/bench/packages.js [MEGABYTES] [ROUNDS]
 *
 * The rivals are rpm's own programs, on the same files, in the same rounds.
 */
import {execFileSync, spawnSync} from 'node:child_process';
import {
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	realpathSync,
	rmSync,
	statSync,
} from 'node:fs';
import {readFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {mergePayload} from '../lib/packages/merge/merge-payload.js';
import {openPackageSet, type PackageSet} from '../lib/packages/set/open-package-set.js';
import {compareRecords, type PackageRecord} from '../lib/packages/set/package-record.js';
import {solve} from '../lib/packages/solve/solve.js';
import {hostPath, type HostPath} from '../lib/paths/paths.js';
import {parseEvr} from '../lib/rpm/evr.js';
import {readRpm} from '../lib/rpm/read-rpm.js';
import {buildRpm, type TreeItem} from '../test/helpers/packages/rpm-build.js';

const HEADERS = 1000;
const INDEX = 10_000;

await main(Number(process.argv[2] ?? 300), Number(process.argv[3] ?? 3));

async function main(megabytes: number, rounds: number): Promise<void> {
	const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-bench-')));
	try {
		await benchSolver(rounds);
		benchHeaders(scratch, rounds);
		for (const payload of ['w3.zstdio', 'w1.gzdio']) {
			await benchUnpack(scratch, megabytes, payload, rounds);
		}
	} finally {
		rmSync(scratch, {recursive: true});
	}
}

async function benchUnpack(
	scratch: string,
	megabytes: number,
	payload: string,
	rounds: number,
): Promise<void> {
	const directory = join(scratch, payload);
	const file = hostPath(
		buildRpm(directory, {name: 'large', tree: largeTree(megabytes << 20), payload}),
	);
	const ours: number[] = [];
	const theirs: number[] = [];
	for (let round = 0; round < rounds; round++) {
		const root = hostPath(join(directory, 'ours'));
		ours.push(await time(() => unpack(file, root)));
		rmSync(root, {recursive: true});
		const tree = join(directory, 'theirs');
		mkdirSync(tree);
		const command = `rpm2cpio '${file}' | cpio -idm --quiet`;
		theirs.push(
			await time(() => Promise.resolve(execFileSync('sh', ['-c', command], {cwd: tree}))),
		);
		rmSync(tree, {recursive: true});
	}

	report('unpack', {
		payload,
		rpmMegabytes: Math.round(statSync(file).size / (1 << 20)),
		files: readRpm(file).files.length,
		oursMs: median(ours),
		rpm2cpioMs: median(theirs),
		ratio: median(ours) / median(theirs),
		peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
	});
	rmSync(directory, {recursive: true});
}

async function unpack(file: HostPath, root: HostPath): Promise<void> {
	await mergePayload(await solve(await openPackageSet([file], [])), root);
}

/** Libraries of this machine: what packages are made of, and as compressible. */
function largeTree(bytes: number): Record<string, TreeItem> {
	const tree: Record<string, TreeItem> = {};
	let total = 0;
	for (const directory of ['/usr/lib/x86_64-linux-gnu', '/usr/lib', '/usr/bin']) {
		for (const entry of readdirSync(directory, {withFileTypes: true})) {
			const path = join(directory, entry.name);
			if (entry.isFile() && /^[\w.+-]+$/u.test(entry.name) && total < bytes) {
				const content = readFileSync(path);
				total += content.length;
				tree[`/opt/large${path}`] = content;
			}
		}
	}

	return tree;
}

function benchHeaders(scratch: string, rounds: number): void {
	const tree = Object.fromEntries(
		Array.from({length: 40}, (_, index) => [`/usr/share/x/${index % 7}/${index}`, `${index}`]),
	);
	const requires = Array.from({length: 12}, (_, index) => `Requires: lib${index}.so.1()(64bit)`);
	const file = buildRpm(scratch, {name: 'small', tree, preamble: requires});
	const directory = join(scratch, 'many');
	mkdirSync(directory);
	const files = Array.from({length: HEADERS}, (_, index) => join(directory, `${index}.rpm`));
	files.forEach(path => {
		copyFileSync(file, path);
	});
	const format = '[%{FILENAMES} %{FILEDIGESTS}\n]';
	const ours: number[] = [];
	const batch: number[] = [];
	const single: number[] = [];
	for (let round = 0; round < rounds; round++) {
		ours.push(timeSync(() => files.map(readRpm)));
		batch.push(
			timeSync(() => spawnSync('rpm', ['-qp', '--nosignature', '--qf', format, ...files])),
		);
		single.push(
			timeSync(() => {
				files.slice(0, 100).forEach(path => spawnSync('rpm', ['-qp', '--nosignature', path]));
			}) *
				(HEADERS / 100),
		);
	}

	report('headers', {
		packages: HEADERS,
		oursFirstMs: ours[0],
		oursMs: median(ours),
		rpmOneProcessMs: median(batch),
		rpmProcessEachMs: median(single),
	});
}

async function benchSolver(rounds: number): Promise<void> {
	const set = syntheticSet();
	const before = process.memoryUsage().rss;
	const times: number[] = [];
	let packages = 0;
	for (let round = 0; round < rounds; round++) {
		times.push(
			await time(async () => {
				packages = (await solve(set)).packages.length;
			}),
		);
	}

	report('solve', {
		index: INDEX,
		chosen: packages,
		firstMs: times[0],
		medianMs: median(times),
		rssBeforeMegabytes: Math.round(before / (1 << 20)),
		peakMegabytes: Math.round(process.resourceUsage().maxRSS / 1024),
	});
}

/**
 * Package N needs a few with lower numbers, some by soname with two providers, some by version; a
 * tenth of them exist in three versions. The roots reach most of it.
 */
function syntheticSet(): PackageSet {
	const records: PackageRecord[] = [];
	for (let number = 0; number < INDEX; number++) {
		for (let version = 1; version <= (number % 10 === 0 ? 3 : 1); version++) {
			records.push(syntheticRecord(number, version));
		}
	}

	const given = [9_999, 9_998, 9_997].map(number => ({
		...syntheticRecord(number, 1),
		name: `root${number}`,
		repository: undefined,
	}));
	return {
		given,
		available: records.sort(compareRecords),
		repositories: [hostPath('/index')],
		absent: [],
		findPaths: () => Promise.resolve(new Map()),
	};
}

function syntheticRecord(number: number, version: number): PackageRecord {
	const needs =
		number === 0 ? [] : [1, 2, 3, 7, 13].map(step => Math.floor((number * (20 - step)) / 20));
	const evr = parseEvr(`${version}-1`);
	const range = {manager: 'rpm', range: {relation: '=', evr}} as const;
	return {
		manager: 'rpm',
		name: `package${number}`,
		version: `${version}-1`,
		arch: 'x86_64',
		license: undefined,
		isEssential: false,
		file: hostPath(`/index/package${number}-${version}.rpm`),
		repository: hostPath('/index'),
		recommends: [],
		requires: [
			...needs.map(needed => ({
				kind: 'capability' as const,
				name: `lib${needed}.so.1(V_${needed % 3}.0)(64bit)`,
				range: undefined,
			})),
			{
				kind: 'capability',
				name: `package${needs[0] ?? 0}`,
				range: {manager: 'rpm', range: {relation: '>=', evr: parseEvr('1')}},
			},
		],
		provides: [
			{name: `package${number}`, range},
			...Array.from({length: 8}, (_, index) => ({
				name: `lib${number}.so.1(V_${index}.0)(64bit)`,
				range: undefined,
			})),
			{name: `lib${number - (number % 5)}.so.1(V_0.0)(64bit)`, range: undefined},
		],
		conflicts: [],
		obsoletes: [],
		paths: [`/usr/lib64/lib${number}.so.1`],
	};
}

async function time(work: () => Promise<unknown>): Promise<number> {
	const start = performance.now();
	await work();
	return performance.now() - start;
}

function timeSync(work: () => unknown): number {
	const start = performance.now();
	work();
	return performance.now() - start;
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function report(bench: string, figures: Record<string, unknown>): void {
	const rounded = Object.entries(figures).map(([name, value]) => [
		name,
		typeof value === 'number' ? Math.round(value * 100) / 100 : value,
	]);
	console.log(JSON.stringify({bench, ...Object.fromEntries(rounded)}));
}
