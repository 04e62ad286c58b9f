/**
 * A bundle of one program, laid out by hand as docs/bundle-format.md says: what a launcher needs
 * to be tried out before anything can pack.
 */
import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {copyFileSync} from 'node:fs';
import {chmod, copyFile, mkdir, mkdtemp, readFile, rm, symlink, writeFile} from 'node:fs/promises';
import {tmpdir} from 'node:os';
import {basename, dirname, join} from 'node:path';
import {text} from 'node:stream/consumers';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import type {LaunchSpec, LoaderLaunch} from '../../../lib/launcher/launch-spec.js';
import {editLoader} from '../../../lib/launcher/loader-copy.js';
import {makeNativeLauncher} from '../../../lib/launcher/native-launcher.js';
import {bundlePath, sysrootPath, payloadPath} from '../../../lib/paths/paths.js';
import {madeFile} from './made-file.js';

const run = promisify(execFile);

export interface MiniBundle {
	readonly top: string;
	/** What a user starts: `bin/NAME`. */
	readonly start: string;
	readonly spec: LoaderLaunch;
}

export interface MiniProgram {
	readonly name: string;
	/** The file to pack. */
	readonly from: string;
	readonly libraries: readonly string[];
	readonly loader: string;
	/** The launcher, before it is told what to start. */
	readonly prebuilt: Buffer;
	readonly spec?: Partial<LoaderLaunch>;
	/** Default: a scratch directory. */
	readonly top?: string;
}

export const newLoaderOptions = Object.freeze({
	argv0: true,
	inhibitCache: true,
	inhibitRpath: true,
	preload: true,
	audit: true,
});

/** What musl understands. */
export const muslLoaderOptions = Object.freeze({
	...newLoaderOptions,
	...{inhibitCache: false, inhibitRpath: false, audit: false},
});

/** What glibc 2.31 understands. */
export const oldLoaderOptions = Object.freeze({...newLoaderOptions, argv0: false});

export async function scratch(t: ExecutionContext): Promise<string> {
	const directory = await mkdtemp(join(tmpdir(), 'dynpk-test-'));
	t.teardown(async () => rm(directory, {recursive: true, force: true}));
	return directory;
}

/** Compile one C file; returns the path of a program of the test's own. */
export async function compile(
	t: ExecutionContext,
	source: string,
	options: readonly string[] = [],
	compiler = 'gcc',
): Promise<string> {
	const directory = await scratch(t);
	const program = join(directory, 'program');
	const made = await madeFile([compiler, source, options], async path => {
		await writeFile(join(directory, 'program.c'), source);
		await run(compiler, ['-o', path, join(directory, 'program.c'), ...options]);
	});
	// Not in a thread: a child that another test starts meanwhile would keep it open for writing.
	copyFileSync(made, program);
	return program;
}

/** The libraries ldd finds here, for programs of this machine that are no stranger's. */
export async function librariesOf(program: string): Promise<readonly string[]> {
	const {stdout} = await run('ldd', [program]);
	return [...stdout.matchAll(/=> (\S+)/gu)].map(match => match[1]!);
}

export async function miniBundle(t: ExecutionContext, program: MiniProgram): Promise<MiniBundle> {
	const top = program.top ?? (await scratch(t));
	const place = payloadPath(sysrootPath(`/usr/bin/${program.name}`));
	const spec: LoaderLaunch = {
		kind: 'loader',
		strategy: 'map',
		reason: 'a test',
		launcher: place,
		program: bundlePath(`${dirname(place)}/.${program.name}.dynpk`),
		loader: bundlePath('libexec/dynpk/ld.so'),
		libc: 'glibc',
		loaderOptions: newLoaderOptions,
		libraryPath: [bundlePath('lib')],
		inhibitRpath: [],
		inhibitOwnRpath: false,
		environment: [],
		requires: {kernel: [2, 6, 32], isa: 0, machine: 62, class: 64},
		...program.spec,
	};
	for (const directory of ['bin', 'lib', 'libexec/dynpk', 'root/usr/bin']) {
		await mkdir(join(top, directory), {recursive: true});
	}

	for (const library of program.libraries) {
		await copyFile(library, join(top, 'lib', basename(library)));
	}

	const {bytes} = editLoader(await readFile(program.loader));
	await writeFile(join(top, spec.loader), bytes, {mode: 0o755});
	await copyFile(program.from, join(top, spec.program));
	await chmod(join(top, spec.program), 0o644);
	await placeLauncher(top, spec, program.prebuilt);
	await symlink(join('..', place), join(top, 'bin', program.name));
	return {top, start: join(top, 'bin', program.name), spec};
}

export async function placeLauncher(
	top: string,
	spec: LaunchSpec,
	prebuilt: Buffer,
): Promise<void> {
	await rm(join(top, spec.launcher), {force: true});
	await writeFile(join(top, spec.launcher), makeNativeLauncher(spec, prebuilt), {mode: 0o755});
}

export interface Answer {
	readonly status: number;
	readonly stdout: string;
	readonly stderr: string;
}

export interface Call {
	readonly env?: Readonly<Record<string, string>>;
	readonly argv0?: string;
	readonly cwd?: string;
}

/** Start a program with exactly this environment. A signal answers as under a shell. */
export async function call(
	program: string,
	argv: readonly string[] = [],
	{env = {}, argv0 = program, cwd}: Call = {},
): Promise<Answer> {
	const where = cwd === undefined ? {} : {cwd};
	const child = spawn(program, argv, {env, argv0, ...where, stdio: ['ignore', 'pipe', 'pipe']});
	const closed = once(child, 'close');
	const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
	const [status] = (await closed) as [number | null];
	return {status: status ?? 128, stdout, stderr};
}
