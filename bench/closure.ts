/**
 * The closure of every dynamic executable in /usr/bin: dynpk in one process, against `ldd` a file,
 * and `lddtree` and `libtree` given all names at once.
 *
 * libtree prints a library that an earlier program of the same run had no second time, unless told
 * `-vvv`; so each tool's answer is compared with ldd's, and the table says for how many programs
 * they agree. Only with `-vvv` does libtree do the same job.
 */
import {lstatSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {probeElf} from '../lib/elf/probe-elf.js';
import {DynpkError} from '../lib/errors/dynpk-error.js';
import {hostPath} from '../lib/paths/paths.js';
import {compareRuns, type Contestant, type Measured} from './lib/compare-runs.js';
import {librariesByProgram} from './lib/libraries-by-program.js';
import type {Result} from './lib/result.js';

const ROUNDS = 7;

export function benchClosure(scratch: string): Result[] {
	const programs = dynamicPrograms('/usr/bin');
	const list = join(scratch, 'programs');
	writeFileSync(list, programs.map(name => `${name}\n`).join(''));
	const eachOf = (command: string): string => `while read -r file; do ${command}; done <"$0"`;
	const all = ['xargs', '-a', list, '-d', '\\n', '-n', String(programs.length)];
	const script = join(import.meta.dirname, 'closure-all.js');
	const output = (name: string): string => join(scratch, name);
	const contestants: readonly Contestant[] = [
		{
			name: 'dynpk',
			argv: [...all, process.execPath, script],
			output: output('dynpk'),
			part: ({stderr}) => Number(stderr) / 1000,
		},
		{name: 'node -e 0', argv: [process.execPath, '-e', '0'], output: output('node')},
		libtree('libtree', []),
		libtree('libtree -vvv', ['-vvv']),
		{
			name: 'ldd, one run a file',
			argv: ['sh', '-c', eachOf('echo "$file:"; ldd "$file"'), list],
			output: output('ldd'),
			once: true,
			mayFail: true,
		},
		{
			name: 'lddtree, one run a file',
			argv: ['sh', '-c', eachOf('lddtree "$file"'), list],
			output: output('lddtree-each'),
			once: true,
			mayFail: true,
		},
		{
			name: 'lddtree',
			argv: [...all, 'lddtree'],
			output: output('lddtree'),
			once: true,
			mayFail: true,
		},
	];

	function libtree(name: string, options: readonly string[]): Contestant {
		const argv = [...all, 'libtree', '-p', ...options];
		return {name, argv, output: output(name), mayFail: true};
	}

	const measured = compareRuns(contestants, ROUNDS);
	const what = `closure of the ${programs.length} dynamic programs in /usr/bin`;
	return measured.flatMap((tool, index) => {
		const file = contestants[index]?.output;
		const complete = file === undefined ? undefined : agreement(file, output('ldd'));
		return resultsOf(tool, what, complete);
	});
}

/** Regular files only: a second name of a program would be the same work again. */
function dynamicPrograms(directory: string): string[] {
	return readdirSync(directory)
		.sort()
		.map(name => join(directory, name))
		.filter(path => lstatSync(path).isFile() && isDynamicProgram(path));
}

function isDynamicProgram(path: string): boolean {
	try {
		return probeElf(hostPath(path))?.interpreter !== undefined;
	} catch (error) {
		if (error instanceof DynpkError) {
			return false;
		}

		throw error;
	}
}

/** For how many programs a tool names the libraries that ldd names. */
function agreement(file: string, reference: string): string | undefined {
	const own = librariesByProgram(readFileSync(file, 'utf8'));
	const expected = librariesByProgram(readFileSync(reference, 'utf8'));
	if (own.size === 0) {
		return undefined;
	}

	const same = [...expected].filter(([program, libraries]) => {
		const answer = own.get(program);
		return answer?.size === libraries.size && [...libraries].every(name => answer.has(name));
	});
	return `${same.length} of ${expected.size} as ldd says`;
}

const aims: Readonly<Record<string, readonly [least: number, text: string]>> = {
	'libtree -vvv': [0.5, 'dynpk within 2×'],
	'ldd, one run a file': [10, 'dynpk faster by 10×'],
	'lddtree, one run a file': [100, 'dynpk faster by 100×'],
	lddtree: [100, 'dynpk faster by 100×'],
};

function resultsOf(tool: Measured, what: string, note: string | undefined): Result[] {
	const {name, wall, cpu, ratio, runs, part} = tool;
	const aim = aims[name];
	const base = {bench: 'closure', what, runs} as const;
	const whole: Result = {
		...base,
		name,
		wall,
		cpu,
		ratio,
		note,
		...(aim === undefined ? {} : {aim: {text: aim[1], met: ratio >= aim[0]}}),
	};
	return part === undefined
		? [whole]
		: [whole, {...base, name: `${name}, without starting Node`, wall: part, ratio: part / wall}];
}
