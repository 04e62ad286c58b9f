/**
 * Whether every needed name of every object is answered inside the bundle, by our own search.
 *
 * The bundle is its own sysroot here: nothing outside it can answer. What the manifest already calls
 * missing or excluded was known when it was packed and is no news.
 */
import {posix} from 'node:path';
import {walkClosure} from '../closure/walk-closure.js';
import type {LoaderSearch} from '../loader/loader-search.js';
import type {BundleManifest, LoaderRecord, ObjectRecord} from '../manifest/manifest.js';
import {sysrootPath, type HostPath} from '../paths/paths.js';
import {openSysroot} from '../sysroot/open-sysroot.js';
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
	for (const [program, libraryPath, loader] of startedObjects(manifest)) {
		const path = sysrootPath(`/${program}`);
		const answer = sysroot.elf(path);
		if (answer.status !== 'elf') {
			continue;
		}

		const search = searchFor(loader, libraryPath);
		for (const {needed, by} of walkClosure(answer.object, path, search, {habits: true})
			.unresolved) {
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

/** Programs with their own library path, all other objects with what any program of the main loader searches. */
function startedObjects(manifest: BundleManifest): (readonly [string, string, LoaderRecord])[] {
	const loaders = new Map(manifest.loaders.map(loader => [loader.path, loader]));
	const programs = manifest.launches.flatMap(launch => {
		const loader = launch.kind === 'loader' ? loaders.get(launch.loader) : undefined;
		return launch.kind !== 'loader' || loader === undefined
			? []
			: [[launch.program, absolute(launch.libraryPath), loader] as const];
	});
	const [main] = manifest.loaders;
	const isProgram = new Set<string>(programs.map(([path]) => path));
	const searched = manifest.launches.flatMap(launch =>
		launch.kind === 'loader' && launch.loader === main?.path ? launch.libraryPath : [],
	);
	const anySearch = absolute(
		searched.length > 0 ? [...new Set(searched)] : directoriesOf(manifest.objects),
	);
	const others =
		main === undefined
			? []
			: manifest.objects
					.filter(({path}) => !isProgram.has(path) && !loaders.has(path))
					.map(({path}) => [path, anySearch, main] as const);
	return [...programs, ...others];
}

/** A bundle of libraries alone leaves the search to whoever loads them. */
function directoriesOf(objects: readonly ObjectRecord[]): string[] {
	return [...new Set(objects.map(({path}) => posix.dirname(path)))];
}

function absolute(libraryPath: readonly string[]): string {
	return libraryPath.map(path => posix.join('/', path)).join(':');
}
