/**
 * The machine's own glibc loader as an oracle: what it says it would map.
 *
 * Asked by its variable rather than by `--list`, which gives up at the first library it cannot
 * find. Nothing of the file is run, as it is the loader that is started. Parsing this text is right
 * in a test; the tool itself never does it.
 */
import {execFile, execFileSync} from 'node:child_process';
import {readFileSync} from 'node:fs';
import {promisify} from 'node:util';
import {readElf} from '../../../lib/elf/read-elf.js';
import type {ActiveHwcaps} from '../../../lib/loader/hwcaps-subdirs.js';
import {hostPath} from '../../../lib/paths/paths.js';

export interface Listing {
	/** In load order, the program itself and the kernel's vDSO left out. */
	readonly mapped: readonly {readonly name: string; readonly path: string}[];
	readonly notFound: readonly string[];
	/** The loader's last word, where it gave up. */
	readonly fatal: string | undefined;
	readonly text: string;
}

export interface ListOptions {
	/** Before the file. */
	readonly arguments?: readonly string[];
	readonly environment?: Readonly<Record<string, string>>;
	readonly cwd?: string;
	/** Ask by `--list`, which treats a missing auxiliary object as when the program starts. */
	readonly isStrict?: boolean;
	/** Start the loader as this user, where this process is root. */
	readonly uid?: number | undefined;
}

const LISTING = {LD_TRACE_LOADED_OBJECTS: '1', LC_ALL: 'C'};

/** The loader that starts the programs of this machine, such as this one. */
export function realLoaderPath(): string {
	const interpreter = readElf(hostPath(process.execPath)).interpreter;
	if (interpreter === undefined) {
		throw new Error('the interpreter of this test is a static program');
	}

	return interpreter;
}

/** List one file. */
export async function listByLoader(path: string, options: ListOptions = {}): Promise<Listing> {
	const {arguments: before = [], environment = {}, cwd = '/', uid} = options;
	const user = uid === undefined || process.geteuid?.() !== 0 ? {} : {uid, gid: uid};
	return new Promise(resolve => {
		const settings = {
			cwd,
			...user,
			env: {...environment, ...(options.isStrict === true ? {} : LISTING)},
		};
		const words = [...before, ...(options.isStrict === true ? ['--list'] : []), path];
		// It exits with 1 where it gives up; then its words say why.
		execFile(realLoaderPath(), words, settings, (_error, stdout, stderr) =>
			resolve(parseListing(stdout + stderr)),
		);
	});
}

/** List many files, one shell for all of them; an answer for each, in order. */
export async function listManyByLoader(paths: readonly string[]): Promise<readonly Listing[]> {
	const script = 'for f; do LD_TRACE_LOADED_OBJECTS=1 "$0" "$f" 2>&1; printf "\\0"; done';
	const settings = {cwd: '/', env: {LC_ALL: 'C'}, maxBuffer: 1 << 30};
	const words = ['-c', script, realLoaderPath(), ...paths];
	const {stdout} = await promisify(execFile)('/bin/sh', words, settings);
	return stdout.split('\0').slice(0, -1).map(parseListing);
}

/** Read what the loader printed. */
export function parseListing(text: string): Listing {
	const mapped: {name: string; path: string}[] = [];
	const notFound: string[] = [];
	let fatal: string | undefined;
	for (const line of text.split('\n')) {
		const [, name = '', path] = /^\t(.*?)(?: => (.*?))?(?: \(0x[0-9a-f]+\))?$/u.exec(line) ?? [];
		if (path === 'not found') {
			notFound.push(name);
		} else if (line.endsWith(')') && !/^linux-(?:vdso|gate)/u.test(name)) {
			mapped.push({name, path: path ?? name});
		}

		fatal ??= /error while loading shared libraries: (.*)/u.exec(line)?.[1];
	}

	return {mapped, notFound, fatal, text};
}

/** What this processor has, as `ld.so --help` tells. */
export function activeHwcaps(): ActiveHwcaps & {readonly platform: string} {
	const help = execFileSync(realLoaderPath(), ['--help'], {encoding: 'utf8'});
	const section = (title: string) =>
		new RegExp(`${title}.*:\\n((?:  .*\\n)*)`, 'u').exec(help)?.[1];
	const searched = (title: string) =>
		[...(section(title) ?? '').matchAll(/^ {2}(\S+) \((.*)searched\)$/gmu)].map(
			([, name = '', how = '']) => ({name, isPlatform: how.includes('AT_PLATFORM')}),
		);

	const legacy = searched('Legacy HWCAP subdirectories');
	const platform = legacy.find(({isPlatform}) => isPlatform)?.name ?? processorName();
	const others = legacy.filter(({name, isPlatform}) => !isPlatform && name !== 'tls');
	return {
		levels: searched('Subdirectories of glibc-hwcaps').map(({name}) => name),
		legacy: legacy.length === 0 ? [] : ['tls', platform, ...others.map(({name}) => name)],
		platform,
	};
}

/** AT_PLATFORM, where the loader no longer shows it. */
function processorName(): string {
	return readFileSync('/proc/sys/kernel/arch', 'utf8').trim();
}
