/**
 * A foreign host for a test, or the reason why there is none here.
 */
import {existsSync} from 'node:fs';
import type {ExecutionContext} from 'ava';
import {hostWith} from '../../hosts/lib/host-with.js';
import type {Host} from '../../hosts/lib/host-with.js';
import type {HostName} from '../../hosts/lib/recipes.js';
import {runOnHost} from '../../hosts/lib/run-on-host.js';
import {el7Packages} from '../../hosts/lib/unpack-el7.js';
import {missingHere} from './need.js';

/** The making of a host downloads and unpacks some hundred packages on a machine's first run. */
const patience = 600_000;

const hosts = new Map<string, Promise<Host>>();

/** Make a host, and enter it once in a process; `undefined`, with the test ended, where that cannot be done. */
export async function needHost(
	t: ExecutionContext,
	name: HostName,
	packages: readonly string[] = [],
): Promise<Host | undefined> {
	t.timeout(patience, `making the ${name} host`);
	if (name === 'el7' && !existsSync(el7Packages)) {
		// They are no part of this project, so their absence is no failure even where all must run.
		missingHere(t, 'the packages of the el7 host are not beside this project', false);
		return undefined;
	}

	try {
		const key = JSON.stringify([name, packages]);
		const known = hosts.get(key) ?? enterable(name, packages);
		hosts.set(key, known);
		return await known;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		missingHere(t, `needs the ${name} host: ${reason}`);
		return undefined;
	}
}

async function enterable(name: HostName, packages: readonly string[]): Promise<Host> {
	const host = await hostWith(name, packages);
	await runOnHost(host, {argv: ['/bin/sh', '-c', ':']});
	return host;
}
