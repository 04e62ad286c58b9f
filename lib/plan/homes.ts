/**
 * Where the bytes of a payload's files lie, when not at their own path below `root/`.
 *
 * A program's own file stays in its directory under a hidden name, so that `$ORIGIN` and everything
 * a program derives from its directory hold. A script's own file keeps its name, because `$0` shows
 * it, and moves to a twin of its directory.
 */
import {posix} from 'node:path';
import {bundlePath, payloadPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import type {LibraryPlacement} from './library-placement.js';

/** Where a dynamic program's own file lies: beside its launcher. */
export function programHome(path: SysrootPath): BundlePath {
	const place = payloadPath(path);
	return bundlePath(posix.join(posix.dirname(place), `.${posix.basename(place)}.dynpk`));
}

/** Where the own file of a script or a static program lies: in the twin of its directory, under its own name. */
export function twinHome(path: SysrootPath): BundlePath {
	const place = payloadPath(path);
	return bundlePath(posix.join(`${posix.dirname(place)}.dynpk`, posix.basename(place)));
}

/** Where objects of the payload keep their bytes, by file id. */
export function homesInPlace({carried, programs}: WalkedPayload): Map<string, BundlePath> {
	return new Map(
		[...carried].map(([fileId, path]) => [
			fileId,
			programs.has(path) ? programHome(path) : payloadPath(path),
		]),
	);
}

/** Where every object of the bundle has its bytes, by file id. */
export function homesOf(
	inPlace: ReadonlyMap<string, BundlePath>,
	placement: LibraryPlacement,
	walked: WalkedPayload,
): Map<string, BundlePath> {
	return new Map([
		...inPlace,
		...placement.libraries.map(({object, home}) => [object.fileId, home] as const),
		...walked.loaders.map(loader => [loader.facts.object.fileId, loader.home] as const),
	]);
}
