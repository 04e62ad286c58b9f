/**
 * One packed program, tried on every foreign host that has to run it.
 *
 * The program runs as an ordinary user, in its bundle's directory, whose path holds a blank and a
 * quote.
 */
import test, {type ExecutionContext} from 'ava';
import {targetHosts, type HostName} from '../../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../../hosts/lib/run-on-host.js';
import {needHost} from './host-need.js';
import {packOnce} from './packed.js';

export interface HostTrial {
	/** Arguments of `dynpk pack`. */
	readonly pack: readonly string[];
	readonly run: CapturedRun;
	/** What it says; `stderr` is nothing unless stated. */
	readonly stdout: string | RegExp;
	readonly stderr?: string | RegExp;
	/** Default: 0. */
	readonly status?: number;
	/** Default: `targetHosts`. */
	readonly hosts?: readonly HostName[];
}

/** Register one test a host; they run one after the other, because each may pack first. */
export function testOnHosts(title: string, trial: HostTrial): void {
	for (const name of trial.hosts ?? targetHosts) {
		test.serial(`${title}, on the ${name} host`, async t => {
			const host = await needHost(t, name);
			const bundle = host && (await packOnce(t, trial.pack));
			if (bundle === undefined) {
				return;
			}

			const answer = await runOnHost(host!, {bundle, ...trial.run});
			const evidence = JSON.stringify(answer);
			assertText(t, answer.stderr, trial.stderr ?? '', evidence);
			assertText(t, answer.stdout, trial.stdout, evidence);
			t.is(answer.status, trial.status ?? 0, evidence);
		});
	}
}

function assertText(
	t: ExecutionContext,
	actual: string,
	expected: string | RegExp,
	evidence: string,
): void {
	if (typeof expected === 'string') {
		t.is(actual, expected, evidence);
	} else {
		t.regex(actual, expected, evidence);
	}
}

/** A run of a shell script of the host's own, in the bundle's directory. */
export function script(text: string, env: CapturedRun['env'] = {}): CapturedRun {
	return {argv: ['/bin/sh', '-c', text], env};
}
