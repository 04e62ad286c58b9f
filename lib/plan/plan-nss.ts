/**
 * Give a bundle the module that answers for the host's name services, under every name by which a
 * host's /etc/nsswitch.conf may make glibc look for one (docs/decisions/0017).
 *
 * musl reads /etc/passwd and asks nscd by itself.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import type {KitTool} from '../launcher/launcher-kit.js';
import {bundlePath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {WalkedLoader, WalkedPayload} from '../walk/walked-payload.js';
import {noOrigin, type Operation} from './bundle-plan.js';
import nameServices from './data/name-services.json' with {type: 'json'};
import type {LibraryPlacement} from './library-placement.js';

/**
 * `moduleFor` tells what was built for a loader's machine. Names that the payload itself answers to
 * are left to it.
 */
export function planNss(
	{loaders, programs}: WalkedPayload,
	placement: LibraryPlacement,
	moduleFor: (loader: ElfObject) => KitTool | undefined,
): Operation[] {
	const machines = loaders.filter(
		({facts, toolDirectory}, index) =>
			facts.kind === 'glibc' &&
			loaders.findIndex(other => other.toolDirectory === toolDirectory) === index,
	);
	return machines.flatMap(loader => {
		const module = moduleFor(loader.facts.object);
		const own = [...programs].filter(([, program]) => program.loader === loader);
		const taken = takenNames(
			placement,
			own.map(([path]) => path),
			loader.libraryDirectory,
		);
		return module === undefined ? [] : moduleOperations(loader, module, taken);
	});
}

/** What these programs find; without a program, every name counts. */
function takenNames(
	{names, searches}: LibraryPlacement,
	programs: readonly SysrootPath[],
	libraryDirectory: BundlePath,
): Set<string> {
	const searched = new Set<string>([
		libraryDirectory,
		...programs.flatMap(path => searches.get(path) ?? []),
	]);
	const found = names.filter(path => programs.length === 0 || searched.has(posix.dirname(path)));
	return new Set(found.map(path => posix.basename(path)));
}

function moduleOperations(
	{libraryDirectory, toolDirectory}: WalkedLoader,
	module: KitTool,
	taken: ReadonlySet<string>,
): Operation[] {
	const home = bundlePath(posix.join(toolDirectory, 'libdynpk-names.so'));
	return [
		{
			kind: 'file',
			path: home,
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
				path: bundlePath(posix.join(libraryDirectory, name)),
				target: posix.relative(libraryDirectory, home),
				reason: 'a name service that hosts name in /etc/nsswitch.conf',
				...noOrigin,
			})),
	];
}
