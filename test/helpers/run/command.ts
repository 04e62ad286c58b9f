/**
 * Run a program to its end and hand back all it said, without judging it.
 */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {text} from 'node:stream/consumers';

export interface CommandResult {
	readonly status: number | null;
	readonly signal: NodeJS.Signals | null;
	readonly stdout: string;
	readonly stderr: string;
}

export interface CommandOptions {
	readonly env?: NodeJS.ProcessEnv;
	readonly cwd?: string;
}

export async function runCommand(
	command: string,
	args: readonly string[],
	{env = process.env, cwd}: CommandOptions = {},
): Promise<CommandResult> {
	const child = spawn(command, args, {env, cwd, stdio: ['ignore', 'pipe', 'pipe']});
	const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
	const [stdout, stderr, [status, signal]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		closed,
	]);
	return {status, signal, stdout, stderr};
}
