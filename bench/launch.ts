/**
 * What starting a packed program costs: natively, by our launcher, and by launchers as others make
 * them. Results as JSON lines on stdout.
 *
 *     node build/bench/launch.js [ROUNDS]
 *
 * Each way is timed in turns with the native start, and the figure is the median of the ratios within
 * a pair: a busy machine widens the spread and does not move it.
 */
import {execFile} from 'node:child_process';
import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	realpathSync,
	rmSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, dirname, join, relative} from 'node:path';
import {promisify} from 'node:util';
import {openLauncherKit} from '../lib/launcher/launcher-kit.js';
import type {LoaderLaunch} from '../lib/launcher/launch-spec.js';
import {editLoader} from '../lib/launcher/loader-copy.js';
import {makeNativeLauncher} from '../lib/launcher/native-launcher.js';
import {bundlePath, payloadPath, sysrootPath} from '../lib/paths/paths.js';

const execute = promisify(execFile);
const project = join(import.meta.dirname, '../..');
const loader = realpathSync('/lib64/ld-linux-x86-64.so.2');
const ways = ['ours', 'ours, with options', 'C, exec', 'sh', 'bash'] as const;
type Way = (typeof ways)[number];

interface Workload {
	readonly name: string;
	/** The programs that are started through a launcher, the first by us. */
	readonly programs: readonly string[];
	readonly argv: readonly string[];
	/** Directories the program looks for from its own place. */
	readonly data: readonly string[];
	/** Put ahead of the command, natively too. */
	readonly prefix: readonly string[];
	readonly rounds: number;
}

await main(Number(process.argv[2] ?? 1000));

async function main(rounds: number): Promise<void> {
	const scratch = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-bench-')));
	try {
		const timer = join(scratch, 'time-pairs');
		await compile(join(project, 'bench/launch/time-pairs.c'), timer, []);
		for (const workload of await workloads(scratch, rounds)) {
			await bench(scratch, timer, workload);
		}
	} finally {
		rmSync(scratch, {recursive: true});
	}
}

async function workloads(scratch: string, rounds: number): Promise<readonly Workload[]> {
	const source = join(scratch, 'empty.c');
	writeFileSync(source, 'int main(void) { return 0; }\n');
	const libraries = await makeLibraries(scratch);
	const gcc = realpathSync('/usr/bin/gcc');
	const {stdout: cc1} = await execute('gcc', ['-print-prog-name=cc1']);
	const plain = {argv: [], data: [], prefix: [], rounds};
	const hundred = {...plain, name: 'a program of 100 libraries', programs: [libraries]};
	const slow = ['/usr/bin/strace', '-f', '-o', '/dev/null', '--seccomp-bpf', '-e', 'trace=openat'];
	const inject = ['-e', 'inject=openat:delay_enter=200'];
	return [
		{...plain, name: 'true', programs: ['/bin/true']},
		{...hundred, rounds: rounds / 4},
		{
			...hundred,
			name: 'the same, 200 us an open',
			prefix: [...slow, ...inject],
			rounds: rounds / 20,
		},
		{...plain, name: 'git --version', programs: ['/usr/bin/git'], argv: ['--version']},
		{
			...{...plain, name: 'python3 -c pass', programs: [realpathSync('/usr/bin/python3')]},
			...{
				argv: ['-c', 'pass'],
				data: pythonDirectories(),
				rounds: rounds / 5,
			},
		},
		{
			...{...plain, name: 'gcc -c', programs: [gcc, realpathSync(cc1.trim())]},
			...{argv: ['-c', source, '-o', '/dev/null'], data: [dirname(realpathSync(cc1.trim()))]},
			...{prefix: ['/usr/bin/env', 'PATH=/usr/bin'], rounds: Math.min(50, rounds)},
		},
	];
}

function pythonDirectories(): readonly string[] {
	const names = readdirSync('/usr/lib').filter(name => /^python3(?:\.\d+)?$/u.test(name));
	return names.map(name => join('/usr/lib', name));
}

/** A program that needs 100 libraries of its own. */
async function makeLibraries(scratch: string): Promise<string> {
	const directory = join(scratch, 'hundred');
	mkdirSync(directory);
	const names = Array.from({length: 100}, (_, index) => `libhundred${index}.so`);
	for (const name of names) {
		const source = join(directory, 'library.c');
		writeFileSync(source, `int ${name.replace('.so', '')}(void) { return 0; }\n`);
		await compile(source, join(directory, name), ['-shared', '-fPIC']);
	}

	const program = join(directory, 'hundred');
	const source = join(directory, 'main.c');
	writeFileSync(source, 'int main(void) { return 0; }\n');
	const options = [`-L${directory}`, ...names.map(name => `-l:${name}`)];
	await compile(source, program, ['-Wl,--no-as-needed', ...options, `-Wl,-rpath,${directory}`]);
	return program;
}

