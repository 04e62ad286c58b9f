/**
 * The dynamic section: needed names, search paths and flags (gABI chapter 5, elf/dynamic.h).
 *
 * Where a tag that should come once comes twice the last one counts, as in glibc's
 * elf/get-dynamic-info.h. Both DT_RPATH and DT_RUNPATH are kept; which of them counts is the
 * search's affair. DT_STRSZ is what the linker says: ld.so reads names to their NUL, wherever the
 * table is said to end, and so do we.
 */
import type {Decoder} from './decoder.js';
import {invalidElf} from './elf-fault.js';
import type {ElfFlags, ProgramHeader} from './elf-object.js';
import type {FileBytes} from './file-bytes.js';
import {PT_DYNAMIC, extentAt, type Extent} from './program-headers.js';
import type {Relocations} from './read-thread-locals.js';
import {makeStringTable, type StringTable} from './string-table.js';

export interface DynamicSection {
	readonly needed: readonly string[];
	readonly soname: string | undefined;
	readonly rpath: string | undefined;
	readonly runpath: string | undefined;
	readonly filter: readonly string[];
	readonly auxiliary: readonly string[];
	readonly audit: string | undefined;
	readonly depAudit: string | undefined;
	readonly flags: ElfFlags;
	readonly strings: StringTable;
	readonly stringTable: Extent;
	/** Of symbols; `undefined` where there are none. */
	readonly symbolTable: Extent | undefined;
	/** But those of calls. */
	readonly relocations: readonly Relocations[];
	/** Addresses of the version records. */
	readonly versionNeeds: bigint | undefined;
	readonly versionDefinitions: bigint | undefined;
}

const DT_NULL = 0;
const DT_NEEDED = 1;
const DT_HASH = 4;
const DT_STRTAB = 5;
const DT_SYMTAB = 6;
const DT_RELA = 7;
const DT_RELASZ = 8;
const DT_STRSZ = 10;
const DT_SONAME = 14;
const DT_RPATH = 15;
const DT_REL = 17;
const DT_RELSZ = 18;
const DT_JMPREL = 23;
const DT_BIND_NOW = 24;
const DT_RUNPATH = 29;
const DT_FLAGS = 30;
const DT_GNU_HASH = 0x6fff_fef5;
const DT_DEPAUDIT = 0x6fff_fefb;
const DT_AUDIT = 0x6fff_fefc;
const DT_VERSYM = 0x6fff_fff0;
const DT_FLAGS_1 = 0x6fff_fffb;
const DT_VERDEF = 0x6fff_fffc;
const DT_VERNEED = 0x6fff_fffe;
const DT_AUXILIARY = 0x7fff_fffd;
const DT_FILTER = 0x7fff_ffff;

const DF_ORIGIN = 0x1;
const DF_BIND_NOW = 0x8;
const DF_STATIC_TLS = 0x10;
const DF_1_NOW = 0x1;
const DF_1_NODELETE = 0x8;
const DF_1_NOOPEN = 0x40;
const DF_1_ORIGIN = 0x80;
const DF_1_NODEFLIB = 0x800;
const DF_1_PIE = 0x800_0000;

/** Names of the tags whose value is an offset into the string table or a set of flags, for messages. */
const tagNames = new Map([
	[DT_NEEDED, 'DT_NEEDED'],
	[DT_SONAME, 'DT_SONAME'],
	[DT_RPATH, 'DT_RPATH'],
	[DT_BIND_NOW, 'DT_BIND_NOW'],
	[DT_RUNPATH, 'DT_RUNPATH'],
	[DT_FLAGS, 'DT_FLAGS'],
	[DT_DEPAUDIT, 'DT_DEPAUDIT'],
	[DT_AUDIT, 'DT_AUDIT'],
	[DT_FLAGS_1, 'DT_FLAGS_1'],
	[DT_AUXILIARY, 'DT_AUXILIARY'],
	[DT_FILTER, 'DT_FILTER'],
]);

/** Tags whose value is the address of a table: any 64 bits, of which ia64 uses the highest ones. */
const tables = new Set([
	...[DT_STRTAB, DT_SYMTAB, DT_HASH, DT_GNU_HASH, DT_VERSYM, DT_VERDEF, DT_VERNEED],
	...[DT_RELA, DT_REL, DT_JMPREL],
]);

