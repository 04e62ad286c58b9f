/**
 * A trial's answers on foreign hosts, under every engine, against the one of the packing machine.
 *
 * Under the shim user namespaces are switched off, so nothing can lean on them.
 */
import {execFile} from 'node:child_process';
import {mkdtempSync, realpathSync, rmSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {needHost} from '../../helpers/run/host-need.js';
import {packOnce} from '../../helpers/run/packed.js';
import {plainShell, targetHosts} from '../../hosts/lib/recipes.js';
import {runOnHost} from '../../hosts/lib/run-on-host.js';
import type {Trial} from './engine-trials.js';

const run = promisify(execFile);

const engines = {
	shim: {noUserNamespaces: true},
	userns: {noUserNamespaces: false},
} as const;

export function testSameAsHere(trials: Readonly<Record<string, Trial>>): void {
	for (const [title, trial] of Object.entries(trials)) {
		let asked: ReturnType<typeof runHere> | undefined;
		for (const [engine, circumstances] of Object.entries(engines)) {
			for (const name of targetHosts) {
				test.serial(`${title}: under ${engine} on the ${name} host as here`, async t => {
					const host = await needHost(t, name);
					const bundle = host && (await packOnce(t, trial.pack));
					if (host === undefined || bundle === undefined) return;
					const here = await (asked ??= runHere(trial));
					t.not(here.stdout, '');
					const answer = await runOnHost(host, {
						...circumstances,
						bundle,
						argv: [
							...plainShell(name),
							'-c',
							`PATH=$PWD/bin:$PATH\ncd && mkdir work && cd work\n${trial.script}`,
						],
						env: {...trial.env, DYNPK_ENGINE: engine},
					});
					t.deepEqual(answer, {status: 0, signal: undefined, ...here});
				});
			}
		}
	}
}

/** Where the programs are installed. */
async function runHere({
	script,
	env,
}: Trial): Promise<{readonly stdout: string; readonly stderr: string}> {
	const home = realpathSync(mkdtempSync(join(tmpdir(), 'dynpk-here-')));
	try {
		const {stdout, stderr} = await run('/bin/sh', ['-c', script], {
			cwd: home,
			env: {PATH: '/usr/bin:/bin', HOME: home, TERM: 'dumb', ...env},
		});
		return {stdout, stderr};
	} finally {
		rmSync(home, {recursive: true, force: true});
	}
}
