/**
 * Give a bundle the module that answers for the host's name services, under every name by which a
 * host's /etc/nsswitch.conf may make glibc look for one (docs/decisions/0017).
 *
 * musl reads /etc/passwd and asks nscd by itself.
 */
import {posix} from 'node:path';
import type {KitTool} from '../launcher/launcher-kit.js';
import {bundlePath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import nameServices from './data/name-services.json' with {type: 'json'};
import type {LibraryPlacement} from './library-placement.js';

const HOME = bundlePath('libexec/dynpk/libdynpk-names.so');

/** `module` is of the first loader's machine. Names that the payload itself answers to are left to it. */
export function planNss(
	{loaders}: WalkedPayload,
	{names}: LibraryPlacement,
	module: KitTool | undefined,
): Operation[] {
	const [main] = loaders;
	if (main?.facts.kind !== 'glibc' || module === undefined) {
		return [];
	}

	const taken = new Set(names.map(path => posix.basename(path)));
	return [
		{
			kind: 'file',
			path: HOME,
			mode: 0o755,
			content: {kind: 'copied', from: module.path, size: module.size},
			reason: 'asks the host for users, groups and hosts',
			...noOrigin,
		},
		...nameServices
			.map(({service}) => `libnss_${service}.so.2`)
			.filter(name => !taken.has(name))
			.map((name): Operation => ({
				kind: 'symlink',
				path: bundlePath(posix.join(main.libraryDirectory, name)),
				target: posix.relative(main.libraryDirectory, HOME),
				reason: 'a name service that hosts name in /etc/nsswitch.conf',
				...noOrigin,
			})),
	];
}
