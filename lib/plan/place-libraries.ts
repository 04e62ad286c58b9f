/**
 * One name, one file: decide what the loader searches for each program, so that every name is answered
 * by the file that answers to it on the packing machine.
 *
 * Libraries stay where they are, below `root/`. The directory that holds most of a program's closure is
 * searched first, so that an ordinary start searches one. A directory whose library would lose its name
 * to an earlier one goes ahead; what no order settles gets a link in a directory of the program's own.
 * Equal bytes are no rivals.
 */
import {createHash} from 'node:crypto';
import {posix} from 'node:path';
import {objectsOf} from '../closure/objects-of.js';
import type {ElfObject} from '../elf/elf-object.js';
import type {Payload} from '../inputs/payload.js';
import {
	bundlePath,
	comparePaths,
	payloadPath,
	type BundlePath,
	type SysrootPath,
} from '../paths/paths.js';
import type {LibraryCandidate} from '../walk/library-candidates.js';
import {isSwitchedOff} from '../walk/run-path.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import {
	answersByProgram,
	byUse,
	commonSearches,
	runAnswers,
	type Answer,
} from './library-answers.js';
import type {LibraryPlacement, PlacedLibrary} from './library-placement.js';
import {refuseClashes, type IsSame} from './refuse-clashes.js';
import {settleOrder} from './search-order.js';
import {contestedNames, findName, searchedNames, type SearchedNames} from './searched-names.js';

export interface PlacementFacts {
	readonly payload: Payload;
	readonly walked: WalkedPayload;
	/** By file id, of all that want a name which another one wants too. */
	readonly digests: ReadonlyMap<string, string>;
	/** Where objects of the payload keep their bytes, by file id. */
	readonly inPlace: ReadonlyMap<string, BundlePath>;
}

/** @throws {DynpkError} SONAME_CLASH where any program may ask for either of two files. */
export function placeLibraries(
	candidates: readonly LibraryCandidate[],
	{payload, walked, digests, inPlace}: PlacementFacts,
): LibraryPlacement {
	const isSame: IsSame = (a, b) =>
		a.fileId === b.fileId ||
		(digests.has(a.fileId) && digests.get(a.fileId) === digests.get(b.fileId));
	refuseClashes(candidates, isSame);
	const names = searchedNames(candidates, payload, [...walked.runDirectories.values()].flat());
	const contested = contestedNames(names, isSame);
	const common = commonSearches(candidates, walked, names);
	const answers = answersByProgram(candidates);
	const links = new Map<BundlePath, Linked>();
	const searches = new Map<SysrootPath, readonly BundlePath[]>();
	for (const [program, {loader, closure}] of walked.programs) {
		const flat = loader.libraryDirectory;
		const own = answers.get(program) ?? new Map<string, Answer>();
		const objects = objectsOf(closure).map(({object}) => object);
		const {directories, answers: ran} = runAnswers(objects, walked, names);
		const shared = common.get(flat);
		const disputed = [...new Map([...(shared?.answers ?? []), ...ran, ...own])].filter(
			([name]) => contested.has(name) || own.get(name)?.isFlat === true,
		);
		const {order, unsettled} = settleOrder({
			directories: [...byUse(own.values()), ...directories, ...(shared?.directories ?? [])],
			answers: new Map(disputed),
			isRight(list, name, {object, findsItself}) {
				const holder = findName(names, list, name, loader.facts.object);
				return holder === undefined
					? findsItself
					: holder.object !== undefined && isSame(holder.object, object);
			},
		});
		const ahead = unsettled.size === 0 ? [] : [privateDirectory(program)];
		for (const [name, {object, source}] of unsettled) {
			links.set(bundlePath(posix.join(privateDirectory(program), name)), {object, source});
		}

		searches.set(program, [...ahead, ...order, flat]);
	}

	addFlatLinks(candidates, {names, searches, common, links});
	return {
		libraries: collect(candidates, {names, links, walked, inPlace}),
		searches,
		switchedOff: switchedOffNames(names, links, walked),
		names: [...pathsOf(names), ...links.keys()].sort(comparePaths),
	};
}

/** A directory name that is unique for a path and readable for a person. */
function privateDirectory(program: SysrootPath): BundlePath {
	const hash = createHash('sha256').update(program).digest('hex').slice(0, 8);
	return bundlePath(`libexec/dynpk/lib/${posix.basename(program)}-${hash}`);
}

/** A link that is made for the loader. */
interface Linked {
	readonly object: ElfObject;
	readonly source: SysrootPath;
}

/** Names that no searched directory has get a link in the flat one; who comes first has it. */
function addFlatLinks(
	candidates: readonly LibraryCandidate[],
	{
		names,
		searches,
		common,
		links,
	}: {
		readonly names: SearchedNames;
		readonly searches: LibraryPlacement['searches'];
		readonly common: ReadonlyMap<BundlePath, {readonly directories: readonly BundlePath[]}>;
		readonly links: Map<BundlePath, Linked>;
	},
): void {
	for (const {object, source, wanted} of candidates) {
		for (const {name, directory, flat, program, how} of wanted) {
			const path = bundlePath(posix.join(flat, name));
			const searched =
				program === undefined ? common.get(flat)?.directories : searches.get(program);
			const isKnown =
				how === 'known' && findName(names, searched ?? [], name, object) !== undefined;
			if (directory === flat && !isKnown && !links.has(path)) {
				links.set(path, {object, source});
			}
		}
	}
}

function collect(
	candidates: readonly LibraryCandidate[],
	{
		names,
		links,
		walked,
		inPlace,
	}: {
		readonly names: SearchedNames;
		readonly links: ReadonlyMap<BundlePath, Linked>;
		readonly walked: WalkedPayload;
		readonly inPlace: ReadonlyMap<string, BundlePath>;
	},
): PlacedLibrary[] {
	const aliases = new Map<string, BundlePath[]>();
	const note = (path: BundlePath, {fileId}: ElfObject): void => {
		aliases.set(fileId, [...(aliases.get(fileId) ?? []), path]);
	};
	for (const [directory, holders] of names) {
		for (const [name, {object, isCarried}] of holders) {
			if (object !== undefined && !isCarried) {
				note(bundlePath(posix.join(directory, name)), object);
			}
		}
	}

	for (const [path, {object}] of links) {
		note(path, object);
	}

	const placed = new Map<string, Linked>(
		[...candidates, ...links.values()].map(({object, source}) => [object.fileId, {object, source}]),
	);
	return [...placed.values()].map(({object, source}) => {
		const file = walked.foundAt.get(source)?.file ?? source;
		const home = inPlace.get(object.fileId) ?? payloadPath(file);
		const others = (aliases.get(object.fileId) ?? []).filter(path => path !== home);
		return {object, source, home, aliases: others.sort(comparePaths)};
	});
}

function switchedOffNames(
	names: SearchedNames,
	links: ReadonlyMap<BundlePath, Linked>,
	walked: WalkedPayload,
): BundlePath[] {
	const inDirectories = [...names].flatMap(([directory, holders]) =>
		[...holders].map(([name, holder]) => [posix.join(directory, name), holder] as const),
	);
	return [...inDirectories, ...links]
		.filter(([, {object, source}]) => object !== undefined && isSwitchedOff(object, source, walked))
		.map(([path]) => bundlePath(path))
		.sort(comparePaths);
}

function pathsOf(names: SearchedNames): BundlePath[] {
	return [...names].flatMap(([directory, holders]) =>
		[...holders].flatMap(([name, {object}]) =>
			object === undefined ? [] : [bundlePath(posix.join(directory, name))],
		),
	);
}
