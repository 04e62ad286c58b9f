/**
 * The forms of a bundle: how large each is, how long unpacking takes, and what starting the single file costs.
 *
 * Each way of unpacking begins with an empty directory, the first start of a `.run` file with an empty
 * cache; all files are in memory.
 */
import {spawnSync} from 'node:child_process';
import {mkdirSync, rmSync, statSync} from 'node:fs';
import {join} from 'node:path';
import {coldStarts} from './forms/cold-starts.js';
import {largeBundles} from './forms/large-bundles.js';
import {compareRuns, type Contestant} from './lib/compare-runs.js';
import type {Result} from './lib/result.js';

const ROUNDS = 5;
const STARTS = 200;
/** Starts at once, as of the ranks of a job. */
const RACERS = 200;

const program = '/usr/bin/git';
const dynpk = join(import.meta.dirname, '../cmd/dynpk.js');

export async function benchForms(scratch: string): Promise<Result[]> {
	const [tar, gz, zst, run] = ['tar', 'tar.gz', 'tar.zst', 'run'].map(ending => {
		const output = join(scratch, `git.${ending}`);
		succeed(process.execPath, [dynpk, 'pack', program, '--quiet', '--output', output]);
		return output;
	});
	if (tar === undefined || gz === undefined || zst === undefined || run === undefined) {
		throw new Error('four forms are four names');
	}

	const xz = `${tar}.xz`;
	succeed('sh', ['-c', 'xz -6 -T0 -c "$0" > "$1"', tar, xz]);
	return [
		...sizes(tar, [gz, zst, run, xz]),
		...unpacking(scratch, {gz, zst, run}),
		...starts(scratch, run),
		...races(scratch, run),
		...coldStarts(scratch, words => succeed(process.execPath, [dynpk, 'pack', ...words])),
		...(await largeBundles(scratch, [process.execPath, dynpk])),
	];
}

function succeed(file: string, args: readonly string[]): void {
	const result = spawnSync(file, args, {encoding: 'utf8', env: {PATH: '/usr/bin:/bin'}});
	if (result.status !== 0) {
		throw new Error(`${file} ${args.join(' ')}: ${result.stderr}`);
	}
}

function sizes(tar: string, others: readonly string[]): Result[] {
	const what = `Sizes of ${program}, packed`;
	const whole = statSync(tar).size;
	return [tar, ...others].map(file => {
		const {size} = statSync(file);
		const name = file.slice(file.search(/\.(?:tar|run)/u));
		return {bench: 'forms', what, name, mebibytes: size / 2 ** 20, ratio: size / whole};
	});
}

interface Forms {
	readonly gz: string;
	readonly zst: string;
	readonly run: string;
}

function unpacking(scratch: string, {gz, zst, run}: Forms): Result[] {
	const what = `Unpacking ${program}`;
	const place = join(scratch, 'unpacked');
	const prepare = (): void => {
		rmSync(place, {recursive: true, force: true});
		mkdirSync(place);
	};
	const output = join(scratch, 'said');
	const contestants: readonly Contestant[] = [
		{name: 'tar --zstd -x', argv: ['tar', '--zstd', '-xf', zst, '-C', place], prepare, output},
		{name: 'tar -xz', argv: ['tar', '-xzf', gz, '-C', place], prepare, output},
		{
			name: '.run --dynpk-extract',
			argv: [run, '--dynpk-extract', join(place, 'git')],
			prepare,
			output,
		},
	];
	return compareRuns(contestants, ROUNDS).map(({name, wall, cpu, ratio, runs}) => {
		const base = {bench: 'forms', what, name, wall, cpu, ratio, runs} as const;
		const aim = {text: 'below 1×', met: ratio < 1};
		return name.startsWith('.run') ? {...base, aim} : base;
	});
}

/** In a loop of a shell, whose own share is that of `true`. */
function starts(scratch: string, run: string): Result[] {
	const what = `Starting git of an unpacked bundle and of a .run file in the cache, each of ${STARTS} times`;
	const directory = join(scratch, 'bundle');
	succeed(run, ['--dynpk-extract', directory]);
	const cache = join(scratch, 'cache');
	const loop = `i=0; while [ $i -lt ${STARTS} ]; do "$0" --version; i=$((i+1)); done`;
	const output = join(scratch, 'said');
	const env = {DYNPK_CACHE: cache};
	const contestants: readonly Contestant[] = [
		{name: 'bin/git', argv: ['sh', '-c', loop, join(directory, 'bin/git')], output, env},
		{name: 'git.run', argv: ['sh', '-c', loop, run], output, env},
	];
	const measured = compareRuns(contestants, ROUNDS);
	const [bundle] = measured;
	return measured.map(({name, wall, cpu, ratio, runs}) => {
		const microseconds = (wall / STARTS) * 1e6;
		const base = {bench: 'forms', what, name, cpu, ratio, runs, microseconds} as const;
		const more = microseconds - ((bundle?.wall ?? NaN) / STARTS) * 1e6;
		const aim = {text: 'at most 1000 µs more', met: more <= 1000};
		return name === 'bin/git' ? base : {...base, note: `${more.toFixed(0)} µs more`, aim};
	});
}

function races(scratch: string, run: string): Result[] {
	const what = `First starts of a .run file`;
	const cache = join(scratch, 'raced');
	const output = join(scratch, 'said');
	const env = {DYNPK_CACHE: cache};
	const prepare = (): void => rmSync(cache, {recursive: true, force: true});
	const all = `i=0; while [ $i -lt ${RACERS} ]; do "$0" --version & i=$((i+1)); done; wait`;
	const contestants: readonly Contestant[] = [
		{name: 'one', argv: [run, '--version'], output, env, prepare},
		{
			name: `one, and ${RACERS} after it`,
			argv: ['sh', '-c', `"$0" --version; ${all}`, run],
			output,
			env,
			prepare,
		},
		{name: `${RACERS} at once`, argv: ['sh', '-c', all, run], output, env, prepare},
	];
	return compareRuns(contestants, ROUNDS).map(({name, wall, cpu, ratio, runs}) => {
		const base = {bench: 'forms', what, name, wall, cpu, ratio, runs} as const;
		const aim = {text: 'at most 1.3×', met: ratio <= 1.3};
		return name.endsWith('at once') ? {...base, aim} : base;
	});
}
