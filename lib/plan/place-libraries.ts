/**
 * Give every shared library its one place and its names in the bundle.
 *
 * A library found by the search (or lying in a directory the loader searches) goes to `lib/NAME`,
 * the loader's whole search path. One that an `$ORIGIN` run path leads to, from an object that
 * keeps its own place, stays where it lies: there the run path works as it did. One name, one file:
 * two programs that disagree get a private directory each, two candidates for everybody are a fault.
 */
import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import type {Closure, Edge} from '../closure/closure.js';
import type {ElfObject} from '../elf/elf-object.js';
import {DynpkError} from '../errors/dynpk-error.js';
import type {LinkMapEntry} from '../loader/loader-search.js';
import {readHostFile} from '../paths/host-file.js';
import {bundlePath, comparePaths, type BundlePath, type SysrootPath} from '../paths/paths.js';

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

export interface PlacedLibrary {
	readonly object: ElfObject;
	/** Where it was found on the packing machine. */
	readonly source: SysrootPath;
	/** Where its bytes lie. */
	readonly home: BundlePath;
	/** Links to it, from the directories the loader searches. */
	readonly aliases: readonly BundlePath[];
}

export interface LibraryPlacement {
	readonly libraries: readonly PlacedLibrary[];
	/** Directories to be searched ahead of the flat one, by program. */
	readonly privateDirectories: ReadonlyMap<SysrootPath, BundlePath>;
}

export interface PlacementRequest {
	readonly roots: readonly WalkedRoot[];
	readonly named: readonly NamedObject[];
	/** Where an object of the payload stays, by file id; the bundle path of its bytes. */
	readonly inPlace: ReadonlyMap<string, BundlePath>;
	/** Loaders: they are started, never found. */
	readonly loaderIds: ReadonlySet<string>;
}

interface Candidate {
	readonly object: ElfObject;
	readonly source: SysrootPath;
	readonly staysInPlace: boolean;
	/** Who wants it under this name. */
	readonly wanted: Wanted[];
}

interface Wanted {
	readonly name: string;
	readonly directory: BundlePath;
	/** A program that alone wants it, or `undefined` for what any program may load. */
	readonly program: SysrootPath | undefined;
	readonly by: string;
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

function settleNames(
	candidates: readonly Candidate[],
	inPlace: ReadonlyMap<string, BundlePath>,
): LibraryPlacement {
	const digests = new Map<string, string>();
	const contents = (candidate: Candidate): string => {
		const known = digests.get(candidate.object.fileId) ?? digestOf(candidate.object);
		digests.set(candidate.object.fileId, known);
		return known;
	};
	const holders = new Map<BundlePath, Candidate>();
	const privateDirectories = new Map<SysrootPath, BundlePath>();
	const clashes: string[] = [];
	for (const [path, rivals] of groupByPath(candidates)) {
		const distinct = distinctContents(rivals, contents);
		const [winner, ...losers] = orderRivals(distinct, path);
		if (winner === undefined) {
			continue;
		}

		holders.set(path, winner);
		for (const loser of losers) {
			const programs = programsOf(loser, path);
			if (programs === undefined) {
				clashes.push(...describeClash(path, [winner, loser]));
				continue;
			}

			for (const program of programs) {
				const directory = bundlePath(`libexec/dynpk/lib/${privateName(program)}`);
				privateDirectories.set(program, directory);
				holders.set(bundlePath(posix.join(directory, posix.basename(path))), loser);
			}
		}
	}

	if (clashes.length > 0) {
		throw new DynpkError('SONAME_CLASH', 'two different files claim one library name', {
			details: clashes,
			hint: 'leave one out with --exclude PATH',
		});
	}

	return {libraries: collect(holders, inPlace), privateDirectories};
}

/** Candidates by the path they would take in a directory the loader searches. */
function groupByPath(candidates: readonly Candidate[]): Map<BundlePath, Set<Candidate>> {
	const groups = new Map<BundlePath, Set<Candidate>>();
	for (const candidate of candidates) {
		for (const {name, directory} of candidate.wanted) {
			const path = bundlePath(posix.join(directory, name));
			groups.set(path, (groups.get(path) ?? new Set()).add(candidate));
		}
	}

	return groups;
}

/** Equal bytes are one file, whatever they are called. */
function distinctContents(
	rivals: ReadonlySet<Candidate>,
	contents: (candidate: Candidate) => string,
): Candidate[] {
	if (rivals.size === 1) {
		return [...rivals];
	}

	return [...new Map([...rivals].reverse().map(rival => [contents(rival), rival])).values()];
}

/** What everybody loads comes first, then what most programs want, then by source. */
function orderRivals(rivals: readonly Candidate[], path: BundlePath): Candidate[] {
	const weight = (rival: Candidate): number => programsOf(rival, path)?.size ?? Infinity;
	return [...rivals].sort((a, b) =>
		weight(a) === weight(b) ? comparePaths(a.source, b.source) : weight(b) - weight(a),
	);
}

/** The programs that want a candidate under this path; `undefined` when anything may load it. */
function programsOf(candidate: Candidate, path: BundlePath): Set<SysrootPath> | undefined {
	const wanted = candidate.wanted.filter(
		({name, directory}) => posix.join(directory, name) === path,
	);
	const programs = wanted.flatMap(({program}) => program ?? []);
	return programs.length === wanted.length ? new Set(programs) : undefined;
}

function describeClash(path: BundlePath, rivals: readonly Candidate[]): string[] {
	return [
		`${posix.basename(path)}:`,
		...rivals.map(({source, object, wanted}) => {
			const by = [...new Set(wanted.map(want => want.by))].sort().slice(0, 3).join(', ');
			return `  ${source} (${object.size} bytes), for ${by}`;
		}),
	];
}

/** A directory name that is unique for a path and readable for a person. */
function privateName(program: SysrootPath): string {
	const hash = createHash('sha256').update(program).digest('hex').slice(0, 8);
	return `${posix.basename(program)}-${hash}`;
}

function digestOf({path, size}: ElfObject): string {
	return createHash('sha256').update(readHostFile(path, size)).digest('hex');
}

/** Bytes lie under the soname where that is one of the names, else under the first by order. */
function collect(
	holders: ReadonlyMap<BundlePath, Candidate>,
	inPlace: ReadonlyMap<string, BundlePath>,
): PlacedLibrary[] {
	const paths = new Map<Candidate, BundlePath[]>();
	for (const [path, holder] of holders) {
		paths.set(holder, [...(paths.get(holder) ?? []), path]);
	}

	return [...paths].map(([holder, names]) => {
		const {soname} = holder.object;
		const sorted = [...names].sort(comparePaths);
		const own = sorted.find(path => posix.basename(path) === soname) ?? sorted[0];
		const staying = holder.staysInPlace ? inPlace.get(holder.object.fileId) : undefined;
		const home = staying ?? own ?? bundlePath(`lib/${posix.basename(holder.source)}`);
		const aliases = sorted.filter(path => path !== home);
		return {object: holder.object, source: holder.source, home, aliases};
	});
}
