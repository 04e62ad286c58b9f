/**
 * Run the built command line as a user would: a process of its own, in an environment that holds
 * only what the test says.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import {patience} from '../../hosts/lib/patience.js';

export interface DynpkRun {
	readonly cwd?: string;
	/** Added to PATH, HOME, TMPDIR and LC_ALL; `undefined` takes one away. */
	readonly env?: Readonly<Record<string, string | undefined>>;
	readonly umask?: number;
	readonly stdin?: string | Buffer;
	/** A command that runs the command behind it, such as `['prlimit', '--fsize=4096']`. */
	readonly under?: readonly string[];
	/** Another start than that of the build. */
	readonly script?: string;
}

export interface DynpkAnswer {
	/** `undefined` when a signal ended it. */
	readonly status: number | undefined;
	readonly signal: NodeJS.Signals | undefined;
	readonly stdout: string;
	readonly stderr: string;
}

/** From build/test/helpers, where the compiled form of this module lies. */
export const dynpkScript = join(import.meta.dirname, '../../../cmd/dynpk.js');

/** Run `dynpk argv...` and return all it said. */
export async function runDynpk(
	argv: readonly string[],
	options: DynpkRun = {},
): Promise<DynpkAnswer> {
	const [command, ...words] = commandLine(argv, options);
	const child = spawn(command!, words, {
		cwd: options.cwd,
		env: environmentOf(options.env ?? {}),
		stdio: 'pipe',
		timeout: patience,
		killSignal: 'SIGKILL',
	});
	const closed = once(child, 'close');
	// It need not read its input to the end.
	child.stdin.on('error', () => undefined);
	child.stdin.end(options.stdin);
	const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), closed]);
	return {
		status: child.exitCode ?? undefined,
		signal: child.signalCode ?? undefined,
		stdout,
		stderr,
	};
}

function commandLine(argv: readonly string[], options: DynpkRun): readonly string[] {
	const {under = [], script = dynpkScript} = options;
	const command = [...under, process.execPath, script, ...argv];
	if (options.umask === undefined) {
		return command;
	}

	const umask = options.umask.toString(8);
	return ['sh', '-c', 'umask "$0" && exec "$@"', umask, ...command];
}

function environmentOf(extra: NonNullable<DynpkRun['env']>): Record<string, string | undefined> {
	const {PATH, HOME, TMPDIR} = process.env;
	return {PATH, HOME, TMPDIR, LC_ALL: 'C.UTF-8', ...extra};
}
