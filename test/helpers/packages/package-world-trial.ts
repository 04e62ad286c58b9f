/**
 * Programs of a world of packages, packed here from package files alone and tried on a foreign host.
 */
import test, {type ExecutionContext} from 'ava';
import type {HostName} from '../../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun} from '../../hosts/lib/run-on-host.js';
import {needHost} from '../run/host-need.js';
import {missingHere, need} from '../run/need.js';
import {packOnce} from '../run/packed.js';
import {packageIn} from './package-world-debs.js';

export interface WorldBundle {
	/** Makes the directory of packages, or finds it. */
	readonly world: () => Promise<string>;
	/** Packages to give as files. */
	readonly packages: readonly string[];
	/** Further arguments of `dynpk pack`. */
	readonly further?: readonly string[];
}

/** The first making of a world downloads and builds some hundred packages. */
const patience = 900_000;

/** The world's directory, or `undefined`, with the test ended, where it cannot be made. */
export async function needWorld(
	t: ExecutionContext,
	make: () => Promise<string>,
): Promise<string | undefined> {
	if (!need(t, 'apt-get', 'dpkg-deb', 'flock', 'rpmbuild')) {
		return undefined;
	}

	t.timeout(patience, 'making a world of packages');
	try {
		return await make();
	} catch (error) {
		missingHere(t, `needs a world of packages: ${error instanceof Error ? error.message : ''}`);
		return undefined;
	}
}

/** Pack the packages with their world as repository; the directory of the bundle. */
export async function packFromWorld(
	t: ExecutionContext,
	{world, packages, further = []}: WorldBundle,
): Promise<string | undefined> {
	const directory = await needWorld(t, world);
	if (directory === undefined) {
		return undefined;
	}

	const files = packages.map(name => packageIn(directory, name));
	return packOnce(t, [...files, ...further, '--repo', directory, '--quiet']);
}

export interface WorldTrial {
	readonly bundle: WorldBundle;
	readonly run: CapturedRun;
	readonly stdout: string | RegExp;
	readonly hosts?: readonly HostName[];
}

/** Register one test a host; they run one after the other, because each may pack first. */
export function testFromWorld(title: string, trial: WorldTrial): void {
	for (const name of trial.hosts ?? ['empty']) {
		test.serial(`${title}, on the ${name} host`, async t => {
			const host = await needHost(t, name);
			const bundle = host && (await packFromWorld(t, trial.bundle));
			if (bundle === undefined) {
				return;
			}

			const answer = await runOnHost(host!, {bundle, ...trial.run});
			const evidence = JSON.stringify(answer);
			t.is(answer.stderr, '', evidence);
			if (typeof trial.stdout === 'string') {
				t.is(answer.stdout, trial.stdout, evidence);
			} else {
				t.regex(answer.stdout, trial.stdout, evidence);
			}

			t.is(answer.status, 0, evidence);
		});
	}
}
