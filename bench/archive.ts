/**
 * Packing files into a .tar.gz and a .tar.zst, against `tar | pigz` and `tar | zstd -T0` on the same files.
 *
 * node build/bench/archive.js [DIRECTORY...], by default some hundred megabytes of libraries. One JSON
 * line a way and input: the median of the runs in seconds and in seconds of processor time, Node.js's own start
 * included, and how they compare. The files are read once before, so that all find them in memory.
 */
import {spawnSync} from 'node:child_process';
import {
	lstatSync,
	mkdtempSync,
	readFileSync,
	readdirSync,
	rmSync,
	statSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {fileURLToPath} from 'node:url';
import type {ArchiveEntry} from '../lib/archive/archive-entry.js';
import {writeArchive} from '../lib/archive/write-archive.js';
import {findEncoder} from '../lib/launcher/archive-tools.js';
import {comparePaths, hostPath} from '../lib/paths/paths.js';

const RUNS = 5;
const MOST_BYTES = 600e6;

interface Way {
	readonly name: string;
	readonly against?: string;
	readonly command: readonly string[];
}

function filesBelow(directories: readonly string[]): readonly string[] {
	const found: string[] = [];
	let bytes = 0;
	const visit = (directory: string): void => {
		for (const entry of readdirSync(directory, {withFileTypes: true})) {
			const path = `${directory}/${entry.name}`;
			if (entry.isDirectory()) visit(path);
			if (!entry.isFile() || path.includes('\n') || bytes > MOST_BYTES) continue;
			bytes += readFileSync(path).length;
			found.push(path);
		}
	};
	for (const directory of directories) visit(directory);
	return found.sort(comparePaths);
}

/** As our own side packs them: below one directory, which tar does not need. */
function entriesFor(files: readonly string[]): readonly ArchiveEntry[] {
	return [
		{kind: 'directory', path: 'tree', mode: 0o755},
		...files.map((file, index): ArchiveEntry => {
			const path = hostPath(file);
			const content = {kind: 'host-file', path, size: lstatSync(file).size} as const;
			return {kind: 'file', path: `tree/${index}`, mode: 0o644, content};
		}),
	];
}

interface Cost {
	readonly wall: number;
	/** Of all processes and threads: what a busy machine does not distort. */
	readonly cpu: number;
}

function measure({command}: Way): Cost {
	const [program = '', ...args] = command;
	const cpuBefore = childrenCpu();
	const start = process.hrtime.bigint();
	const {status} = spawnSync(program, args, {stdio: ['ignore', 'ignore', 'inherit']});
	if (status !== 0) throw new Error(`${program} failed`);
	return {
		wall: Number(process.hrtime.bigint() - start) / 1e9,
		cpu: childrenCpu() - cpuBefore,
	};
}

/** proc(5), /proc/PID/stat: cutime and cstime, the 14th and 15th behind the name, in ticks of 10 ms. */
function childrenCpu(): number {
	const stat = readFileSync('/proc/self/stat', 'latin1');
	const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
	return (Number(fields[13]) + Number(fields[14])) / 100;
}

function round(value: number): number {
	return Number(value.toFixed(2));
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

function compare(directories: readonly string[]): void {
	const scratch = mkdtempSync(`${tmpdir()}/dynpk-bench-`);
	try {
		const files = filesBelow(directories);
		const list = `${scratch}/list`;
		writeFileSync(list, files.join('\n'));
		const bytes = files.reduce((sum, file) => sum + statSync(file).size, 0);
		const ours = (form: string): readonly string[] => {
			const script = fileURLToPath(import.meta.url);
			return [
				'sh',
				'-c',
				'rm -f "$4"; exec "$0" "$1" "$2" "$3" "$4"',
				process.execPath,
				script,
				`--pack=${form}`,
				list,
				`${scratch}/ours.${form}`,
			];
		};
		const theirs = (filter: string): readonly string[] => {
			return ['sh', '-c', `tar -cf - -P -T "$0" | ${filter} > "$1"`, list, `${scratch}/theirs`];
		};
		const ways: readonly Way[] = [
			{name: 'tar | pigz', command: theirs('pigz')},
			{name: 'dynpk tar.gz', against: 'tar | pigz', command: ours('tar.gz')},
			{name: 'tar | zstd -T0', command: theirs('zstd -q -T0')},
			{name: 'dynpk tar.zst', against: 'tar | zstd -T0', command: ours('tar.zst')},
		];
		// Turn about, so that a neighbour's load falls on all alike.
		const costs = new Map(ways.map(way => [way.name, [] as Cost[]]));
		for (let run = 0; run < RUNS; run += 1) {
			for (const way of ways) costs.get(way.name)?.push(measure(way));
		}

		const cost = (name: string, field: keyof Cost): number =>
			median((costs.get(name) ?? []).map(one => one[field]));
		const megabytes = Math.round(bytes / 1e6);
		for (const {name, against} of ways) {
			const [seconds, cpuSeconds] = [cost(name, 'wall'), cost(name, 'cpu')];
			const comparison = against !== undefined && {
				against,
				ratio: round(seconds / cost(against, 'wall')),
				cpuRatio: round(cpuSeconds / cost(against, 'cpu')),
			};
			const facts = {bench: 'archive', files: files.length, megabytes, way: name};
			const line = {
				...facts,
				seconds: round(seconds),
				cpuSeconds: round(cpuSeconds),
				...comparison,
			};
			console.log(JSON.stringify(line));
		}
	} finally {
		rmSync(scratch, {recursive: true});
	}
}

const [first, list = '', output = ''] = process.argv.slice(2);
if (first === '--pack=tar.gz' || first === '--pack=tar.zst') {
	const form = first === '--pack=tar.gz' ? 'tar.gz' : 'tar.zst';
	const entries = entriesFor(readFileSync(list, 'utf8').split('\n'));
	const encoder = findEncoder();
	await writeArchive({entries, output: hostPath(output), form, encoder, mtime: 1});
} else {
	const directories = process.argv.slice(2);
	compare(directories.length > 0 ? directories : ['/usr/lib/gcc', '/usr/lib/python3', '/usr/bin']);
}
