/**
 * What a bundle costs two ranks of one machine: reading each other's memory (process_vm_readv), and
 * messages there and back. Native and packed follow each other in every round, in turns; each tells its
 * best burst, and a figure is the median of the ratios.
 */
import {execFileSync} from 'node:child_process';
import {join} from 'node:path';
import type {Result} from './lib/result.js';

const ROUNDS = 21;
const project = join(import.meta.dirname, '../..');
const dynpk = join(import.meta.dirname, '../cmd/dynpk.js');

const families = [
	{name: 'Open MPI', compiler: 'mpicc.openmpi', starter: 'mpirun.openmpi'},
	{name: 'MPICH', compiler: 'mpicc.mpich', starter: 'mpiexec.mpich'},
] as const;

/** More bytes than a cache of the processor holds would measure the memory. */
const sizes = [
	{what: 'messages of 64 KiB', bytes: 65_536, rounds: 80},
	{what: 'messages of 4 MiB', bytes: 4_194_304, rounds: 2},
] as const;

interface Bandwidths {
	readonly read: number;
	readonly messages: number;
}

export function* benchRanks(scratch: string): Generator<Result> {
	for (const {name, compiler, starter} of families) {
		const program = join(scratch, compiler);
		const bundle = `${program}.bundle`;
		execFileSync(compiler, ['-O2', '-o', program, join(project, 'bench/ranks/neighbours.c')]);
		execFileSync(process.execPath, [dynpk, 'pack', program, '--quiet', '--output', bundle]);
		for (const {what, bytes, rounds} of sizes) {
			const words = ['-n', '2'];
			const measure = (file: string): Bandwidths =>
				bandwidthsOf(starter, [...words, file, String(bytes), String(rounds)]);
			const packed = join(bundle, 'bin', compiler);
			const pairs = Array.from({length: ROUNDS}, (_, round) => {
				const first = measure(round % 2 === 0 ? program : packed);
				const second = measure(round % 2 === 0 ? packed : program);
				return round % 2 === 0 ? {native: first, packed: second} : {native: second, packed: first};
			}).slice(1);
			yield compared(name, `${what}, there and back`, pairs, ({messages}) => messages);
			yield compared(name, `reading ${bytes >> 10} KiB of a neighbour`, pairs, ({read}) => read);
		}
	}
}

interface Pair {
	readonly native: Bandwidths;
	readonly packed: Bandwidths;
}

function compared(
	name: string,
	what: string,
	pairs: readonly Pair[],
	figure: (bandwidths: Bandwidths) => number,
): Result {
	const native = median(pairs.map(pair => figure(pair.native)));
	const ratio = median(pairs.map(pair => figure(pair.packed) / figure(pair.native)));
	return {
		bench: 'ranks',
		...{what, name: `${name}, packed`, ratio, runs: pairs.length},
		note: `natively ${Math.round(native)} MB/s; the ratio is of bandwidths`,
		aim: {text: 'at least 0.95×', met: ratio >= 0.95},
	};
}

function bandwidthsOf(command: string, words: readonly string[]): Bandwidths {
	const stdout = execFileSync(command, words, {
		encoding: 'utf8',
		env: {
			PATH: '/usr/bin:/bin',
			OMPI_ALLOW_RUN_AS_ROOT: '1',
			OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
		},
	});
	const figure = (word: string): number =>
		Number(new RegExp(`^${word} (\\d+)$`, 'mu').exec(stdout)?.[1]);
	return {read: figure('read'), messages: figure('messages')};
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[values.length >> 1] ?? NaN;
}
