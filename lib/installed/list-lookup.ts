/**
 * Which lists may name a path: from the index that was remembered, or one made now.
 *
 * An index holds for `info/` and `status` as they were. dpkg puts each list in its place by renaming,
 * which changes the times of `info/`; then the lists are looked at one by one, and only those that
 * are others now are read again.
 */
import {DynpkError} from '../errors/dynpk-error.js';
import {isSame, type DpkgFiles, type Identity} from './dpkg-files.js';
import type {DpkgPackages, SettledPlace} from './dpkg-packages.js';
import {encodeIndex, readIndex} from './index-file.js';
import {hashListedPaths, hashPath} from './listed-paths.js';
import {
	candidates,
	extendPages,
	GONE,
	IDENTITY_NUMBERS,
	LIST_LIMIT,
	pageOf,
	PAGES,
	type PathIndex,
} from './path-index.js';
import {readCached, writeCached, type CachePlace} from './private-cache.js';

export interface ListLookup {
	/** Look for all of these paths at once; the answer knows no others. */
	find(paths: readonly string[]): (path: string) => readonly Candidate[];
}

export interface Candidate {
	readonly list: string;
	/** Where its package stands, as far as is known. */
	readonly place: SettledPlace | undefined;
}

/** Without a cache the index is made by the first who asks. */
export function openListLookup(
	files: DpkgFiles,
	packages: DpkgPackages,
	cache: CachePlace | undefined,
): ListLookup {
	const file = `dpkg-${hashPath(files.info) % SLOTS}`;
	let made: SettledIndex | undefined;
	return {
		find(paths) {
			const hashes = new Map(paths.map(path => [path, hashPath(path)]));
			const {index, status} =
				made ??
				recall(cache, file, files, new Set([...hashes.values()].map(pageOf))) ??
				(made = renew(cache, file, files, packages));
			return path =>
				candidates(index, hashes.get(path) ?? 0).map(number => ({
					list: index.names[number] ?? GONE,
					place: placeAt(index, number, status),
				}));
		},
	};
}

/** Ever so many databases of foreign roots share a few files; whose one is, the identities in it tell. */
const SLOTS = 8;

interface SettledIndex {
	readonly index: PathIndex;
	/** The `status` in which its stanzas stand. */
	readonly status: Identity | undefined;
}

function placeAt(
	{stanzas}: PathIndex,
	number: number,
	status: Identity | undefined,
): SettledPlace | undefined {
	const [offset = 0, length = 0] = stanzas.subarray(number * 2, number * 2 + 2);
	return status === undefined || length === 0 ? undefined : {offset, length, status};
}

/** What is remembered and still holds, with these pages. */
function recall(
	cache: CachePlace | undefined,
	file: string,
	files: DpkgFiles,
	numbers: ReadonlySet<number>,
): SettledIndex | undefined {
	return readCached(cache, file, fd => {
		const stored = readIndex(fd);
		const holds =
			isSame(stored?.info, files.infoIdentity()) && isSame(stored?.status, files.statusIdentity());
		const pages = holds ? stored?.readPages(numbers) : undefined;
		return stored && pages && {index: {...stored.table, pages}, status: stored.status};
	});
}

function renew(
	cache: CachePlace | undefined,
	file: string,
	files: DpkgFiles,
	packages: DpkgPackages,
): SettledIndex {
	const old = readCached(cache, file, fd => {
		const stored = readIndex(fd);
		const pages = stored?.readPages(Array(PAGES).keys());
		return stored && pages && {...stored.table, pages};
	});
	const info = files.infoIdentity();
	const {ofList, status} = packages.places();
	const bare = (old && renewIndex(old, files)) ?? renewIndex(NOTHING, files);
	if (bare === undefined) {
		throw new DynpkError('PACKAGE_UNKNOWN', `dpkg has more than ${LIST_LIMIT} lists of files`);
	}

	const stanzas = Uint32Array.from(
		bare.names.flatMap(name => [ofList.get(name)?.offset ?? 0, ofList.get(name)?.length ?? 0]),
	);
	const index = {...bare, stanzas};
	if (info !== undefined && status !== undefined && isSame(info, files.infoIdentity())) {
		const parts = (): Uint8Array[] => encodeIndex(index, {info, status});
		writeCached(cache, file, lastChange(index, info, status), parts);
	}

	return {index, status};
}

const NOTHING: PathIndex = {
	names: [],
	identities: new Float64Array(),
	stanzas: new Uint32Array(),
	pages: [],
};

/**
 * `undefined` where there would be too many numbers. Those of lists that are gone, and what the pages
 * have under them, are not used again.
 */
function renewIndex(old: PathIndex, files: DpkgFiles): Omit<PathIndex, 'stanzas'> | undefined {
	const first = old.names.length;
	const numbers = new Map(old.names.map((name, number) => [name, number]));
	const listed = files.listNames();
	const identities = new Float64Array((first + listed.length) * IDENTITY_NUMBERS);
	const names = Array<string>(first).fill(GONE);
	const added: Uint32Array[] = [];
	for (const name of listed) {
		const start = names.length * IDENTITY_NUMBERS;
		if (!files.identifyList(name, identities, start)) {
			continue;
		}

		const number = numbers.get(name);
		const known = number === undefined ? undefined : number * IDENTITY_NUMBERS;
		if (number !== undefined && isSameList(identities, start, old.identities, known ?? 0)) {
			names[number] = name;
			identities.copyWithin(number * IDENTITY_NUMBERS, start, start + IDENTITY_NUMBERS);
		} else {
			names.push(name);
			added.push(hashListedPaths(files.list(name), name));
		}
	}

	const gone = names.filter(name => name === GONE).length;
	return gone * 4 > first || names.length > LIST_LIMIT
		? undefined
		: {
				names,
				identities: identities.slice(0, names.length * IDENTITY_NUMBERS),
				pages: extendPages(old.pages, first, added),
			};
}

function isSameList(a: Float64Array, atA: number, b: Float64Array, atB: number): boolean {
	for (let word = 0; word < IDENTITY_NUMBERS; word++) {
		if (a[atA + word] !== b[atB + word]) {
			return false;
		}
	}

	return true;
}

/** The youngest change of an inode, in nanoseconds; the times of contents may be set at will. */
function lastChange({identities}: PathIndex, info: Identity, status: Identity): bigint {
	let latest = Math.max(Number(info[4]), Number(status[4])) / NS_PER_MS;
	for (let at = IDENTITY_NUMBERS - 1; at < identities.length; at += IDENTITY_NUMBERS) {
		latest = Math.max(latest, identities[at] ?? 0);
	}

	return BigInt(Math.floor(latest)) * BigInt(NS_PER_MS);
}

const NS_PER_MS = 1_000_000;
