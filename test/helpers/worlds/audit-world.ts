/**
 * A small bundle made by hand around the audit stub: a loader, its libraries and programs, started as
 * a launcher would start them.
 *
 * A world's loader and libraries are those of a sysroot: this machine's, or a foreign host's.
 */
import {execFile, spawn} from 'node:child_process';
import {once} from 'node:events';
import {copyFileSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync} from 'node:fs';
import {cpSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {basename, join} from 'node:path';
import {text} from 'node:stream/consumers';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import {encodeAuditRules} from '../../../lib/audit/encode-audit-rules.js';
import type {AuditRules} from '../../../lib/audit/encode-audit-rules.js';
import {patience} from '../../hosts/lib/patience.js';
import {builtDirectory} from './built-kit.js';
import {compiledBy} from './made-file.js';

const execute = promisify(execFile);

/** From build/test/helpers, where the compiled form of this module lies, back to the sources. */
export const projectRoot = join(import.meta.dirname, '../../../..');

const loaderName = 'ld-linux-x86-64.so.2';
const libraryDirectories = ['lib/x86_64-linux-gnu', 'usr/lib/x86_64-linux-gnu', 'lib64'];

export interface AuditWorld {
	readonly top: string;
	/** A path in the bundle. */
	path(...parts: readonly string[]): string;
	/** Copy a program or object, and every library it needs, into the bundle; return its path there. */
	add(file: string, place?: string): Promise<string>;
	/** Copy the libraries that a file needs, and not the file. */
	addLibrariesOf(file: string): Promise<void>;
	/** Replace the rules that the stub finds. */
	setRules(rules: Partial<AuditRules>): void;
	/** Start a program of the bundle through its loader. */
	run(argv: readonly string[], options?: AuditRun): Promise<AuditAnswer>;
}

export interface AuditRun {
	/** Without the stub. Default: with it. */
	readonly unaudited?: boolean;
	/** The value of DYNPK_AUDIT. */
	readonly setting?: string;
	readonly env?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Options of the loader besides, such as `--preload`. */
	readonly loaderOptions?: readonly string[];
	/** Where the bundle is reached instead. */
	readonly top?: string;
	/** A command that runs the command behind it. */
	readonly under?: readonly string[];
}

export interface AuditAnswer {
	readonly status: number | undefined;
	readonly signal: NodeJS.Signals | undefined;
	readonly stdout: string;
	readonly stderr: string;
}

/** A directory of the test's own, by its real path, gone when the test ends. */
export function auditScratch(t: ExecutionContext): string {
	const directory = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-audit-')));
	t.teardown(() => rmSync(directory, {recursive: true, force: true}));
	return directory;
}

/** Make an empty bundle with the loader of `sysroot`, enforcing. */
export function makeAuditWorld(t: ExecutionContext, sysroot = '/'): AuditWorld {
	const stub = builtDirectory();
	const top = join(auditScratch(t), 'bundle');
	const path = (...parts: readonly string[]) => join(top, ...parts);
	const setRules = (rules: Partial<AuditRules>) => {
		const all = {mode: 'enforce', libraryPath: [], hostProvided: [], allowed: []} as const;
		const lib = ['lib'] as unknown as AuditRules['libraryPath'];
		const bytes = encodeAuditRules({...all, libraryPath: lib, ...rules});
		writeFileSync(path('libexec/dynpk/audit.rules'), bytes);
	};
	const addLibrariesOf = async (file: string) => {
		for (const [name, library] of await closureOf(file, sysroot)) {
			copyFileSync(library, path('lib', name));
		}
	};

	mkdirSync(path('libexec/dynpk'), {recursive: true});
	mkdirSync(path('lib'));
	mkdirSync(path('bin'));
	copyFileSync(loaderOf(sysroot), path('libexec/dynpk', loaderName));
	copyFileSync(join(stub, 'libdynpk-audit.so'), path('libexec/dynpk/libdynpk-audit.so'));
	cpSync(join(stub, 'canary'), path('libexec/dynpk/canary'), {recursive: true});
	setRules({});
	return {
		top,
		path,
		addLibrariesOf,
		setRules,
		add: async (file, place = 'bin') => {
			mkdirSync(path(place), {recursive: true});
			copyFileSync(realpathSync(file), path(place, basename(file)));
			await addLibrariesOf(file);
			return path(place, basename(file));
		},
		run: async (argv, options = {}) => runInWorld(options.top ?? top, argv, options),
	};
}

/** The loader file of a sysroot, wherever that release keeps it. */
export function loaderOf(sysroot: string): string {
	// /lib64 of a foreign root may be an absolute link: only the multiarch directory is safe.
	for (const directory of libraryDirectories) {
		try {
			return realpathSync(join(sysroot, directory, loaderName));
		} catch {
			continue;
		}
	}

	throw new Error(`no ${loaderName} below ${sysroot}`);
}

/** Names and files of what `file` needs, told by the loader of the sysroot. */
async function closureOf(file: string, sysroot: string): Promise<readonly [string, string][]> {
	const directories = libraryDirectories.map(directory => join(sysroot, directory)).join(':');
	const options = ['--inhibit-cache', '--library-path', directories, '--list', file];
	const {stdout} = await execute(loaderOf(sysroot), options);
	return [...stdout.matchAll(/^\t(\S+) => (\/\S+) \(0x/gmu)]
		.map(([, name, library]): [string, string] => [name!, library!])
		.filter(([name]) => !name.includes('/') && name !== loaderName);
}

async function runInWorld(
	top: string,
	argv: readonly string[],
	options: AuditRun,
): Promise<AuditAnswer> {
	const inner = join(top, 'libexec/dynpk');
	const audit = options.unaudited === true ? [] : ['--audit', join(inner, 'libdynpk-audit.so')];
	const search = ['--inhibit-cache', '--library-path', join(top, 'lib')];
	const setting = options.setting === undefined ? {} : {DYNPK_AUDIT: options.setting};
	const loader = [join(inner, loaderName), ...search, ...audit, ...(options.loaderOptions ?? [])];
	const [command, ...words] = [...(options.under ?? []), ...loader, ...argv];
	const child = spawn(command!, words, {
		cwd: options.cwd,
		env: {PATH: '/usr/bin:/bin', LC_ALL: 'C.UTF-8', ...setting, ...options.env},
		stdio: ['ignore', 'pipe', 'pipe'],
		timeout: patience,
		killSignal: 'SIGKILL',
	});
	const closed = once(child, 'close');
	const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
	return {
		status: child.exitCode ?? undefined,
		signal: child.signalCode ?? undefined,
		stdout,
		stderr,
	};
}

/** Compile a program or object of test/audit/programs. */
export async function compileProgram(
	source: string,
	output: string,
	flags: readonly string[] = [],
): Promise<string> {
	const path = join(projectRoot, 'test/audit/programs', source);
	const compiler = source.endsWith('.cc') ? 'g++' : 'gcc';
	const words = ['-O1', '-Wall', '-Wextra', '-Werror', path, ...flags];
	copyFileSync(await compiledBy(compiler, words), output);
	return output;
}
