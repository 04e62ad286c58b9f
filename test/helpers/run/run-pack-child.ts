/**
 * Start `pack-child.ts` and read its report.
 */
import {fileURLToPath} from 'node:url';
import {runCommand, type CommandOptions} from './command.js';
import type {PackOrder, PackReport} from './pack-child.js';

/** The command line, for a test that starts it in a way of its own. */
export function packCommand(order: PackOrder): readonly [string, ...string[]] {
	const script = fileURLToPath(new URL('pack-child.js', import.meta.url));
	return [process.execPath, script, JSON.stringify(order)];
}

/** `wrapper` is what comes before it on the command line, such as `unshare -Urm`. */
export async function runPackChild(
	order: PackOrder,
	{wrapper = [], ...options}: CommandOptions & {readonly wrapper?: readonly string[]} = {},
): Promise<PackReport> {
	const [command = '', ...args] = [...wrapper, ...packCommand(order)];
	const {stdout, stderr, status, signal} = await runCommand(command, args, options);
	const line = stdout.trim().split('\n').at(-1) ?? '';
	if (status !== 0 || line === '') {
		throw new Error(`the child ended with ${String(status ?? signal)}: ${stderr}`);
	}

	return JSON.parse(line) as PackReport;
}