const tableSizes = new Set([DT_STRSZ, DT_RELASZ, DT_RELSZ]);

/** The largest known sections have some hundred entries. */
const MAX_ENTRIES = 1 << 16;
const ENTRIES_AT_ONCE = 128;
/** String tables up to this size are read whole, with the version records behind them. */
const READ_WHOLE = 32 << 10;
const VERSION_RECORDS = 1024;

/** Decode the dynamic section; `undefined` where there is none, or an empty one. */
export function decodeDynamicSection(
	file: FileBytes,
	decoder: Decoder,
	headers: readonly ProgramHeader[],
): DynamicSection | undefined {
	const segment = headers.find(({type}) => type === PT_DYNAMIC);
	// Debug-only files keep the header and drop the contents.
	if (segment === undefined || segment.fileSize === 0) {
		return undefined;
	}

	const place = extentAt(headers, segment.virtualAddress);
	if (place === undefined) {
		throw invalidElf(file.path, 'PT_DYNAMIC', 'lies outside every PT_LOAD');
	}

	const extent = {offset: place.offset, length: Math.min(place.length, segment.fileSize)};
	const entries = readEntries(file, decoder, extent);
	const strings = locateStrings(file, headers, entries);
	return {
		...describe(entries.values, makeStringTable(file, strings)),
		stringTable: Object.freeze(tableExtent(strings, DT_STRTAB, entries)),
		symbolTable: locateSymbols(headers, entries),
		versionNeeds: entries.addresses.get(DT_VERNEED),
		versionDefinitions: entries.addresses.get(DT_VERDEF),
		relocations: [
			...locateRelocations(headers, entries, {table: DT_RELA, size: DT_RELASZ}),
			...locateRelocations(headers, entries, {table: DT_REL, size: DT_RELSZ}),
		],
	};
}

interface Entries {
	/** Of the named tags, each in file order. */
	readonly values: Values;
	/** Of tables, each the last. */
	readonly addresses: ReadonlyMap<number, bigint>;
	/** What is said of the sizes of tables. */
	readonly sizes: ReadonlyMap<number, number>;
}

type Values = ReadonlyMap<number, readonly number[]>;

function readEntries(file: FileBytes, decoder: Decoder, extent: Extent): Entries {
	const values = new Map<number, number[]>();
	const addresses = new Map<number, bigint>();
	const sizes = new Map<number, number>();
	const {width} = decoder;
	const size = 2 * width;
	const count = Math.floor(extent.length / size);

	for (let first = 0; first < count; first += ENTRIES_AT_ONCE) {
		if (first >= MAX_ENTRIES) {
			throw invalidElf(file.path, 'PT_DYNAMIC', `has more than ${MAX_ENTRIES} entries`);
		}

		const length = Math.min(ENTRIES_AT_ONCE, count - first) * size;
		const {bytes, at: start} = file.at(extent.offset + first * size, length, 'PT_DYNAMIC');
		for (let at = start; at < start + length; at += size) {
			const tag = decoder.tag(bytes, at);
			if (tag === DT_NULL) {
				return {values, addresses, sizes};
			}

			const name = tag === undefined ? undefined : tagNames.get(tag);
			if (tag !== undefined && name !== undefined) {
				const value = decoder.extent(bytes, at + width, name);
				const known = values.get(tag);
				if (known === undefined) {
					values.set(tag, [value]);
				} else {
					known.push(value);
				}
			} else if (tag !== undefined && tables.has(tag)) {
				addresses.set(tag, decoder.address(bytes, at + width));
			} else if (tag !== undefined && tableSizes.has(tag)) {
				sizes.set(tag, Number(decoder.address(bytes, at + width)));
			}
		}
	}

	return {values, addresses, sizes};
}

