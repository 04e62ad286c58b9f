/** Pack programs into a bundle whose engine is the shim. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import type {ExecutionContext} from 'ava';
import {openLauncherKit} from '../../../lib/launcher/launcher-kit.js';
import {parseManifest} from '../../../lib/manifest/read-manifest.js';
import {missingHere} from '../../helpers/run/need.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';
import {makeScratch} from '../../helpers/worlds/scratch.js';

/** The bundle's directory; `undefined` where there is no shim. */
export async function packWithShim(
	t: ExecutionContext,
	targets: readonly string[],
	options: readonly string[] = [],
): Promise<string | undefined> {
	if (openLauncherKit('x86_64')?.shim === undefined) {
		missingHere(t, 'needs the path shim for x86-64');
		return undefined;
	}

	const bundle = join(makeScratch(t), 'bundle');
	const words = [...targets, ...options, '--name', 'bundle', '--quiet', '-o', bundle];
	const packed = await runDynpk(['pack', ...words]);
	t.is(packed.status, 0, packed.stderr);
	const manifest = join(bundle, 'dynpk.json');
	t.is(parseManifest(readFileSync(manifest), manifest).engine.choice, 'shim');
	return bundle;
}
