/** What the built program tells of hosts, in tests. */
import {join} from 'node:path';
import type {HostFacts} from '../../../lib/host/host-facts.js';
import {parseHostFacts} from '../../../lib/host/read-host-facts.js';
import {runCommand} from './command.js';
import {projectRoot} from '../worlds/audit-world.js';

/** Where the program of an architecture lies. */
export function hostProgram(architecture = 'x86_64'): string {
	return join(projectRoot, 'build/native', architecture, 'host');
}

/** What it says here; `under` is a command that runs it. */
export async function tellHost(
	env: NodeJS.ProcessEnv = process.env,
	under: readonly string[] = [],
	architecture?: string,
): Promise<HostFacts> {
	const [command, ...words] = [...under, hostProgram(architecture), '--json'];
	const {status, stdout, stderr} = await runCommand(command, words, {env});
	// An emulator warns of what it cannot emulate.
	if (status !== 0 || (stderr !== '' && under.length === 0)) {
		throw new Error(`${command} ended with ${status ?? 'a signal'}: ${stderr}`);
	}

	return parseHostFacts(Buffer.from(stdout), command);
}