/** Up to the end of the segment: where the table ends, ld.so does not ask. */
function locateStrings(
	file: FileBytes,
	headers: readonly ProgramHeader[],
	{addresses, sizes}: Entries,
): Extent {
	const address = addresses.get(DT_STRTAB);
	if (address === undefined) {
		throw invalidElf(file.path, 'DT_STRTAB', 'is missing');
	}

	const place = extentAt(headers, address);
	if (place === undefined) {
		throw invalidElf(file.path, 'DT_STRTAB', `0x${address.toString(16)} is outside every PT_LOAD`);
	}

	const size = sizes.get(DT_STRSZ) ?? 0;
	if (size <= READ_WHOLE) {
		const available = Math.min(size + VERSION_RECORDS, place.length);
		file.at(place.offset, available, 'DT_STRTAB');
	}

	return place;
}

function locateSymbols(headers: readonly ProgramHeader[], entries: Entries): Extent | undefined {
	const address = entries.addresses.get(DT_SYMTAB);
	const place = address === undefined ? undefined : extentAt(headers, address);
	return place === undefined ? undefined : tableExtent(place, DT_SYMTAB, entries);
}

/** Tables do not say where they end: one goes on until another begins, strings at least as far as DT_STRSZ says. */
function tableExtent(
	place: Extent,
	tag: typeof DT_STRTAB | typeof DT_SYMTAB,
	{addresses, sizes}: Entries,
): Extent {
	const address = addresses.get(tag) ?? 0n;
	const distances = [...addresses.values()].flatMap(other =>
		other > address ? [Number(other - address)] : [],
	);
	const atLeast = tag === DT_STRTAB ? (sizes.get(DT_STRSZ) ?? 0) : 0;
	const length = Math.max(Math.min(...distances), atLeast);
	return {offset: place.offset, length: Math.min(place.length, length)};
}

function locateRelocations(
	headers: readonly ProgramHeader[],
	entries: Entries,
	tags: {readonly table: number; readonly size: number},
): Relocations[] {
	const address = entries.addresses.get(tags.table);
	const size = entries.sizes.get(tags.size);
	const place = address === undefined ? undefined : extentAt(headers, address);
	if (place === undefined || size === undefined) {
		return [];
	}

	const {offset, length} = place;
	return [{offset, length: Math.min(length, size), hasAddends: tags.table === DT_RELA}];
}

function describe(
	entries: Values,
	strings: StringTable,
): Omit<
	DynamicSection,
	'stringTable' | 'symbolTable' | 'relocations' | 'versionNeeds' | 'versionDefinitions'
> {
	const all = (tag: number, name: string): readonly string[] =>
		Object.freeze((entries.get(tag) ?? []).map(offset => strings.string(offset, name)));
	const last = (tag: number, name: string): string | undefined => {
		const offset = entries.get(tag)?.at(-1);
		return offset === undefined ? undefined : strings.string(offset, name);
	};

	return {
		needed: all(DT_NEEDED, 'DT_NEEDED'),
		soname: last(DT_SONAME, 'DT_SONAME'),
		rpath: last(DT_RPATH, 'DT_RPATH'),
		runpath: last(DT_RUNPATH, 'DT_RUNPATH'),
		filter: all(DT_FILTER, 'DT_FILTER'),
		auxiliary: all(DT_AUXILIARY, 'DT_AUXILIARY'),
		audit: last(DT_AUDIT, 'DT_AUDIT'),
		depAudit: last(DT_DEPAUDIT, 'DT_DEPAUDIT'),
		flags: describeFlags(entries),
		strings,
	};
}

function describeFlags(entries: Values): ElfFlags {
	const flags = entries.get(DT_FLAGS)?.at(-1) ?? 0;
	const flags1 = entries.get(DT_FLAGS_1)?.at(-1) ?? 0;
	const has = (mask: number): boolean => (flags & mask) !== 0;
	const has1 = (mask: number): boolean => (flags1 & mask) !== 0;
	return Object.freeze({
		noDefaultLib: has1(DF_1_NODEFLIB),
		pie: has1(DF_1_PIE),
		bindNow: has(DF_BIND_NOW) || has1(DF_1_NOW) || entries.has(DT_BIND_NOW),
		staticTls: has(DF_STATIC_TLS),
		noDelete: has1(DF_1_NODELETE),
		noOpen: has1(DF_1_NOOPEN),
		origin: has(DF_ORIGIN) || has1(DF_1_ORIGIN),
	});
}

export const noFlags: ElfFlags = describeFlags(new Map());
