/**
 * Make small bundles of shell scripts and start `run-child.ts` on them.
 */
import {spawn, type ChildProcess, type StdioOptions} from 'node:child_process';
import {posix} from 'node:path';
import {createInterface} from 'node:readline';
import {fileURLToPath} from 'node:url';
import type {ArchiveEntry} from '../../../lib/archive/archive-entry.js';
import {writeArchive} from '../../../lib/archive/write-archive.js';
import {writeDirectory} from '../../../lib/archive/write-directory.js';
import {hostPath} from '../../../lib/paths/paths.js';
import {runCommand, type CommandOptions, type CommandResult} from './command.js';
import type {RunOrder} from './run-child.js';

export type Scripts = Readonly<Record<string, string>>;

/** A bundle whose `bin/` holds these scripts, by name, which may lead to `../lib/`; `form` is a directory where it is absent. */
export async function makeBundle(
	output: string,
	scripts: Scripts,
	form?: 'tar' | 'tar.gz',
): Promise<void> {
	const entries: ArchiveEntry[] = [
		{kind: 'directory', path: 'tree', mode: 0o755},
		...['tree/bin', 'tree/lib'].map(path => ({kind: 'directory', path, mode: 0o755}) as const),
		...Object.entries(scripts).map(([name, script]): ArchiveEntry => {
			const bytes = Buffer.from(script.startsWith('#!') ? script : `#!/bin/sh\n${script}\n`);
			return {
				kind: 'file',
				path: posix.join('tree/bin', name),
				mode: 0o755,
				content: {kind: 'bytes', bytes},
			};
		}),
	];
	const request = {entries, output: hostPath(output), mtime: 1};
	if (form === undefined) await writeDirectory(request);
	else await writeArchive({...request, form});
}

export function runChildCommand(order: RunOrder): readonly [string, ...string[]] {
	const script = fileURLToPath(new URL('run-child.js', import.meta.url));
	return [process.execPath, script, JSON.stringify(order)];
}

export async function runBundleChild(
	order: RunOrder,
	{wrapper = [], ...options}: CommandOptions & {readonly wrapper?: readonly string[]} = {},
): Promise<CommandResult> {
	const [command = '', ...args] = [...wrapper, ...runChildCommand(order)];
	return await runCommand(command, args, options);
}

/** Without the tester's terminal: what comes from there is not passed on. */
export function startBundleChild(order: RunOrder, stdio: StdioOptions): ChildProcess {
	const [command, ...args] = runChildCommand(order);
	return spawn(command, args, {stdio, detached: true});
}

/** One that has unpacked the bundle, and keeps it from its place until a byte or the end of its stdin. */
export async function startHolder(order: RunOrder): Promise<ChildProcess> {
	const holder = startBundleChild({...order, hold: true}, ['pipe', 'ignore', 'pipe']);
	const said: string[] = [];
	for await (const line of createInterface({input: holder.stderr!})) {
		if (line === 'holding') return holder;
		said.push(line);
	}

	throw new Error(`it ended before it held anything: ${said.join('; ')}`);
}
