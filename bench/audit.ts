/**
 * What the audit stub costs: a start by the loader, a start by a bundle's launcher, and a call
 * through the PLT; and what an auditor that needs libc would cost. Results as JSON lines on stdout.
 *
 *     node build/bench/audit.js [ROUNDS]
 *
 * The commands of a round follow each other, and the figure is the median of the differences within
 * a round, so that a busy machine widens the spread and does not move the median.
 */
import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import {encodeAuditRules} from '../lib/audit/encode-audit-rules.js';
import {bundlePath} from '../lib/paths/paths.js';

const execute = promisify(execFile);
const project = join(import.meta.dirname, '../..');
const loader = '/lib64/ld-linux-x86-64.so.2';

await main(Number(process.argv[2] ?? 3000));

async function main(rounds: number): Promise<void> {
	const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-bench-')));
	try {
		const bundle = await makeBundle(scratch);
		await benchStarts(bundle, 'hello (libc alone)', [bundle.hello], rounds);
		await benchStarts(bundle, 'python3 -V (four libraries)', [bundle.python, '-V'], rounds);
		await benchLaunches(scratch, rounds);
		await benchCalls(bundle);
	} finally {
		rmSync(scratch, {recursive: true});
	}
}

interface Bench {
	readonly top: string;
	readonly hello: string;
	readonly python: string;
	readonly calls: string;
	/** Options of the loader for each way to audit. */
	readonly ways: Readonly<Record<'none' | 'stub' | 'withLibc', readonly string[]>>;
	readonly timer: string;
}

async function makeBundle(scratch: string): Promise<Bench> {
	const top = join(scratch, 'bundle');
	const inner = join(top, 'libexec/dynpk');
	const lib = join(top, 'lib');
	mkdirSync(inner, {recursive: true});
	mkdirSync(lib);
	const source = (name: string) => join(project, 'bench/audit', name);
	const build = join(scratch, 'build');
	const targets = ['stub', `BUILD=${build}`, 'ARCHES=x86_64'];
	await execute('make', ['-s', '-f', 'audit-stub/stub.mk', ...targets], {cwd: project});
	copyFileSync(join(build, 'native/x86_64/libdynpk-audit.so'), join(inner, 'libdynpk-audit.so'));
	copyFileSync(realpathSync(loader), join(inner, 'ld.so'));
	const rules = {mode: 'enforce', hostProvided: [], allowed: []} as const;
	const bytes = encodeAuditRules({...rules, libraryPath: [bundlePath('lib')]});
	writeFileSync(join(inner, 'audit.rules'), bytes);

	const withLibc = join(inner, 'with-libc.so');
	const empty = join(lib, 'libempty.so');
	const calls = join(top, 'calls');
	const timer = join(scratch, 'time-starts');
	await compile(source('with-libc.c'), withLibc, ['-shared', '-fPIC']);
	await compile(source('empty.c'), empty, ['-shared', '-fPIC', '-nostdlib']);
	await compile(source('calls.c'), calls, ['-Wl,-z,lazy', empty]);
	await compile(source('time-starts.c'), timer, []);
	const hello = join(top, 'true');
	const python = join(top, 'python3');
	copyFileSync('/bin/true', hello);
	copyFileSync(realpathSync('/usr/bin/python3'), python);
	for (const file of [hello, python]) {
		await addLibraries(file, lib);
	}

	const ways = {
		none: [],
		stub: ['--audit', join(inner, 'libdynpk-audit.so')],
		withLibc: ['--audit', withLibc],
	};
	return {top, hello, python, calls, ways, timer};
}

async function compile(source: string, output: string, flags: readonly string[]): Promise<void> {
	await execute('gcc', ['-O2', '-Wall', '-Wextra', '-Werror', '-o', output, source, ...flags]);
}

