/**
 * Start a program in our place, and tell how it ended.
 *
 * Where Node.js can replace itself (process.execve) and may, it does, and nothing comes back. Elsewhere
 * the program is a child with our standard streams and our other open files, gets the signals
 * that we get, and its end is reported, so that the caller can end likewise.
 */
import {spawn, type ChildProcess, type StdioOptions} from 'node:child_process';
import {accessSync, closeSync, constants, existsSync, openSync, readSync} from 'node:fs';
import {errnoOf} from '../errors/dynpk-error.js';
import type {HostPath} from '../paths/paths.js';
import {forwardSignals} from './forward-signals.js';
import {listInheritedDescriptors} from './inherited-descriptors.js';
import type {ProgramOutcome} from './program-outcome.js';

export interface ProgramStart {
	readonly file: HostPath;
	/** Without the name it is called by. */
	readonly args: readonly string[];
	/** The name it is called by: the file's when absent. */
	readonly argv0?: string | undefined;
	readonly env: Readonly<Record<string, string | undefined>>;
	/** Whether this process still has something to do when the program has ended. */
	readonly comesBack: boolean;
}

/** Not in the type declarations of the oldest supported Node.js. */
interface ReplaceableProcess {
	readonly execve?: (file: string, argv: readonly string[], env: Record<string, string>) => never;
}

export async function startProgram(start: ProgramStart): Promise<ProgramOutcome> {
	const descriptors = listInheritedDescriptors();
	if (!start.comesBack && descriptors.length === 0) {
		replaceProcess(start);
	}
	const stdio: StdioOptions = ['inherit', 'inherit', 'inherit'];
	for (const descriptor of descriptors) {
		while (stdio.length < descriptor) {
			stdio.push('ignore');
		}
		stdio.push(descriptor);
	}

	const {file, args, argv0 = file, env} = start;
	const forwarding = forwardSignals();
	try {
		const child = spawn(file, args, {argv0, env, stdio});
		forwarding.to(child);
		return await outcomeOf(child, file);
	} catch (error) {
		return notStarted(file, error);
	} finally {
		forwarding.stop();
	}
}

/** The second since Node.js 24. */
const ignoredByNode = ['SIGPIPE', 'SIGXFSZ'] as const;

/** Returns where it is impossible. A failing execve(2) may end this Node.js, so it must not fail. */
function replaceProcess({file, args, argv0 = file, env}: ProgramStart): void {
	const {execve} = process as ReplaceableProcess;
	if (execve === undefined || missingInterpreter(file) !== undefined) {
		return;
	}
	// Ignored signals stay ignored in the new program, caught ones do not.
	for (const signal of ignoredByNode) {
		process.on(signal, () => undefined);
	}
	const entries = Object.entries(env).filter(entry => entry[1] !== undefined);
	execve.call(
		process,
		file,
		[argv0, ...args],
		Object.fromEntries(entries) as Record<string, string>,
	);
}

async function outcomeOf(child: ChildProcess, file: HostPath): Promise<ProgramOutcome> {
	return await new Promise<ProgramOutcome>((resolve, reject) => {
		child.on('error', reject);
		child.on('exit', (status, signal) => {
			if (signal !== null) {
				resolve({kind: 'signalled', signal});
			} else if (status !== null) {
				resolve({kind: 'exited', status});
			} else {
				reject(new Error(`${file} ended without a status`));
			}
		});
	});
}

function notStarted(file: HostPath, error: unknown): ProgramOutcome {
	const interpreter = missingInterpreter(file);
	if (interpreter !== undefined) {
		const reason = `${file} needs ${interpreter}, which is not on this machine`;
		return {kind: 'not-started', status: 126, reason};
	}

	const errno = errnoOf(error) ?? String(error);
	const status = errno === 'ENOENT' && !existsSync(file) ? 127 : 126;
	return {kind: 'not-started', status, reason: `cannot start ${file}: ${errno}`};
}

/** What a script's first line names, when it cannot be run; the kernel says ENOENT for the script. */
function missingInterpreter(file: HostPath): string | undefined {
	const head = Buffer.alloc(256);
	let length: number;
	try {
		const open = openSync(file, 'r');
		length = readSync(open, head);
		closeSync(open);
	} catch {
		// A program that cannot be read is no script.
		return undefined;
	}

	const interpreter = /^#![ \t]*([^ \t\n]+)/u.exec(head.toString('latin1', 0, length))?.[1];
	if (interpreter === undefined) {
		return undefined;
	}
	try {
		accessSync(interpreter, constants.X_OK);
		return undefined;
	} catch {
		return interpreter;
	}
}
