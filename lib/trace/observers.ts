/**
 * What watches a traced run: the audit stub, for objects, and strace, for files and programs.
 *
 * The stub takes its rules from a directory around it (audit-stub/start.c), which is made for it.
 * strace is tried on itself first: ptrace(2) may be forbidden here, or seccomp filters.
 */
import {execFileSync} from 'node:child_process';
import {copyFileSync, mkdirSync, writeFileSync} from 'node:fs';
import {posix} from 'node:path';
import {encodeAuditRules} from '../audit/encode-audit-rules.js';
import type {KitTool} from '../launcher/launcher-kit.js';
import type {HostPath} from '../paths/paths.js';

export interface Observers {
	/** The command that runs the command behind it. */
	readonly under: readonly string[];
	/** Set for the program alone where strace starts it, else for us to set. */
	readonly variables: Readonly<Record<string, string>>;
	/** `used`, or why not. */
	readonly stub: string;
	readonly strace: string;
	readonly records: string;
	readonly log: string;
}

export interface ObserverRequest {
	readonly privateDirectory: HostPath;
	readonly auditStub: KitTool | undefined;
	/** Where strace is, if it is installed. */
	readonly strace: HostPath | undefined;
}

export function openObservers(request: ObserverRequest): Observers {
	const {privateDirectory, auditStub, strace} = request;
	const records = posix.join(privateDirectory, 'records');
	const log = posix.join(privateDirectory, 'strace');
	const variables = auditStub === undefined ? {} : placeStub(privateDirectory, auditStub, records);
	const found = strace === undefined ? 'strace is not installed' : tryStrace(strace);
	return {
		records,
		log,
		variables,
		stub: auditStub === undefined ? 'no audit stub was built for this machine' : 'used',
		strace: typeof found === 'string' ? found : 'used',
		under: typeof found === 'string' ? [] : [...found, '-o', log, ...forChild(variables)],
	};
}

function placeStub(
	privateDirectory: HostPath,
	{path}: KitTool,
	records: string,
): Readonly<Record<string, string>> {
	const home = posix.join(privateDirectory, 'libexec/dynpk');
	const stub = posix.join(home, 'libdynpk-audit.so');
	mkdirSync(home, {recursive: true, mode: 0o700});
	copyFileSync(path, stub);
	const rules = {mode: 'record', libraryPath: [], hostProvided: [], allowed: []} as const;
	writeFileSync(posix.join(home, 'audit.rules'), encodeAuditRules(rules));
	return {LD_AUDIT: stub, DYNPK_AUDIT: `record:${records}`};
}

/** strace itself is a program with a loader. */
function forChild(variables: Readonly<Record<string, string>>): string[] {
	return Object.entries(variables).flatMap(([name, value]) => ['-E', `${name}=${value}`]);
}

const calls = [
	...['execve', 'execveat', 'open', 'openat', 'openat2', 'stat', 'lstat', 'newfstatat', 'statx'],
	...['access', 'faccessat', 'faccessat2', 'readlink', 'readlinkat', 'chdir', 'fchdir'],
	...['clone', 'clone3', 'fork', 'vfork'],
];

/** The command line that works here, or why none does. `?` passes over calls a machine lacks. */
function tryStrace(strace: HostPath): readonly string[] | string {
	const trace = `trace=${calls.map(name => `?${name}`).join(',')}`;
	const words = [strace, '-f', '-qq', '-y', '-xx', '-s', '4096', '-e', 'signal=none', '-e', trace];
	const successful = [...words, '-e', 'status=successful'];
	let reason = '';
	for (const way of [[...successful, '--seccomp-bpf'], successful]) {
		const [command = strace, ...args] = way;
		try {
			execFileSync(command, [...args, '-o', '/dev/null', strace, '-V'], {stdio: 'pipe'});
			return way;
		} catch (error) {
			reason = error instanceof Error ? (error.message.split('\n')[1] ?? error.message) : '';
		}
	}

	return `strace does not work here: ${reason}`;
}