async function addLibraries(file: string, lib: string): Promise<void> {
	const {stdout} = await execute(loader, ['--list', file]);
	for (const [, name, path] of stdout.matchAll(/^\t(\S+) => (\/\S+) \(0x/gmu)) {
		copyFileSync(path ?? '', join(lib, name ?? ''));
	}
}

function commandFor(bench: Bench, way: keyof Bench['ways'], argv: readonly string[]) {
	const options = ['--inhibit-cache', '--library-path', join(bench.top, 'lib')];
	return [join(bench.top, 'libexec/dynpk/ld.so'), ...options, ...bench.ways[way], ...argv];
}

async function benchStarts(
	bench: Bench,
	program: string,
	argv: readonly string[],
	rounds: number,
): Promise<void> {
	const commands = (['none', 'stub', 'withLibc'] as const).map(way =>
		commandFor(bench, way, argv).join(' '),
	);
	const [start, stub, withLibc] = await timeStarts(bench.timer, commands, rounds);
	tell({
		...{bench: 'audit/start', program, rounds},
		...{start_us: start, stub_adds_us: stub, with_libc_adds_us: withLibc},
	});
}

/** As a user starts a program. Two bundles would differ in how their files lie in memory too. */
async function benchLaunches(scratch: string, rounds: number): Promise<void> {
	const bundle = join(scratch, 'programs');
	const targets = ['/usr/bin/true', '/usr/bin/python3', '--scope', 'closure', '--name', 'programs'];
	const dynpk = join(project, 'build/cmd/dynpk.js');
	await execute(process.execPath, [dynpk, 'pack', ...targets, '-o', bundle]);
	for (const [program, words] of [
		['hello (libc alone)', 'bin/true'],
		['python3 -V (four libraries)', 'bin/python3 -V'],
	] as const) {
		const commands = ['off', 'enforce'].map(mode => `DYNPK_AUDIT=${mode} ${join(bundle, words)}`);
		const [start, stub] = await timeStarts(join(scratch, 'time-starts'), commands, rounds);
		tell({bench: 'audit/launch', program, rounds, start_us: start, stub_adds_us: stub});
	}
}

/** In microseconds: the median of the first command, and what each other one takes longer. */
async function timeStarts(
	timer: string,
	commands: readonly string[],
	rounds: number,
): Promise<[number, number, number]> {
	const {stdout} = await execute(timer, [String(rounds), ...commands], {maxBuffer: 1 << 28});
	const rows = stdout
		.split('\n')
		.filter(line => line.includes(' '))
		.map(line => line.split(' ').map(Number));
	const microseconds = (values: readonly number[]) => Math.round(median(values) / 100) / 10;
	const added = (column: number) =>
		microseconds(rows.map(row => (row[column] ?? NaN) - (row[0] ?? NaN)));
	return [microseconds(rows.map(row => row[0] ?? NaN)), added(1), added(2)];
}

async function benchCalls(bench: Bench): Promise<void> {
	const count = 100_000_000;
	const tries = 7;
	const results: Record<keyof Bench['ways'], number[]> = {none: [], stub: [], withLibc: []};
	for (let round = 0; round < tries; round++) {
		for (const way of ['none', 'stub', 'withLibc'] as const) {
			const [command = '', ...words] = commandFor(bench, way, [bench.calls, String(count)]);
			const {stdout} = await execute(command, words);
			results[way].push(Number(stdout));
		}
	}

	const nanoseconds = (way: keyof Bench['ways']) => Math.min(...results[way]) / 1000;
	tell({
		...{bench: 'audit/call', count, tries},
		none_ns: nanoseconds('none'),
		stub_ns: nanoseconds('stub'),
		with_libc_ns: nanoseconds('withLibc'),
	});
}

function median(values: readonly number[]): number {
	const sorted = [...values].sort((a, b) => a - b);
	return sorted[Math.floor(sorted.length / 2)] ?? NaN;
}

function tell(result: Readonly<Record<string, string | number>>): void {
	console.log(JSON.stringify(result));
}
