/**
 * Every library that somebody may ask for by name, with the names it is to answer to.
 *
 * A library keeps its place below `root/`, and a name it is found by belongs to the directory where it
 * was found: the bundled loader is to search that. What no search leads to by its name (a soname that
 * nobody asks for, an object that `--scan` found) answers in the flat directory that is searched last.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import type {BundlePath, SysrootPath} from '../paths/paths.js';

/** A library, and every name it is to answer to. */
export interface LibraryCandidate {
	readonly object: ElfObject;
	readonly source: SysrootPath;
	/** Who wants it under which name. */
	readonly wanted: readonly Wanted[];
}

export interface Wanted {
	/** With `glibc-hwcaps/LEVEL/` before that of a variant. */
	readonly name: string;
	/** Where the name was found, or `flat`. */
	readonly directory: BundlePath;
	/** The flat directory of its kind of library, `lib` for the main one: searched last. */
	readonly flat: BundlePath;
	/** A program that alone wants it, or `undefined` for what any program may load. */
	readonly program: SysrootPath | undefined;
	readonly by: string;
	/**
	 * `search`: it must be found by that name. `own`: the requester's run path finds it, unless the
	 * program's search has the name already. `beside`: the requester finds it whatever else has the name.
	 * `known`: it should answer to the name if nothing else does.
	 */
	readonly how: 'search' | 'own' | 'beside' | 'known';
}

/** What one kind of loader calls by one name, in whatever directory. */
export function groupByName(
	candidates: readonly LibraryCandidate[],
): Map<string, Set<LibraryCandidate>> {
	const groups = new Map<string, Set<LibraryCandidate>>();
	for (const candidate of candidates) {
		for (const {name, flat} of candidate.wanted) {
			const key = posix.join(flat, name);
			groups.set(key, (groups.get(key) ?? new Set()).add(candidate));
		}
	}

	return groups;
}