async function bench(scratch: string, timer: string, workload: Workload): Promise<void> {
	const {prefix, argv, name} = workload;
	const native = workload.programs[0] ?? '';
	const command = (start: string): string => [...prefix, start, ...argv].join(' ');
	const rounds = Math.max(10, Math.round(workload.rounds));
	for (const way of ways) {
		const start = await makeBundle(mkdtempSync(join(scratch, 'bundle-')), workload, way);
		const {stdout} = await execute(timer, [String(rounds), command(native), command(start)], {
			maxBuffer: 1 << 26,
		});
		const pairs = stdout
			.trimEnd()
			.split('\n')
			.map(line => line.split(' ').map(Number))
			.map(([nativeTime = Number.NaN, time = Number.NaN]) => ({nativeTime, time}));
		report({
			...{workload: name, way, rounds},
			native_us: Math.round(median(pairs.map(({nativeTime}) => nativeTime)) / 1000),
			us: Math.round(median(pairs.map(({time}) => time)) / 1000),
			ratio: Number(median(pairs.map(({nativeTime, time}) => time / nativeTime)).toFixed(3)),
			...(prefix.length === 0 ? await countOpens([start, ...argv]) : {}),
		});
	}

	if (prefix.length === 0) {
		report({workload: name, way: 'native', ...(await countOpens([native, ...argv]))});
	}
}

function report(result: Readonly<Record<string, string | number>>): void {
	process.stdout.write(`${JSON.stringify(result)}\n`);
}

function median(values: readonly number[]): number {
	return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function countOpens(command: readonly string[]): Promise<{opens: number; failed: number}> {
	const {stderr} = await execute('strace', ['-f', '-e', 'trace=open,openat', ...command], {
		env: {},
	});
	const lines = stderr.split('\n').filter(line => / open(at)?\(|^open(at)?\(/u.test(line));
	return {opens: lines.length, failed: lines.filter(line => line.includes('= -1')).length};
}

async function makeBundle(top: string, workload: Workload, way: Way): Promise<string> {
	for (const directory of ['lib', 'libexec/dynpk', 'root/usr/bin']) {
		mkdirSync(join(top, directory), {recursive: true});
	}

	writeFileSync(join(top, 'libexec/dynpk/ld.so'), editLoader(readFileSync(loader)).bytes);
	chmodSync(join(top, 'libexec/dynpk/ld.so'), 0o755);
	for (const directory of workload.data) {
		linkEntries(directory, join(top, 'root', directory));
	}

	const places: string[] = [];
	for (const program of workload.programs) {
		places.push(await placeProgram(top, program, way));
	}

	return places[0] ?? '';
}

/** A directory with a link for each entry, so that one of them can be replaced. */
function linkEntries(from: string, to: string): void {
	mkdirSync(to, {recursive: true});
	for (const name of readdirSync(from)) {
		symlinkSync(join(from, name), join(to, name));
	}
}

async function placeProgram(top: string, program: string, way: Way): Promise<string> {
	const place = payloadPath(
		sysrootPath(program.startsWith('/usr') ? program : `/usr/bin/${basename(program)}`),
	);
	const hidden = bundlePath(join(dirname(place), `.${basename(place)}.dynpk`));
	const start = join(top, place);
	mkdirSync(dirname(start), {recursive: true});
	copyFileSync(program, join(top, hidden));
	await addLibraries(program, join(top, 'lib'));
	rmSync(start, {force: true});
	const up = relative(dirname(place), '.');
	const words = `"$top/libexec/dynpk/ld.so" --library-path "$top/lib" "$top/${hidden}" "$@"`;
	switch (way) {
		case 'ours':
		case 'ours, with options':
			writeFileSync(start, nativeLauncher(place, hidden, way !== 'ours'));
			break;
		case 'C, exec': {
			const defines = {TOP: up, LOADER: 'libexec/dynpk/ld.so', PROGRAM: basename(hidden)};
			const flags = Object.entries(defines).map(([name, text]) => `-D${name}="${text}"`);
			const source = join(project, 'bench/launch/exec-loader.c');
			await compile(source, start, ['-static', ...flags], 'musl-gcc');
			break;
		}
		case 'sh':
			writeFileSync(start, `#!/bin/sh\ntop=\${0%/*}/${up}\nexec ${words}\n`);
			break;
		case 'bash':
			writeFileSync(
				start,
				`#!/bin/bash\ntop=$(dirname "$(readlink -f "$0")")/${up}\nexec ${words}\n`,
			);
			break;
	}

	chmodSync(start, 0o755);
	return start;
}

function nativeLauncher(
	place: LoaderLaunch['launcher'],
	program: LoaderLaunch['program'],
	withOptions: boolean,
): Buffer {
	const kit = openLauncherKit('x86_64');
	if (kit === undefined) {
		throw new Error('run make first: there is no launcher for this machine');
	}

	const spec: LoaderLaunch = {
		...{kind: 'loader', strategy: 'map', reason: 'a bench', launcher: place, program},
		...{loader: bundlePath('libexec/dynpk/ld.so'), libc: 'glibc', libraryPath: [bundlePath('lib')]},
		loaderOptions: {
			argv0: true,
			inhibitCache: true,
			inhibitRpath: true,
			preload: true,
			audit: true,
		},
		inhibitRpath: withOptions ? [bundlePath('lib/libc.so.6')] : [],
		inhibitOwnRpath: true,
		environment: [],
		requires: {kernel: [3, 2, 0], isa: 1, machine: 62, class: 64},
	};
	return makeNativeLauncher(spec, kit.launcher);
}

async function addLibraries(program: string, directory: string): Promise<void> {
	const {stdout} = await execute('ldd', [program]);
	for (const match of stdout.matchAll(/=> (\S+)/gu)) {
		const library = match[1] ?? '';
		copyFileSync(library, join(directory, basename(library)));
	}
}

async function compile(
	source: string,
	output: string,
	options: readonly string[],
	compiler = 'gcc',
): Promise<void> {
	await execute(compiler, ['-O2', '-o', output, source, ...options]);
}
