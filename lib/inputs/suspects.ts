/**
 * What objects of the payload name by a path compiled in, what is here, and what nothing brings: data in the
 * object's own prefix, or in a directory of `/usr/share`.
 *
 * A string counts where it is a path, a list of paths, or a pattern that begins with a directory
 * (`/opt/x/share/%s.dat`), and nothing else: what messages and commands mention may never be opened. It
 * is a suspicion all the same: nobody has seen the file opened, so it is told, and taken on request.
 */
import {posix} from 'node:path';
import {hostFilePatterns} from '../audit/host-by-nature.js';
import {hostOwnedPatterns} from '../audit/host-owned.js';
import type {ElfObject} from '../elf/elf-object.js';
import {findStrings, type FoundString} from '../elf/find-strings.js';
import {pathPattern} from '../paths/path-pattern.js';
import {comparePaths, parentOf, sysrootPath, type SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import {isSpecific, makeCompiledInPlaces, type CompiledInPlace} from './compiled-in-places.js';
import rows from './data/suspect-rules.json' with {type: 'json'};
import type {Gathering} from './gathering.js';
import type {PayloadFinding} from './payload.js';
import {isRuledOut} from './payload-rules.js';
import {privateInTree} from './private-files.js';
import {traceObstacle} from './trace-rules.js';

interface Suspect {
	/** As it is named. */
	readonly path: SysrootPath;
	/** The first object that does, and how. */
	readonly by: SysrootPath;
	readonly string: FoundString;
	/** How many objects do besides. */
	readonly others: number;
}

/** One finding for each path. */
export function findLeftSuspects(gathering: Gathering): PayloadFinding[] {
	// Who asks for the bare minimum knows that the rest stays.
	const suspects = gathering.request.scope === 'closure' ? [] : findSuspects(gathering);
	return suspects.map(({path, by, string: {text, offset}, others}) => {
		const more = others === 0 ? '' : ` and ${others} more`;
		const where = `${by}${more} (“${text}” at ${offset})`;
		const message = `is named in ${where}, and stays behind`;
		return {code: 'SUSPECT_LEFT_OUT', path, message};
	});
}

/** Returns whether anything was added. */
export function addSuspected(gathering: Gathering): boolean {
	const {collector, sysroot} = gathering;
	const before = collector.entries.size;
	for (const {path, by} of findSuspects(gathering)) {
		const real = sysroot.realPath(path) ?? path;
		const reason = {kind: 'suspected', by} as const;
		if (sysroot.status(real)?.kind === 'directory') {
			collector.addTree(real, reason);
		}

		if (real !== path || sysroot.status(real)?.kind === 'file') {
			collector.add(path, reason);
		}
	}

	return collector.entries.size > before;
}

/** In the order of their paths; what lies in one that is named too is not told apart. */
function findSuspects(gathering: Gathering): Suspect[] {
	const objects = scannedObjects(gathering);
	const placesOf = makeCompiledInPlaces(gathering);
	const staysBehind = makeStaysBehind(gathering);
	const suspects = new Map<SysrootPath, Suspect>();
	for (const {path: by, object} of objects) {
		const places = placesOf(by);
		const named = new Set<SysrootPath>();
		for (const string of stringsOf(object, places, gathering)) {
			for (const path of pathsIn(string.text)) {
				const known = suspects.get(path);
				if (known !== undefined && !named.has(path)) {
					suspects.set(path, {...known, others: known.others + 1});
				} else if (known === undefined && isSpecific(path, places) && staysBehind(path)) {
					suspects.set(path, {path, by, string, others: 0});
				}

				named.add(path);
			}
		}
	}

	const inOrder = [...suspects.values()].sort((a, b) => comparePaths(a.path, b.path));
	return inOrder.filter(({path}) => !hasNamedParent(path, suspects));
}

interface Scanned {
	readonly path: SysrootPath;
	readonly object: ElfObject;
}

/** Each file once. Those of packages' libraries are entries, as are the libraries' packages. */
function scannedObjects({collector, libraries, sysroot}: Gathering): readonly Scanned[] {
	const objects = new Map<string, Scanned>();
	const scan = (path: SysrootPath, object: ElfObject): void => {
		if (!objects.has(object.fileId)) {
			objects.set(object.fileId, {path, object});
		}
	};
	for (const entry of collector.entries.values()) {
		if (entry.kind === 'file' && entry.content.kind === 'elf') {
			scan(entry.path, entry.content.object);
		}
	}

	for (const path of libraries.unowned) {
		const answer = sysroot.elf(path);
		if (answer.status === 'elf') {
			scan(path, answer.object);
		}
	}

	return [...objects.values()];
}

function stringsOf(
	object: ElfObject,
	places: readonly CompiledInPlace[],
	{compiledIn}: Gathering,
): readonly FoundString[] {
	const known = compiledIn.get(object.fileId);
	const strings =
		known ??
		findStrings(
			object,
			places.map(({path}) => `${path}/`),
		);
	compiledIn.set(object.fileId, strings);
	return strings;
}

/** What a string stops being a path at; a pattern means the directory that it begins with. */
const WILD = /[%$*?[{]/u;
const isPlain = /^\/[^\s"'`<>|()=,\\\u0000-\u001f\u007f\ufffd]+$/u;

/** Tcl's lists have blanks; a sentence has words that are no path. */
const isBlankList = /^(?:\/[^\s/]\S*[ \t]+)+\/[^\s/]\S*[ \t]*$/u;

/** Of `/a/b`, of lists with colons, semicolons or blanks, and of `file:///a/b`. */
function* pathsIn(text: string): Generator<SysrootPath, void, undefined> {
	const separator = isBlankList.test(text) ? /[ \t]+/u : /[:;]/u;
	for (const element of text.replace(/^file:\/\//u, '').split(separator)) {
		const wild = element.search(WILD);
		const written = wild === -1 ? element : posix.dirname(`${element.slice(0, wild)}x`);
		if (isPlain.test(written)) {
			yield sysrootPath(written);
		}
	}
}

function makeStaysBehind(gathering: Gathering): (path: SysrootPath) => boolean {
	const {collector, sysroot} = gathering;
	const carried = withParents(collector.entries.keys());
	return path => {
		const real = sysroot.realPath(path);
		const status = real === undefined ? undefined : sysroot.status(real);
		if (real === undefined || (carried.has(real) && isReached(path, gathering))) {
			return false;
		}

		const isThere =
			status?.kind === 'directory'
				? (sysroot.list(real, () => true) ?? []).length > 0
				: status?.kind === 'file';
		return (
			isThere && [path, real].every(name => !isLeft(name, sysroot) && !collector.excludes(name))
		);
	};
}

/** Whether the links on the way to what is carried are. */
function isReached(path: SysrootPath, {collector, sysroot}: Gathering): boolean {
	for (let at = path; at !== '/'; at = parentOf(at)) {
		const directory = sysroot.realPath(parentOf(at)) ?? parentOf(at);
		const link = sysrootPath(posix.join(directory, posix.basename(at)));
		if (sysroot.status(link)?.kind === 'symlink' && !collector.entries.has(link)) {
			return false;
		}
	}

	return true;
}

const isHostsOrNobodys = pathPattern(
	[
		...[...hostFilePatterns, ...hostOwnedPatterns].map(pattern => `${pattern}{,/**}`),
		...rows.flatMap(({paths}) => paths),
	],
	{dot: true},
);

/** Where packages put files, and a user none. */
const OF_SYSTEM = /^\/(?:usr\/(?!local\/)|etc\/|var\/)/u;
const neverPrivate = (): boolean => false;

/** The host's by nature, left behind of every package, or private. */
function isLeft(path: SysrootPath, sysroot: Sysroot): boolean {
	return (
		isHostsOrNobodys(path) ||
		(OF_SYSTEM.test(path)
			? isRuledOut(path, 'ordinary') || traceObstacle(path, neverPrivate, sysroot) !== undefined
			: privateInTree(path, sysroot) !== undefined)
	);
}

function withParents(paths: Iterable<SysrootPath>): ReadonlySet<SysrootPath> {
	const all = new Set<SysrootPath>();
	for (const path of paths) {
		for (let current = path; !all.has(current); current = parentOf(current)) {
			all.add(current);
		}
	}

	return all;
}

function hasNamedParent(path: SysrootPath, named: ReadonlyMap<SysrootPath, unknown>): boolean {
	for (let current = parentOf(path); current !== '/'; current = parentOf(current)) {
		if (named.has(current)) {
			return true;
		}
	}

	return false;
}
