/**
 * Give every shared library its one place and its names in the bundle.
 *
 * A library found by the search (or lying in a directory the loader searches) goes to `lib/NAME`,
 * the loader's whole search path. One that an `$ORIGIN` run path leads to, from an object that
 * keeps its own place, stays where it lies: there the run path works as it did. One name, one file:
 * two programs that disagree get a private directory each, two candidates for everybody are a fault.
 */
import {posix} from 'node:path';
import type {Closure, Edge} from '../closure/closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import type {LinkMapEntry} from '../loader/loader-search.js';
import {bundlePath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {LibraryPlacement} from './library-placement.js';
import {settleNames, type Candidate, type Wanted} from './settle-names.js';

/** One object whose closure was walked: a program, or an object that programs load. */
export interface WalkedRoot {
	readonly role: 'program' | 'object';
	readonly path: SysrootPath;
	readonly closure: Closure;
	/** Name of the flat directory of its kind of library: `lib` for the main one. */
	readonly libraryDirectory: BundlePath;
}

/** A payload object that is found by name, whoever needs it. */
export interface NamedObject {
	readonly object: ElfObject;
	readonly path: SysrootPath;
	readonly names: readonly string[];
	readonly libraryDirectory: BundlePath;
	/** Bytes stay at the payload path; `lib/NAME` becomes a link to it. */
	readonly staysInPlace: boolean;
}

export interface PlacementRequest {
	readonly roots: readonly WalkedRoot[];
	readonly named: readonly NamedObject[];
	/** Where an object of the payload stays, by file id; the bundle path of its bytes. */
	readonly inPlace: ReadonlyMap<string, BundlePath>;
	/** Loaders: they are started, never found. */
	readonly loaderIds: ReadonlySet<string>;
}

/** @throws {DynpkError} SONAME_CLASH listing every name with two different candidates at once. */
export function placeLibraries(request: PlacementRequest): LibraryPlacement {
	const candidates = new Map<string, Candidate>();
	const want = (
		object: ElfObject,
		source: SysrootPath,
		wanted: Wanted,
		staysInPlace: boolean,
	): void => {
		const known = candidates.get(object.fileId);
		if (known === undefined) {
			candidates.set(object.fileId, {object, source, staysInPlace, wanted: [wanted]});
		} else {
			known.wanted.push(wanted);
		}
	};

	for (const {object, path, names, libraryDirectory, staysInPlace} of request.named) {
		for (const name of names) {
			const wanted = {name, directory: libraryDirectory, program: undefined, by: path};
			want(object, path, wanted, staysInPlace);
		}
	}

	for (const root of request.roots) {
		const program = root.role === 'program' ? root.path : undefined;
		const variantIds = new Set(root.closure.variants.map(({entry}) => entry.object.fileId));
		for (const edge of root.closure.edges) {
			const {to, needed, from} = edge;
			const isVariant = variantIds.has(to.object.fileId);
			if (request.loaderIds.has(to.object.fileId) || isVariant || isKeptInPlace(edge, request)) {
				continue;
			}

			const names = needed.includes('/') ? [] : [needed];
			for (const name of new Set([...names, to.object.soname ?? posix.basename(to.path)])) {
				const wanted = {name, directory: root.libraryDirectory, program, by: from.path};
				want(to.object, to.path, wanted, request.inPlace.has(to.object.fileId));
			}
		}

		for (const {level, standsFor, entry} of root.closure.variants) {
			const directory = bundlePath(`${root.libraryDirectory}/glibc-hwcaps/${level}`);
			const name = standsFor.object.soname ?? posix.basename(standsFor.path);
			const wanted = {name, directory, program, by: standsFor.path};
			want(entry.object, entry.path, wanted, false);
		}
	}

	return settleNames([...candidates.values()], request.inPlace);
}

/** An `$ORIGIN` run path between two objects that both stay where they are. */
function isKeptInPlace(edge: Edge, {inPlace}: PlacementRequest): boolean {
	if (!inPlace.has(edge.from.object.fileId) || !inPlace.has(edge.to.object.fileId)) {
		return false;
	}

	if (edge.foundBy === 'name') {
		return edge.needed.includes('ORIGIN');
	}

	return (edge.foundBy === 'rpath' || edge.foundBy === 'runpath') && foundThroughOrigin(edge);
}

function foundThroughOrigin({from, to}: Edge): boolean {
	for (let entry: LinkMapEntry | undefined = from; entry !== undefined; entry = entry.loader) {
		const origin = posix.dirname(entry.path);
		const list = entry.object.runpath ?? entry.object.rpath ?? '';
		for (const element of list.split(':').filter(part => /^\$\{?ORIGIN\b/u.test(part))) {
			const directory = posix.normalize(element.replace(/^\$(?:\{ORIGIN\}|ORIGIN)/u, origin));
			if (directory.replace(/\/$/u, '') === posix.dirname(to.path)) {
				return true;
			}
		}
	}

	return false;
}
