/**
 * Which lists may name a path: from the index that was remembered, or one made now.
 *
 * An index holds for `info/` and `status` as they were. dpkg puts each list in its place by renaming,
 * which changes the times of `info/`; then the lists are looked at one by one, and only those that
 * are others now are read again.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import {changeTime, isSame, type DpkgFiles, type Identity} from './dpkg-files.js';
import type {DpkgPackages, StanzaPlaces} from './dpkg-packages.js';
import {encodeIndex, readIndex} from './index-file.js';
import {hashListedPaths, hashPath} from './listed-paths.js';
import {
	candidates,
	extendIndex,
	LIST_LIMIT,
	pageOf,
	PAGES,
	type KnownList,
	type NewList,
	type PathIndex,
} from './path-index.js';
import {readCached, writeCached, type CachePlace} from './private-cache.js';

export interface ListLookup {
	/** Look for all of these paths at once; the answer knows no others. */
	find(paths: readonly string[]): (path: string) => readonly KnownList[];
}

/** Without a cache the index is made by the first who asks. */
export function openListLookup(
	files: DpkgFiles,
	packages: DpkgPackages,
	cache: CachePlace | undefined,
): ListLookup {
	const file = `dpkg-${hashPath(files.info) % SLOTS}`;
	let made: PathIndex | undefined;

	/** What is remembered and still holds, with the pages of these numbers. */
	function recall(hashes: readonly number[]): PathIndex | undefined {
		return (
			cache &&
			readCached(cache, file, fd => {
				const stored = readIndex(fd);
				const holds =
					isSame(stored?.info, files.infoIdentity()) &&
					isSame(stored?.status, files.statusIdentity());
				const pages = holds ? stored?.readPages(hashes.map(pageOf)) : undefined;
				return stored && pages && {...stored, pages};
			})
		);
	}

	function renew(): PathIndex {
		const old =
			cache &&
			readCached(cache, file, fd => {
				const stored = readIndex(fd);
				const pages = stored?.readPages(Array(PAGES).keys());
				return stored && pages && {lists: stored.lists, pages};
			});
		const info = files.infoIdentity();
		const places = packages.places();
		const {status} = places;
		const index = renewIndex(old, files, places);
		const isWhole = info !== undefined && isSame(info, files.infoIdentity());
		if (cache !== undefined && isWhole && status !== undefined) {
			writeCached(cache, file, encodeIndex(index, {info, status}), lastChange(index, info, status));
		}

		return index;
	}

	return {
		find(paths) {
			const hashes = new Map(paths.map(path => [path, hashPath(path)]));
			const index = made ?? recall([...hashes.values()]) ?? (made = renew());
			return path => candidates(index, hashes.get(path) ?? 0);
		},
	};
}

/** Ever so many databases of foreign roots share a few files; which it is, the identities in it tell. */
const SLOTS = 8;

function renewIndex(
	old: PathIndex | undefined,
	files: DpkgFiles,
	{ofList, status}: StanzaPlaces,
): PathIndex {
	const numbers = new Map(old?.lists.map((list, number) => [list?.name, number]));
	const kept = Array<KnownList | undefined>(old?.lists.length ?? 0).fill(undefined);
	const added: NewList[] = [];
	for (const name of files.listNames()) {
		const identity = files.listIdentity(name);
		const place = ofList.get(name);
		const stanza = place && status && {...place, status};
		const number = numbers.get(name);
		if (identity === undefined) {
			continue;
		}

		if (number !== undefined && isSame(identity, old?.lists[number]?.identity)) {
			kept[number] = {name, identity, stanza};
		} else {
			added.push({name, identity, stanza, hashes: hashListedPaths(files.list(name), name)});
		}
	}

	// Numbers of lists that are gone, and what stands under them, are not used again.
	const gone = kept.filter(list => list === undefined).length;
	if (old !== undefined && (gone * 4 > kept.length || kept.length + added.length > LIST_LIMIT)) {
		return renewIndex(undefined, files, {ofList, status});
	}

	if (added.length > LIST_LIMIT) {
		throw new DynpkError('PACKAGE_UNKNOWN', `dpkg has more than ${LIST_LIMIT} lists of files`);
	}

	return extendIndex(old, kept, added);
}

/** The youngest change of an inode; the times of contents may be set at will. */
function lastChange({lists}: PathIndex, ...others: readonly Identity[]): bigint {
	const identities = [...others, ...lists.flatMap(list => list?.identity ?? [])];
	return identities.map(changeTime).reduce((latest, time) => (time > latest ? time : latest), 0n);
}
