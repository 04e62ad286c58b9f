/**
 * What the path shim costs: calls on paths of the host and of the bundle, and the start of a program,
 * against the same calls without it. Results as JSON lines on stdout.
 *
 *     node build/bench/paths.js [ROUNDS]
 *
 * Both sides follow each other in every round, and a figure is the median of the ratios of the rounds.
 * What a projected path is compared with is the same file at the same depth on the host.
 */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {compilePathTable} from '../lib/engine/compile-path-table.js';
import {projectedPaths} from '../lib/engine/projected-paths.js';
import {bundlePath} from '../lib/paths/paths.js';

const execute = promisify(execFile);
const project = join(import.meta.dirname, '../..');

interface Comparison {
	readonly call: string;
	readonly place: 'host' | 'bundle';
	readonly native: readonly string[];
	readonly shim: readonly string[];
}

await main(Number(process.argv[2] ?? 15));

async function main(rounds: number): Promise<void> {
	const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-bench-')));
	try {
		const program = join(scratch, 'time-calls');
		await execute('gcc', ['-O2', '-o', program, join(project, 'bench/paths/time-calls.c')]);
		const shim = await makeBundle(scratch);
		for (const comparison of comparisons(scratch)) {
			const ratios: number[] = [];
			const natives: number[] = [];
			for (let round = 0; round < rounds; round++) {
				const native = await time(program, comparison.native, {});
				natives.push(native);
				ratios.push((await time(program, comparison.shim, {LD_PRELOAD: shim})) / native);
			}

			const {call, place} = comparison;
			const result = {call, place, nativeNs: median(natives), ratio: median(ratios)};
			process.stdout.write(`${JSON.stringify(result)}\n`);
		}
	} finally {
		rmSync(scratch, {recursive: true});
	}
}

/** `host/a/b/c` on the host, and the same below /usr/share/dynpk-bench in the bundle. */
async function makeBundle(scratch: string): Promise<string> {
	const bundle = join(scratch, 'bundle');
	const tree = join(bundle, 'root/usr/share/dynpk-bench');
	const names = Array.from({length: 40}, (_, index) => `file-${index}`);
	mkdirSync(join(tree, 'directory'), {recursive: true});
	mkdirSync(join(bundle, 'libexec/dynpk'), {recursive: true});
	for (const name of names) {
		writeFileSync(join(tree, 'directory', name), 'content\n');
	}

	cpSync(tree, join(scratch, 'usr/share/dynpk-bench'), {recursive: true});
	const files = names.map(name => ({
		path: bundlePath(`root/usr/share/dynpk-bench/directory/${name}`),
		kind: 'file' as const,
		reason: 'package bench',
	}));
	const place = join(bundle, 'libexec/dynpk');
	await execute('sh', [join(project, 'wrappers/shim/build.sh'), 'gcc', place]);
	writeFileSync(join(place, 'paths.tbl'), compilePathTable(projectedPaths(files, []), []));
	return join(place, 'path-shim.so');
}

function comparisons(scratch: string): Comparison[] {
	const host = join(scratch, 'usr/share/dynpk-bench');
	const same = (call: string, ...argv: readonly string[]): Comparison => {
		const words = [call, ...argv];
		return {call, place: 'host', native: words, shim: words};
	};
	const projected = (call: string, count: string, below: string): Comparison => ({
		call,
		place: 'bundle',
		native: [call, join(host, below), count],
		shim: [call, join('/usr/share/dynpk-bench', below), count],
	});
	const file = 'directory/file-7';
	return [
		same('stat', join(host, file), '20000'),
		same('access', join(host, file), '20000'),
		same('open', join(host, file), '10000'),
		same('readdir', join(host, 'directory'), '1000'),
		same('stat-at', file, '20000', host),
		same('stat', '/usr/share/none/at/all', '20000'),
		same('stat', '/usr/share', '20000'),
		same('exec', '/bin/true', '30'),
		projected('stat', '20000', file),
		projected('access', '20000', file),
		projected('open', '10000', file),
		projected('readdir', '1000', 'directory'),
	];
}

async function time(
	program: string,
	argv: readonly string[],
	env: Readonly<Record<string, string>>,
): Promise<number> {
	const {stdout} = await execute(program, [...argv], {env});
	return Number(stdout);
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
