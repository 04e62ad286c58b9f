/**
 * Which library answers to which name here: for one program, for whatever any program may load, and
 * in the directories of a run path that leads out of the bundle.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {objectsOf} from '../closure/objects-of.js';
import {payloadPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {LibraryCandidate, Wanted} from '../walk/library-candidates.js';
import type {WalkedPayload} from '../walk/walked-payload.js';
import type {SearchedNames} from './searched-names.js';

export interface Answer {
	readonly object: ElfObject;
	readonly source: SysrootPath;
	readonly directory: BundlePath;
	/** It is found where no other searched directory has the name: by its requester, or last of all. */
	readonly findsItself: boolean;
	/** In the directory that is searched last. */
	readonly isFlat: boolean;
}

/** Names with their answers, and the directories to search for them. */
export interface Search {
	readonly directories: readonly BundlePath[];
	readonly answers: ReadonlyMap<string, Answer>;
}

/** What programs find by the search that is to be theirs alone. */
export function answersByProgram(
	candidates: readonly LibraryCandidate[],
): Map<SysrootPath, Map<string, Answer>> {
	const answers = new Map<SysrootPath, Map<string, Answer>>();
	for (const {candidate, wanted} of allWants(candidates)) {
		if (wanted.program !== undefined && wanted.how === 'search') {
			const known = answers.get(wanted.program) ?? new Map<string, Answer>();
			answers.set(wanted.program, known.set(wanted.name, answerOf(candidate, wanted)));
		}
	}

	return answers;
}

/** Directories in the order of their use, the most used first. */
export function byUse(answers: Iterable<Answer>): BundlePath[] {
	const uses = new Map<BundlePath, number>();
	for (const {directory} of [...answers].filter(({isFlat}) => !isFlat)) {
		uses.set(directory, (uses.get(directory) ?? 0) + 1);
	}

	return [...uses].sort(([, a], [, b]) => b - a).map(([directory]) => directory);
}

/**
 * What any program may load, by the flat directory of its kind. What an object finds by a run path
 * beside itself is not searched for; it wins over what another one would find elsewhere.
 */
export function commonSearches(
	candidates: readonly LibraryCandidate[],
	walked: WalkedPayload,
	names: SearchedNames,
): Map<BundlePath, Search> {
	const wants = wantsOf(candidates).filter(({wanted}) => wanted.program === undefined);
	return new Map(
		[...new Set(walked.loaders.map(({libraryDirectory}) => libraryDirectory))].map(flat => {
			const ofKind = wants
				.filter(({wanted}) => wanted.flat === flat)
				.map(({candidate, wanted}) => ({wanted, answer: answerOf(candidate, wanted)}));
			const pick = (how: Wanted['how']): [string, Answer][] =>
				ofKind
					.filter(({wanted}) => wanted.how === how)
					.map(({wanted, answer}) => [wanted.name, answer]);
			const searched = ofKind.filter(
				({wanted}) => wanted.how === 'search' || wanted.how === 'known',
			);
			const plugIns = walked.roots.filter(
				({role, libraryDirectory}) => role === 'object' && libraryDirectory === flat,
			);
			const ran = runAnswers(
				plugIns.flatMap(({closure}) => objectsOf(closure).map(({object}) => object)),
				walked,
				names,
			);
			return [
				flat,
				{
					directories: [...byUse(searched.map(({answer}) => answer)), ...ran.directories],
					answers: new Map([...ran.answers, ...pick('search'), ...pick('own')]),
				},
			];
		}),
	);
}

/** What a bare name finds in the directories of run paths that lead out; the first of them wins. */
export function runAnswers(
	objects: readonly ElfObject[],
	{runDirectories}: WalkedPayload,
	names: SearchedNames,
): Search {
	const directories = new Set(
		objects.flatMap(({fileId}) => (runDirectories.get(fileId) ?? []).map(payloadPath)),
	);
	const held = [...directories].filter(directory => (names.get(directory)?.size ?? 0) > 0);
	const answers = new Map<string, Answer>();
	for (const directory of held) {
		for (const [name, {object, source}] of names.get(directory) ?? []) {
			if (object !== undefined && !answers.has(name)) {
				answers.set(name, {object, source, directory, findsItself: false, isFlat: false});
			}
		}
	}

	return {directories: held, answers};
}

function wantsOf(
	candidates: readonly LibraryCandidate[],
): {readonly candidate: LibraryCandidate; readonly wanted: Wanted}[] {
	return allWants(candidates).filter(({wanted}) => wanted.directory !== wanted.flat);
}

function allWants(
	candidates: readonly LibraryCandidate[],
): {readonly candidate: LibraryCandidate; readonly wanted: Wanted}[] {
	return candidates.flatMap(candidate => candidate.wanted.map(wanted => ({candidate, wanted})));
}

function answerOf({object, source}: LibraryCandidate, {directory, flat, how}: Wanted): Answer {
	const isFlat = directory === flat;
	return {object, source, directory, findsItself: how === 'own' || isFlat, isFlat};
}
