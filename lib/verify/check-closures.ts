/**
 * Whether every needed name of every object is answered inside the bundle, by our own search.
 *
 * The bundle is its own sysroot here: nothing outside it can answer. What the manifest already calls
 * missing or excluded was known when it was packed and is no news.
 */
import {posix} from 'node:path';
import {walkClosure} from '../closure/walk-closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import {isSameMachine} from '../elf/same-machine.js';
import type {LoaderSearch} from '../loader/loader-search.js';
import type {BundleManifest, LoaderRecord} from '../manifest/manifest.js';
import {sysrootPath, type BundlePath, type HostPath, type SysrootPath} from '../paths/paths.js';
import {openSysroot} from '../sysroot/open-sysroot.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {bundleSearch} from './bundle-search.js';
import type {VerifyFinding} from './finding.js';

export function checkClosures(top: HostPath, manifest: BundleManifest): VerifyFinding[] {
	const sysroot = openSysroot(top);
	const known = new Set(
		manifest.objects.flatMap(({path, needed}) =>
			// What is asked for by its path is found where a namespace shows it, as pack has said.
			needed
				.filter(({name, to}) => to === undefined || name.startsWith('/'))
				.map(({name}) => `/${path}\0${name}`),
		),
	);
	const searches = new Map<string, LoaderSearch>();
	const searchFor = (loader: LoaderRecord, libraryPath: string): LoaderSearch => {
		const key = `${loader.path}\0${libraryPath}`;
		const search = searches.get(key) ?? bundleSearch(sysroot, loader, libraryPath);
		searches.set(key, search);
		return search;
	};
	const findings = new Map<string, VerifyFinding>();
	for (const {object, path, loader, libraryPath} of walkedObjects(manifest, sysroot)) {
		const search = searchFor(loader, libraryPath);
		for (const {needed, by} of walkClosure(object, path, search, {habits: true}).unresolved) {
			const real = sysroot.realPath(by.path) ?? by.path;
			// The interpreter's path means the host; the launcher names the bundled loader instead.
			const isInterpreter = by.object.interpreter === needed;
			if (!isInterpreter && !known.has(`${real}\0${needed}`)) {
				const message = `needs ${needed}, which is not in the bundle`;
				const code = 'NEEDED_NOT_IN_BUNDLE';
				findings.set(`${real}\0${needed}`, {code, path: real.slice(1), message});
			}
		}
	}

	return [...findings.values()];
}

interface Walked {
	readonly path: SysrootPath;
	readonly object: ElfObject;
	readonly loader: LoaderRecord;
	readonly libraryPath: string;
}

/**
 * Programs have a library path of their own; any other object is searched for as all programs of its
 * machine's loader search. Nobody loads one whose machine has no loader here, nor the loader itself.
 */
function walkedObjects({launches, loaders, objects}: BundleManifest, sysroot: Sysroot): Walked[] {
	const objectAt = (path: BundlePath): ElfObject | undefined => {
		const answer = sysroot.elf(sysrootPath(`/${path}`));
		return answer.status === 'elf' ? answer.object : undefined;
	};
	const walked = (
		path: BundlePath,
		loader: LoaderRecord | undefined,
		libraryPath: readonly string[],
	): Walked[] => {
		const object = objectAt(path);
		return object === undefined || loader === undefined
			? []
			: [{path: sysrootPath(`/${path}`), object, loader, libraryPath: absolute(libraryPath)}];
	};

	const byPath = new Map(loaders.map(loader => [loader.path, loader]));
	const started = launches.filter(launch => launch.kind === 'loader');
	const isProgram = new Set(started.map(({program}) => program));
	const kinds = loaders.map(loader => {
		const own = started.flatMap(launch =>
			launch.loader === loader.path ? launch.libraryPath : [],
		);
		// A bundle of libraries alone leaves the search to whoever loads them.
		const all = own.length > 0 ? own : objects.map(({path}) => posix.dirname(path));
		return {loader, object: objectAt(loader.path), libraryPath: [...new Set(all)]};
	});
	return [
		...started.flatMap(launch =>
			walked(launch.program, byPath.get(launch.loader), launch.libraryPath),
		),
		...objects
			.filter(({path}) => !isProgram.has(path) && !byPath.has(path))
			.flatMap(({path}) => {
				const object = objectAt(path);
				const kind = kinds.find(one => one.object && object && isSameMachine(object, one.object));
				return kind === undefined ? [] : walked(path, kind.loader, kind.libraryPath);
			}),
	];
}

function absolute(libraryPath: readonly string[]): string {
	return libraryPath.map(path => posix.join('/', path)).join(':');
}
