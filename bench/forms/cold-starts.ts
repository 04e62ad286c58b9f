/**
 * Starting Python with NumPy and SciPy from a file system whose server takes 19 ms for each name that
 * is asked for the first time, as a cold Lustre does: by `slow-place.c`, the same for each contestant.
 */
import {execFileSync} from 'node:child_process';
import {existsSync, mkdirSync, rmSync} from 'node:fs';
import {join} from 'node:path';
import {compareRuns, type Contestant} from '../lib/compare-runs.js';
import type {Result} from '../lib/result.js';

const DELAY = 19_000;
const ROUNDS = 3;
const python = '/usr/bin/python3';
const scipy = '/usr/lib/python3/dist-packages/scipy/__init__.py';
const words = ['-c', 'import numpy, scipy'];

export function coldStarts(scratch: string, pack: (words: readonly string[]) => void): Result[] {
	const what = `Starting ${python} ${words.join(' ')}, ${DELAY / 1000} ms for each name below its own directory`;
	if (!existsSync(scipy)) {
		return [{bench: 'forms', what, name: 'nothing', note: 'needs python3-scipy'}];
	}

	const source = join(import.meta.dirname, '../../../bench/forms/slow-place.c');
	const [slowPlace, slow, cache] = ['slow-place', 'slow', 'cold'].map(name => join(scratch, name));
	if (slowPlace === undefined || slow === undefined || cache === undefined) {
		throw new Error('three names are three');
	}

	execFileSync('gcc', ['-O2', '-o', slowPlace, source]);
	mkdirSync(slow);
	const [run, bundle] = [join(slow, 'python.run'), join(slow, 'python')];
	const common = ['python3', 'deb:python3-scipy', '--recommends', 'none', '--quiet', '--output'];
	pack([...common, run]);
	execFileSync(run, ['--dynpk-extract', bundle]);

	const env = {DYNPK_CACHE: cache};
	const output = join(scratch, 'said');
	const below = (place: string, ...argv: readonly string[]): Contestant['argv'] => [
		slowPlace,
		String(DELAY),
		place,
		...argv,
		...words,
	];
	const empty = (): void => rmSync(cache, {recursive: true, force: true});
	const contestants: readonly Contestant[] = [
		{name: 'installed', argv: below('/usr', python), output},
		{name: 'unpacked bundle', argv: below(slow, join(bundle, 'bin/python3')), output},
		{
			name: '.run, first start, nothing delayed',
			argv: [run, ...words],
			output,
			env,
			prepare: empty,
		},
		{name: '.run, first start', argv: below(slow, run), output, env, prepare: empty},
		{name: '.run, second start', argv: below(slow, run), output, env},
		{
			name: 'unpacked bundle, nothing delayed',
			argv: [join(bundle, 'bin/python3'), ...words],
			output,
		},
	];
	return compareRuns(contestants, ROUNDS).map(({name, wall, cpu, ratio, runs}) => ({
		...{bench: 'forms', what, name, wall, cpu, ratio, runs},
	}));
}
