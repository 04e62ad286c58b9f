/**
 * What a start of dynpk costs, in processor time, against one of Node.js that does nothing.
 *
 * /proc counts in hundredths of a second, so each contestant starts several times in a run.
 */
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import {compareRuns, type Contestant} from './lib/compare-runs.js';
import type {Result} from './lib/result.js';

const ROUNDS = 11;
const STARTS = 10;
/** Of `--version`, against `node -e 0`. */
const LIMIT = 1.5;

const dynpk = join(import.meta.dirname, '../cmd/dynpk.js');

export function benchStart(scratch: string): Result[] {
	const bundle = join(scratch, 'git');
	const packing = ['pack', '/usr/bin/git', '--scope', 'closure'];
	execFileSync(process.execPath, [dynpk, ...packing, '--quiet', '--output', bundle], {
		env: {PATH: '/usr/bin:/bin'},
	});
	const ours = (...words: readonly string[]): Contestant =>
		starts(`dynpk ${words.join(' ')}`, [process.execPath, dynpk, ...words], scratch);
	const contestants = [
		starts('node -e 0', [process.execPath, '-e', '0'], scratch),
		ours('--version'),
		ours('--help'),
		ours('completion', 'bash'),
		starts('ldd git', ['ldd', '/usr/bin/git'], scratch),
		ours('inspect', 'git'),
		ours(...packing, '--dry-run'),
		{...ours('run', bundle, 'git', '--version'), name: 'dynpk run git/ git --version'},
	];
	const what = 'one start, processor time';
	return compareRuns(contestants, ROUNDS).map(({name, wall, cpu, cpuRatio, runs}) => {
		const aim = {text: `at most ${LIMIT}×`, met: cpuRatio <= LIMIT};
		const one = {wall: wall / STARTS, cpu: cpu / STARTS, ratio: cpuRatio};
		const base = {bench: 'start', what, name, ...one, runs} as const;
		return name === 'dynpk --version' ? {...base, aim} : base;
	});
}

function starts(name: string, argv: readonly string[], scratch: string): Contestant {
	const loop = `i=0; while [ $i -lt ${STARTS} ]; do "$@" || exit; i=$((i + 1)); done`;
	return {name, argv: ['sh', '-c', loop, 'sh', ...argv], output: join(scratch, 'said')};
}
