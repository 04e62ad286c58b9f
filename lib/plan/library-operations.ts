/**
 * Where libraries and loaders are copied to, and the links by which they are known.
 */
import {posix} from 'node:path';
import {machineName} from '../elf/elf-machines.js';
import type {Payload} from '../inputs/payload.js';
import {packageId} from '../installed/package-database.js';
import type {PackageRecord} from '../manifest/manifest.js';
import {bundlePath, type SysrootPath} from '../paths/paths.js';
import type {Operation, PlannedLoader} from './bundle-plan.js';
import type {LibraryPlacement} from './library-placement.js';
import type {WalkedPayload} from './walk-payload.js';

export interface LibraryFacts {
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	/** Owners of libraries that are not part of the payload. */
	readonly ownerOf: (path: SysrootPath) => PackageRecord | undefined;
}

export function libraryOperations(
	placement: LibraryPlacement,
	{payload, ownerOf, walked}: LibraryFacts,
): Operation[] {
	const requesters = walked.requesters;
	const payloadFiles = new Map(
		payload.entries.flatMap(entry => (entry.kind === 'file' ? [[entry.fileId, entry]] : [])),
	);
	return placement.libraries.flatMap(({object, source, home, aliases}) => {
		const carried = payloadFiles.get(object.fileId);
		const owner = carried?.package;
		const origin = {
			source,
			package: owner === undefined ? ownerOf(source)?.id : packageId(owner),
			reason: requesters.get(object.fileId) ?? 'library of a package',
		};
		const copy: Operation[] = home.startsWith('root/')
			? []
			: [
					{
						kind: 'file',
						path: home,
						mode: 0o644,
						content: {kind: 'copied', from: object.path, size: object.size},
						...origin,
					},
				];
		return [
			...copy,
			...aliases.map((path): Operation => {
				const target = posix.relative(posix.dirname(path), home);
				return {kind: 'symlink', path, target, ...origin};
			}),
		];
	});
}

export function loaderOperations({walked, ownerOf}: LibraryFacts): Operation[] {
	return walked.loaders.flatMap(({home, facts, path, libraryDirectory}): Operation[] => {
		const owner = ownerOf(path)?.id;
		const name = facts.object.soname ?? posix.basename(home);
		const alias = bundlePath(posix.join(libraryDirectory, name));
		return [
			{
				kind: 'file',
				path: home,
				mode: 0o755,
				content: {kind: 'loader', from: facts.object.path, size: facts.object.size},
				source: path,
				package: owner,
				reason: `loader for ${facts.path}`,
			},
			// A namespace of its own (dlmopen, an auditor) looks for the loader as for any library.
			{
				kind: 'symlink',
				path: alias,
				target: posix.relative(libraryDirectory, home),
				source: path,
				package: owner,
				reason: `loader for ${facts.path}`,
			},
		];
	});
}

/** What the manifest will say of a loader. */
export function plannedLoader({home, facts}: WalkedPayload['loaders'][number]): PlannedLoader {
	return {
		path: home,
		interpreter: facts.path,
		libc: facts.kind,
		version: facts.version ?? 'unknown',
		machine: machineName(facts.object),
		class: facts.object.class,
	};
}
