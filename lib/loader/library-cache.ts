/**
 * One question to whatever stands between the search paths and the default directories: which file
 * does the library cache name for this soname?
 *
 * Answered from `/etc/ld.so.cache`, or, in a root where ldconfig has never run, from what it would
 * write there (`index-ld-so-conf.ts`).
 */
import type {ElfObject} from '../elf/elf-object.js';
import type {SysrootPath} from '../paths/paths.js';
import type {Sysroot} from '../sysroot/sysroot.js';
import type {ActiveHwcaps} from './hwcaps-subdirs.js';
import {
	cacheKey,
	isExtension,
	parseLdSoCache,
	type CacheEntry,
	type LdSoCache,
} from './parse-ld-so-cache.js';

export interface LibraryCache {
	/** What is looked at, to be shown where a name is missing. */
	readonly text: string;
	/** Why it answers nothing at all. */
	readonly problem: string | undefined;
	/** Whether any of its entries depends on the processor. */
	readonly hasHwcaps: boolean;
	/** The path for a name, as stored; the file may be gone. */
	lookUp(name: string, active: ActiveHwcaps): string | undefined;
}

/** Real caches have 100 to 500 KiB. */
const LARGEST_CACHE = 64 << 20;

/** Read a cache file; `undefined` where there is none. */
export function readLibraryCache(
	sysroot: Sysroot,
	path: SysrootPath,
	loader: ElfObject,
): LibraryCache | undefined {
	const bytes = sysroot.read(path, LARGEST_CACHE);
	if (bytes === undefined) {
		return undefined;
	}

	const parsed = parseLdSoCache(bytes, loader.byteOrder);
	if (parsed.status === 'invalid') {
		return emptyCache(path, `invalid: ${parsed.reason}`);
	}

	const {cache} = parsed;
	return {
		text: path,
		problem: undefined,
		hasHwcaps: [...cache.entries.values()].some(same => same.some(entry => entry.hwcap !== 0n)),
		lookUp: makeLookUp(cache, loader),
	};
}

/** A cache that is not asked, and why. */
export function emptyCache(text: string, problem: string): LibraryCache {
	return {text, problem, hasHwcaps: false, lookUp: () => undefined};
}

function makeLookUp(cache: LdSoCache, loader: ElfObject): LibraryCache['lookUp'] {
	const abi = cacheFlagsOf(loader);
	return (name, active) => {
		const same = cache.entries.get(cacheKey(name));
		return same && chooseEntry(same, {abi, active, isOld: cache.layout === 'old'})?.path;
	};
}

interface Choice {
	readonly abi: AbiFlags;
	readonly active: ActiveHwcaps;
	readonly isOld: boolean;
}

/** `search_cache` of elf/dl-cache.c, for the entries of one name. */
function chooseEntry(same: readonly CacheEntry[], choice: Choice): CacheEntry | undefined {
	const {abi, active, isOld} = choice;
	let best: CacheEntry | undefined;
	let bestRank = Infinity;
	for (const entry of same) {
		if (entry.flags !== abi.exact && !abi.others.includes(entry.flags)) {
			continue;
		}

		if (isExtension(entry.hwcap)) {
			const rank = entry.level === undefined ? -1 : active.levels.indexOf(entry.level);
			if (rank !== -1 && rank < bestRank) {
				best = entry;
				bestRank = rank;
			}

			continue;
		}

		// Entries with a level come first; once there is one, no other is better.
		if (best !== undefined && !isOld) {
			break;
		}

		if ((entry.hwcap & ~legacyMask(active.legacy)) === 0n) {
			best = entry;
			if (entry.flags === abi.exact) {
				break;
			}
		}
	}

	return best;
}

/** HWCAP bits of the names that have one (sysdeps/x86/dl-procinfo.c); the top bit is TLS. */
const legacyBits: Readonly<Record<string, bigint>> = {
	sse2: 1n << 0n,
	x86_64: 1n << 1n,
	avx512_1: 1n << 2n,
	i586: 1n << 48n,
	i686: 1n << 49n,
	haswell: 1n << 50n,
	xeon_phi: 1n << 51n,
	tls: 1n << 63n,
};

function legacyMask(names: readonly string[]): bigint {
	return names.reduce((mask, name) => mask | (legacyBits[name] ?? 0n), 0n);
}

interface AbiFlags {
	readonly exact: number;
	readonly others: readonly number[];
}

/** FLAG_ELF_LIBC6 alone, and what older entries of such machines say. */
const PLAIN: AbiFlags = {exact: 0x3, others: [0x1]};

/** _DL_CACHE_DEFAULT_ID and _dl_cache_check_flags of sysdeps/…/dl-cache.h. */
function cacheFlagsOf({machine, class: elfClass, machineFlags}: ElfObject): AbiFlags {
	const is64 = elfClass === 64;
	switch (machine) {
		case 8:
			return mipsFlags(is64, machineFlags);
		case 21:
			return {exact: 0x503, others: []};
		case 22:
			return is64 ? {exact: 0x403, others: []} : PLAIN;
		case 40:
			// EF_ARM_ABI_FLOAT_HARD.
			return {exact: (machineFlags & 0x400) === 0 ? 0xb03 : 0x903, others: [0x3]};
		case 43:
			return {exact: 0x103, others: []};
		case 50:
			return {exact: 0x203, others: []};
		case 62:
			return {exact: is64 ? 0x303 : 0x803, others: []};
		case 183:
			return {exact: 0xa03, others: []};
		case 243:
			return {exact: (machineFlags & 0x6) === 0x4 ? 0x1003 : 0xf03, others: []};
		case 258:
			return {exact: (machineFlags & 0x7) === 0x3 ? 0x1203 : 0x1103, others: []};
		default:
			return PLAIN;
	}
}

function mipsFlags(is64: boolean, machineFlags: number): AbiFlags {
	const isNan2008 = (machineFlags & 0x400) !== 0;
	const isN32 = (machineFlags & 0x20) !== 0;
	if (!is64 && !isN32) {
		return isNan2008 ? {exact: 0xc03, others: []} : PLAIN;
	}

	const [plain, nan2008] = is64 ? [0x703, 0xe03] : [0x603, 0xd03];
	return {exact: isNan2008 ? nan2008 : plain, others: []};
}
