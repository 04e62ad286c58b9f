/**
 * Pack programs and give the bundle the path shim: its table, and launchers that preload it and set
 * no variable but PATH.
 */
import {execFile} from 'node:child_process';
import {lstatSync, readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import type {ExecutionContext} from 'ava';
import {compilePathTable} from '../../../lib/engine/compile-path-table.js';
import {projectedPaths} from '../../../lib/engine/projected-paths.js';
import type {EnvironmentRule, LaunchSpec} from '../../../lib/launcher/launch-spec.js';
import {openLauncherKit} from '../../../lib/launcher/launcher-kit.js';
import {makeNativeLauncher} from '../../../lib/launcher/native-launcher.js';
import type {BundleManifest} from '../../../lib/manifest/manifest.js';
import {bundlePath} from '../../../lib/paths/paths.js';
import {missingHere} from '../../helpers/need.js';
import {runDynpk} from '../../helpers/run-dynpk.js';
import {makeScratch} from '../../helpers/scratch.js';

const run = promisify(execFile);
const project = fileURLToPath(new URL('../../../../', import.meta.url));
const shimPlace = bundlePath('libexec/dynpk/path-shim.so');

/** The bundle's directory; `undefined` where there is no native launcher. */
export async function packWithShim(
	t: ExecutionContext,
	targets: readonly string[],
): Promise<string | undefined> {
	const kit = openLauncherKit('x86_64');
	if (kit === undefined) {
		missingHere(t, 'needs the native launcher for x86-64');
		return undefined;
	}

	const bundle = join(makeScratch(t), 'bundle');
	const packed = await runDynpk(['pack', ...targets, '--name', 'bundle', '--quiet', '-o', bundle]);
	t.is(packed.status, 0, packed.stderr);
	const manifest = readManifestOf(bundle);
	const rules = new Map(
		manifest.launches.flatMap(({environment}) =>
			environment
				.filter(stays)
				.map((rule): [string, EnvironmentRule] => [JSON.stringify(rule), rule]),
		),
	);
	const table = compilePathTable(projectedPaths(manifest.files, manifest.launches), [
		...rules.values(),
	]);
	writeFileSync(join(bundle, 'libexec/dynpk/paths.tbl'), table);
	await run('sh', [join(project, 'wrappers/shim/build.sh'), 'gcc', join(bundle, 'libexec/dynpk')]);
	for (const launch of manifest.launches) {
		const place = join(bundle, launch.launcher);
		if (launch.kind !== 'static' && lstatSync(place).isFile()) {
			writeFileSync(place, makeNativeLauncher(withShim(launch), kit.launcher));
		}
	}

	return bundle;
}

/** Written by this very build, so it need not be checked. */
function readManifestOf(bundle: string): BundleManifest {
	return JSON.parse(readFileSync(join(bundle, 'dynpk.json'), 'utf8')) as BundleManifest;
}

function stays({variable}: EnvironmentRule): boolean {
	return variable === 'PATH';
}

function withShim(launch: LaunchSpec): LaunchSpec {
	const environment = launch.environment.filter(stays);
	return launch.kind === 'loader'
		? {...launch, environment, preload: [shimPlace]}
		: {...launch, environment};
}
