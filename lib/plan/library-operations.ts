/** Where libraries are copied to, and the links by which they are known. */
import {posix} from 'node:path';
import type {Payload} from '../inputs/payload.js';
import {packageId} from '../installed/package-database.js';
import type {PackageRecord} from '../manifest/manifest.js';
import type {SysrootPath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import type {Operation} from './bundle-plan.js';
import type {LibraryPlacement} from './library-placement.js';

export interface LibraryFacts {
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	/** Owners of libraries and loaders that are not part of the payload. */
	readonly owners: ReadonlyMap<SysrootPath, PackageRecord>;
}

export function libraryOperations(
	{libraries}: LibraryPlacement,
	{payload, owners, walked}: LibraryFacts,
): Operation[] {
	const {requesters} = walked;
	const wanted = new Set(libraries.map(({object}) => object.fileId));
	const payloadFiles = new Map(
		payload.entries.flatMap(entry =>
			entry.kind === 'file' && wanted.has(entry.fileId) ? [[entry.fileId, entry]] : [],
		),
	);
	return libraries.flatMap(({object, source, home, aliases}) => {
		const carried = payloadFiles.get(object.fileId);
		const owner = carried?.package;
		const origin = {
			source,
			package: owner === undefined ? owners.get(source)?.id : packageId(owner),
			reason: requesters.get(object.fileId) ?? 'library of a package',
		};
		const copy: Operation[] =
			carried !== undefined
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
