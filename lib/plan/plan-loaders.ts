/** Where the loaders are copied to, and the names by which libraries know them. */
import {posix} from 'node:path';
import {machineName} from '../elf/elf-machines.js';
import type {PackageRecord} from '../manifest/manifest.js';
import {bundlePath, type SysrootPath} from '../paths/paths.js';
import type {WalkedLoader} from '../walk/walked-payload.js';
import type {Operation, PlannedLoader} from './bundle-plan.js';

export interface LoaderPlan {
	/** What the manifest will say of them. */
	readonly records: readonly PlannedLoader[];
	readonly operations: readonly Operation[];
}

export function planLoaders(
	loaders: readonly WalkedLoader[],
	owners: ReadonlyMap<SysrootPath, PackageRecord>,
): LoaderPlan {
	return {
		records: loaders.map(recordOf),
		operations: loaders.flatMap(loader => operationsOf(loader, owners.get(loader.path))),
	};
}

function operationsOf(
	{home, facts, path, libraryDirectory}: WalkedLoader,
	owner: PackageRecord | undefined,
): Operation[] {
	const name = facts.object.soname ?? posix.basename(home);
	const origin = {source: path, package: owner?.id, reason: `loader for ${facts.path}`};
	return [
		{
			kind: 'file',
			path: home,
			mode: 0o755,
			content: {kind: 'loader', from: facts.object.path, size: facts.object.size},
			...origin,
		},
		// A namespace of its own (dlmopen, an auditor) looks for the loader as for any library.
		{
			kind: 'symlink',
			path: bundlePath(posix.join(libraryDirectory, name)),
			target: posix.relative(libraryDirectory, home),
			...origin,
		},
	];
}

function recordOf({home, facts}: WalkedLoader): PlannedLoader {
	return {
		path: home,
		interpreter: facts.path,
		libc: facts.kind,
		version: facts.version ?? 'unknown',
		machine: machineName(facts.object),
		class: facts.object.class,
	};
}
