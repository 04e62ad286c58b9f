/**
 * Which library a bundled loader would take for a name, directory by directory.
 *
 * A directory below `root/` has the names that the payload has there, and those by which libraries
 * were found there that are no part of the payload.
 */
import {posix} from 'node:path';
import type {ElfObject} from '../elf/elf-object.js';
import type {Payload} from '../inputs/payload.js';
import {parentOf, payloadPath, type BundlePath, type SysrootPath} from '../paths/paths.js';
import type {LibraryCandidate} from '../walk/library-candidates.js';

/** What a name leads to; `object` is absent for what is no shared library. */
export interface NameHolder {
	readonly object: ElfObject | undefined;
	readonly source: SysrootPath;
	/** Whether the payload has an entry of that name. */
	readonly isCarried: boolean;
}

export type SearchedNames = ReadonlyMap<BundlePath, ReadonlyMap<string, NameHolder>>;

/** Of the directories where candidates were found, and of others that are to be searched. */
export function searchedNames(
	candidates: readonly LibraryCandidate[],
	payload: Payload,
	others: Iterable<SysrootPath>,
): SearchedNames {
	const names = new Map<BundlePath, Map<string, NameHolder>>();
	for (const directory of others) {
		names.set(payloadPath(directory), new Map());
	}

	for (const {object, source, wanted} of candidates) {
		for (const {name, directory, flat} of wanted) {
			if (directory !== flat) {
				const holders = names.get(directory) ?? new Map<string, NameHolder>();
				names.set(directory, holders.set(name, {object, source, isCarried: false}));
			}
		}
	}

	const files = new Map(
		payload.entries.flatMap(entry => (entry.kind === 'file' ? [[entry.path, entry]] : [])),
	);
	for (const {path, ...entry} of payload.entries) {
		const end = entry.kind === 'symlink' ? entry.leadsTo : path;
		const file = end === undefined ? undefined : files.get(end);
		const holders = names.get(payloadPath(parentOf(path)));
		if (file !== undefined && holders !== undefined) {
			const object = file.content.kind === 'elf' ? file.content.object : undefined;
			holders.set(posix.basename(path), {object, source: file.path, isCarried: true});
		}
	}

	return names;
}

/** As a loader of this kind takes it: what is for another machine is passed over. */
export function findName(
	names: SearchedNames,
	directories: readonly BundlePath[],
	name: string,
	kind: Pick<ElfObject, 'machine' | 'class'>,
): NameHolder | undefined {
	for (const directory of directories) {
		const holder = names.get(directory)?.get(name);
		const isForeign =
			holder?.object !== undefined &&
			(holder.object.machine !== kind.machine || holder.object.class !== kind.class);
		if (holder !== undefined && !isForeign) {
			return holder;
		}
	}

	return undefined;
}

/** Names by which different directories have different libraries. */
export function contestedNames(
	names: SearchedNames,
	isSame: (a: ElfObject, b: ElfObject) => boolean,
): Set<string> {
	const first = new Map<string, NameHolder>();
	const contested = new Set<string>();
	for (const [name, holder] of [...names.values()].flatMap(holders => [...holders])) {
		const {object} = first.get(name) ?? holder;
		first.set(name, first.get(name) ?? holder);
		const isOne =
			object === holder.object || (object && holder.object && isSame(object, holder.object));
		if (isOne !== true) {
			contested.add(name);
		}
	}

	return contested;
}
