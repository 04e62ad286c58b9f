/**
 * What the ways to see a bundle's paths cost: calls on paths of the host and of the bundle, starts,
 * compiling and `git status`, natively, by our engines, and under fakechroot and PRoot.
 *
 * A way that this machine or this bundle does not have is left out. All of one table follow each
 * other in every round, and a figure is the median of the ratios of the rounds.
 */
import {execFileSync, spawnSync} from 'node:child_process';
import {existsSync, mkdirSync, realpathSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {compareRuns} from './lib/compare-runs.js';
import type {Result} from './lib/result.js';

const ROUNDS = 9;
const project = join(import.meta.dirname, '../..');
const dynpk = join(import.meta.dirname, '../cmd/dynpk.js');
const fakechroot = '/usr/lib/x86_64-linux-gnu/fakechroot/libfakechroot.so';
const proot = '/usr/bin/proot';

interface Way {
	readonly name: string;
	readonly env: Readonly<Record<string, string>>;
	/** What to run for a program of this machine. */
	readonly command: (program: string) => readonly string[];
}

interface Limits {
	readonly shim: number;
	readonly userns: number;
}

interface Call {
	readonly what: string;
	readonly argv: readonly string[];
	readonly limits?: Limits;
}

const unprojected: Limits = {shim: 1.15, userns: 1.05};
const projected: Limits = {shim: 2, userns: 1.05};

export function* benchPaths(given: string): Generator<Result> {
	const scratch = realpathSync(given);
	const timer = join(scratch, 'time-calls');
	execFileSync('gcc', ['-O2', '-o', timer, join(project, 'bench/paths/time-calls.c')]);
	writeTree(join(scratch, 'packed/a/b'), 40);
	writeTree(join(scratch, 'host/a/b'), 40);
	const bundle = join(scratch, 'bundle');
	const targets = [timer, '/usr/bin/gcc', '/usr/bin/git', '--with', join(scratch, 'packed')];
	execFileSync(process.execPath, [dynpk, 'pack', ...targets, '--quiet', '--output', bundle], {
		env: {PATH: '/usr/bin:/bin'},
	});
	const ways = [native, ...engines(bundle, timer), ...rivals(scratch)];
	for (const call of calls(scratch)) {
		yield* benchCall(call, timer, ways);
	}

	yield* benchStart(timer, engines(bundle, timer));
	yield* benchCompiling(scratch, ways);
	yield* benchStatus(scratch, ways);
}

const native: Way = {name: 'native', env: {}, command: program => [program]};

function engines(bundle: string, timer: string): Way[] {
	const command = (program: string): string[] => [
		join(bundle, 'bin', program.slice(program.lastIndexOf('/') + 1)),
	];
	const shim: Way = {name: 'shim', env: {DYNPK_ENGINE: 'shim'}, command};
	const userns: Way = {name: 'userns', env: {DYNPK_ENGINE: 'userns'}, command};
	return namespaceOf(userns, timer) === namespaceOf(native, timer) ? [shim] : [shim, userns];
}

/** The mount namespace that a program runs in; none where it does not start. */
function namespaceOf({env, command}: Way, timer: string): string | undefined {
	const [file = '', ...args] = command(timer);
	const {stdout, status} = spawnSync(file, [...args, 'namespace', '/', '1'], {
		env,
		encoding: 'utf8',
	});
	return status === 0 ? stdout : namespaceOf(native, timer);
}

/** Both see the machine as it is, at another root: what they do to a path costs the same. */
function rivals(scratch: string): Way[] {
	const root = join(scratch, 'view');
	mkdirSync(root);
	for (const name of ['usr', 'bin', 'lib', 'lib64', 'etc', 'tmp', 'proc', 'dev', 'root', 'home']) {
		symlinkSync(`/${name}`, join(root, name));
	}

	const all = [
		{
			object: fakechroot,
			name: 'fakechroot',
			env: {LD_PRELOAD: fakechroot, FAKECHROOT_BASE: root},
			command: (program: string) => [program],
		},
		{
			object: proot,
			name: 'PRoot',
			env: {},
			command: (program: string) => [proot, '-r', '/', '-b', `${scratch}/packed:/opt`, program],
		},
	];
	return all.filter(({object}) => existsSync(object));
}

function writeTree(directory: string, count: number): void {
	mkdirSync(directory, {recursive: true});
	for (let index = 0; index < count; index++) {
		writeFileSync(join(directory, `file-${index}`), `${index}\n`);
	}
}

function calls(scratch: string): Call[] {
	const host = join(scratch, 'host');
	const packed = join(scratch, 'packed');
	const file = 'a/b/file-7';
	return [
		...[
			{what: 'stat', argv: ['stat', join(host, file), '2000']},
			{what: 'stat, from a descriptor', argv: ['stat-at', file, '2000', host]},
			{what: 'stat, nothing there', argv: ['stat', '/usr/share/none/at/all', '2000']},
			{what: 'access', argv: ['access', join(host, file), '2000']},
			{what: 'open and close', argv: ['open', join(host, file), '1000']},
			{what: 'list 40 names', argv: ['readdir', join(host, 'a/b'), '200']},
			{what: 'start /bin/true', argv: ['exec', '/bin/true', '10']},
		].map(call => ({...call, limits: unprojected})),
		...[
			{what: 'stat, in the bundle', argv: ['stat', join(packed, file), '2000']},
			{what: 'access, in the bundle', argv: ['access', join(packed, file), '2000']},
			{what: 'open and close, in the bundle', argv: ['open', join(packed, file), '1000']},
			{what: 'list 40 names, in the bundle', argv: ['readdir', join(packed, 'a/b'), '200']},
		].map(call => ({...call, limits: projected})),
	];
}

/** The program times its calls itself, and so without its own start. */
function benchCall({what, argv, limits}: Call, timer: string, ways: readonly Way[]): Result[] {
	const seconds = new Map<Way, number[]>(ways.map(way => [way, []]));
	for (let round = 0; round < ROUNDS; round++) {
		for (const way of ways) {
			seconds.get(way)?.push(timeCall(way, timer, argv));
		}
	}

	const reference = (ways[0] && seconds.get(ways[0])) ?? [];
	return ways.map(way => {
		const own = seconds.get(way) ?? [];
		const ratio = median(own.map((time, index) => time / (reference[index] ?? Number.NaN)));
		const base = {bench: 'paths', what: `Calls: ${what}`, name: way.name, ratio} as const;
		return {...base, microseconds: 1e6 * median(own), ...aimOf(way, ratio, limits)};
	});
}

function timeCall({env, command}: Way, timer: string, argv: readonly string[]): number {
	const [file = '', ...args] = command(timer);
	const options = {env: {PATH: '/usr/bin:/bin', ...env}, encoding: 'utf8'} as const;
	return 1e-9 * Number(execFileSync(file, [...args, ...argv], options));
}

function aimOf({name}: Way, ratio: number, limits?: Limits): Pick<Result, 'aim'> {
	const limit = name === 'shim' || name === 'userns' ? limits?.[name] : undefined;
	return limit === undefined ? {} : {aim: {text: `at most ${limit}×`, met: ratio <= limit}};
}

/** A packed program that does nothing, by one engine and by none. */
function benchStart(timer: string, ways: readonly Way[]): Result[] {
	const limits: Readonly<Record<string, number>> = {shim: 150, userns: 1500};
	return ways.map(({name, env, command}) => {
		const [program = ''] = command(timer);
		const added: number[] = [];
		for (let round = 0; round < ROUNDS; round++) {
			const [direct, engine] = [{DYNPK_ENGINE: 'direct'}, env].map(settings =>
				timeCall({...native, env: settings}, timer, ['exec', program, '10']),
			);
			added.push(1e6 * ((engine ?? Number.NaN) - (direct ?? Number.NaN)));
		}

		const microseconds = median(added);
		const limit = limits[name] ?? 0;
		const aim = {text: `at most ${limit} µs`, met: microseconds <= limit};
		return {
			bench: 'paths',
			what: 'What a start takes more than by no engine',
			name,
			microseconds,
			aim,
		};
	});
}

function benchCompiling(scratch: string, ways: readonly Way[]): Result[] {
	const source = join(scratch, 'hello.c');
	writeFileSync(source, '#include <stdio.h>\nint main(void) { return puts("hello") < 0; }\n');
	const script = 'i=0; while [ $i -lt 50 ]; do "$@" || exit; i=$((i + 1)); done';
	const contestants = ways.map(({name, env, command}) => ({
		name,
		env,
		argv: [
			...['/bin/sh', '-c', script, 'sh', ...command('/usr/bin/gcc')],
			...['-c', source, '-o', join(scratch, 'hello.o')],
		],
		output: join(scratch, 'said'),
	}));
	return compareRuns(contestants, 3).map(({name, wall, cpu, ratio, runs}) => {
		const what = '50 times gcc -c';
		return {bench: 'paths', what, name, wall, cpu, ratio, runs};
	});
}

function benchStatus(scratch: string, ways: readonly Way[]): Result[] {
	const tree = join(scratch, 'repository');
	for (let directory = 0; directory < 100; directory++) {
		writeTree(join(tree, `directory-${directory}`), 100);
	}

	const git = (...words: readonly string[]): void => {
		execFileSync('/usr/bin/git', ['-C', tree, ...words], {env: {HOME: scratch}, stdio: 'ignore'});
	};
	git('init', '--quiet');
	git('add', '.');
	const contestants = ways.map(({name, env, command}) => ({
		name,
		env: {...env, HOME: scratch},
		argv: [
			...command('/usr/bin/git'),
			'-C',
			tree,
			'status',
			'--porcelain',
			'--untracked-files=all',
		],
		output: join(scratch, 'said'),
	}));
	return compareRuns(contestants, ROUNDS).map(({name, wall, cpu, ratio, runs}) => {
		const what = 'git status over 10,000 files';
		return {bench: 'paths', what, name, wall, cpu, ratio, runs};
	});
}

function median(values: readonly number[]): number {
	return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
