/**
 * The bytes of `/etc/ld.so.cache` → its entries by name.
 *
 * Three layouts (sysdeps/generic/dl-cache.h): the table of libc5 and glibc 2.0 (`ld.so-1.7.0`), that
 * table with the one of glibc 2.2 hidden in its strings, and the latter alone, the default of
 * ldconfig since 2.32. Only the newest table present counts. Since 2.33 an extension names the
 * glibc-hwcaps subdirectories. An entry that points outside the file is left out.
 */

export interface LdSoCache {
	readonly layout: 'old' | 'combined' | 'new';
	/** The glibc that wrote it, where it says so. */
	readonly generator: string | undefined;
	/** In file order, which is ldconfig's order of preference, by `cacheKey` of the name. */
	readonly entries: ReadonlyMap<string, readonly CacheEntry[]>;
}

export interface CacheEntry {
	readonly name: string;
	readonly path: string;
	/** FLAG_ELF_LIBC6 and the ABI of the library (sysdeps/generic/ldconfig.h). */
	readonly flags: number;
	/** Bits of the older hardware subdirectories; 0n for an ordinary directory. */
	readonly hwcap: bigint;
	/** The glibc-hwcaps subdirectory it lies in. */
	readonly level: string | undefined;
}

export type ParsedCache =
	| {readonly status: 'valid'; readonly cache: LdSoCache}
	/** ld.so would go on without it. */
	| {readonly status: 'invalid'; readonly reason: string};

const OLD_MAGIC = 'ld.so-1.7.0';
const OLD_HEADER = 16;
const OLD_ENTRY = 12;
const NEW_MAGIC = 'glibc-ld.so.cache1.1';
const NEW_HEADER = 48;
const NEW_ENTRY = 24;

/** Decode a cache written for a machine of one byte order. */
export function parseLdSoCache(bytes: Buffer, byteOrder: 'little' | 'big'): ParsedCache {
	const file = makeCacheFile(bytes, byteOrder);
	if (startsWith(bytes, NEW_MAGIC, 0)) {
		return parseNew(file, 0, 'new', byteOrder);
	}

	if (!startsWith(bytes, OLD_MAGIC, 0) || bytes.length < OLD_HEADER) {
		return invalid('it does not begin as a cache does');
	}

	const count = file.word(12);
	const end = OLD_HEADER + count * OLD_ENTRY;
	if (end > bytes.length) {
		return invalid(`${count} entries do not fit into ${bytes.length} bytes`);
	}

	// The new table is aligned for 64-bit numbers, which i386 aligns to four bytes only.
	for (const start of [Math.ceil(end / 8) * 8, end]) {
		if (startsWith(bytes, NEW_MAGIC, start)) {
			return parseNew(file, start, 'combined', byteOrder);
		}
	}

	const table = {start: OLD_HEADER, count, size: OLD_ENTRY, strings: end};
	return describeCache('old', undefined, decodeEntries(file, table, []));
}

/**
 * What two names have in common that `_dl_cache_libcmp` (elf/dl-cache.c) takes for equal: it reads
 * digits as numbers, so that leading zeros do not count.
 */
export function cacheKey(name: string): string {
	return name.replace(/(?<!\d)0+(?=\d)/gu, '');
}

interface CacheFile {
	readonly bytes: Buffer;
	readonly word: (offset: number) => number;
	readonly doubleWord: (offset: number) => bigint;
}

interface Table {
	readonly start: number;
	readonly count: number;
	/** Of one entry. */
	readonly size: number;
	/** What string indices count from. */
	readonly strings: number;
}

function makeCacheFile(bytes: Buffer, byteOrder: 'little' | 'big'): CacheFile {
	return byteOrder === 'little'
		? {
				bytes,
				word: offset => bytes.readUInt32LE(offset),
				doubleWord: offset => bytes.readBigUInt64LE(offset),
			}
		: {
				bytes,
				word: offset => bytes.readUInt32BE(offset),
				doubleWord: offset => bytes.readBigUInt64BE(offset),
			};
}

function startsWith(bytes: Buffer, magic: string, offset: number): boolean {
	return bytes.toString('latin1', offset, offset + magic.length) === magic;
}

function invalid(reason: string): ParsedCache {
	return {status: 'invalid', reason};
}

function describeCache(
	layout: LdSoCache['layout'],
	generator: string | undefined,
	entries: LdSoCache['entries'] | undefined,
): ParsedCache {
	return entries === undefined
		? invalid('its entries hold more text than the file')
		: {status: 'valid', cache: Object.freeze({layout, generator, entries})};
}

