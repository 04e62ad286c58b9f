/**
 * A foreign host for a test, or the reason why there is none here.
 */
import type {ExecutionContext} from 'ava';
import {hostWith} from '../hosts/lib/host-with.js';
import type {Host} from '../hosts/lib/host-with.js';
import type {HostName} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {missingHere} from './need.js';

/** The making of a host downloads and unpacks some hundred packages on a machine's first run. */
const patience = 600_000;

/** Make a host and enter it once; `undefined`, with the test ended, where that cannot be done. */
export async function needHost(
	t: ExecutionContext,
	name: HostName,
	packages: readonly string[] = [],
): Promise<Host | undefined> {
	t.timeout(patience, `making the ${name} host`);
	try {
		const host = await hostWith(name, packages);
		await runOnHost(host, {argv: ['/bin/sh', '-c', ':']});
		return host;
	} catch (error) {
		const reason = error instanceof Error ? error.message : String(error);
		missingHere(t, `needs the ${name} host: ${reason}`);
		return undefined;
	}
}