function parseNew(
	file: CacheFile,
	start: number,
	layout: 'combined' | 'new',
	byteOrder: 'little' | 'big',
): ParsedCache {
	const {bytes, word} = file;
	if (start + NEW_HEADER > bytes.length) {
		return invalid('it ends inside its header');
	}

	const count = word(start + 20);
	if (start + NEW_HEADER + count * NEW_ENTRY > bytes.length) {
		return invalid(`${count} entries do not fit into ${bytes.length} bytes`);
	}

	// 0: a writer that did not say, before 2.33.
	const endian = bytes.readUInt8(start + 28) & 3;
	if (endian !== 0 && endian !== (byteOrder === 'little' ? 2 : 3)) {
		return invalid('it was written for the other byte order');
	}

	const extension = layout === 'new' ? decodeExtension(file, word(start + 32)) : NO_EXTENSION;
	const table = {start: start + NEW_HEADER, count, size: NEW_ENTRY, strings: start};
	return describeCache(layout, extension.generator, decodeEntries(file, table, extension.levels));
}

/** ldconfig writes equal strings once; entries that all point at one long text would fill memory. */
const MOST_REPETITION = 8;

function decodeEntries(
	file: CacheFile,
	{start, count, size, strings}: Table,
	levels: readonly (string | undefined)[],
): LdSoCache['entries'] | undefined {
	const {bytes, word, doubleWord} = file;
	const entries = new Map<string, CacheEntry[]>();
	let text = 0;
	for (let at = start; at < start + count * size; at += size) {
		const name = stringAt(bytes, strings + word(at + 4));
		const path = stringAt(bytes, strings + word(at + 8));
		if (name === undefined || path === undefined) {
			continue;
		}

		text += name.length + path.length;
		if (text > bytes.length * MOST_REPETITION) {
			return undefined;
		}

		const hwcap = size === NEW_ENTRY ? doubleWord(at + 16) : 0n;
		const level = isExtension(hwcap) ? levels[Number(hwcap & 0xffff_ffffn)] : undefined;
		const key = cacheKey(name);
		const same = entries.get(key) ?? [];
		same.push({name, path, flags: word(at), hwcap, level});
		entries.set(key, same);
	}

	return entries;
}

/** DL_CACHE_HWCAP_EXTENSION alone, the ISA level and the index below it aside. */
export function isExtension(hwcap: bigint): boolean {
	return ((hwcap >> 32n) & ~0x3ffn) === 1n << 30n;
}

/** PATH_MAX, which no name in a cache exceeds. */
const LONGEST_STRING = 4096;

function stringAt(bytes: Buffer, offset: number): string | undefined {
	if (offset >= bytes.length) {
		return undefined;
	}

	const end = bytes.subarray(offset, offset + LONGEST_STRING).indexOf(0);
	return end === -1 ? undefined : bytes.toString('utf8', offset, offset + end);
}

interface Extension {
	readonly generator: string | undefined;
	/** By the index that entries give; `undefined` for one that points nowhere. */
	readonly levels: readonly (string | undefined)[];
}

const NO_EXTENSION: Extension = {generator: undefined, levels: []};
const EXTENSION_MAGIC = 0xeaa4_2174;
const TAG_GENERATOR = 0;
const TAG_GLIBC_HWCAPS = 1;
/** Two tags exist; a table of thousands is no extension. */
const MOST_SECTIONS = 64;

/** As `cache_extension_load`: one bad section and there is no extension. */
function decodeExtension({bytes, word}: CacheFile, offset: number): Extension {
	if (offset === 0 || offset % 4 !== 0 || offset + 8 > bytes.length) {
		return NO_EXTENSION;
	}

	const count = word(offset + 4);
	const end = offset + 8 + count * 16;
	if (word(offset) !== EXTENSION_MAGIC || count > MOST_SECTIONS || end > bytes.length) {
		return NO_EXTENSION;
	}

	let extension = NO_EXTENSION;
	for (let at = offset + 8; at < end; at += 16) {
		const [tag, start, size] = [word(at), word(at + 8), word(at + 12)];
		if (start + size > bytes.length) {
			return NO_EXTENSION;
		}

		if (tag === TAG_GENERATOR) {
			extension = {...extension, generator: bytes.toString('utf8', start, start + size)};
		} else if (tag === TAG_GLIBC_HWCAPS && start % 4 === 0 && size % 4 === 0) {
			const indices = Array.from({length: size / 4}, (_, index) => word(start + 4 * index));
			extension = {...extension, levels: indices.map(index => stringAt(bytes, index))};
		}
	}

	return extension;
}
