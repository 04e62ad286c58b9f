/**
 * Which watched functions an object imports: undefined symbols of its dynamic symbol table.
 *
 * Hardly any object has such a name among its strings, so these are searched first, and the symbols
 * are read for the few that have. A name may be the tail of a longer string, since linkers let two
 * symbols share one. The table does not say where it ends: it goes on until another one begins.
 */
import type {Decoder} from './decoder.js';
import type {FileBytes} from './file-bytes.js';
import type {ProgramHeader} from './elf-object.js';
import {extentAt, type Extent} from './program-headers.js';
import {watchedImports} from './watched-imports.js';

export interface SymbolTables {
	readonly strings: Extent;
	/** Address of the symbols; `undefined` where there are none. */
	readonly symbols: number | undefined;
	/** Addresses of other tables. */
	readonly others: readonly number[];
}

/** Larger ones are not searched: they belong to a handful of C++ libraries. */
const STRINGS_SEARCHED = 1 << 20;
const SYMBOLS_SEARCHED = 4 << 20;

const none: readonly string[] = Object.freeze([]);
const needles = watchedImports.map(name => ({name, bytes: Buffer.from(`${name}\0`)}));

/** Where tables are too large to search, all of them: whoever acts on it carries too much. */
export function readImports(
	file: FileBytes,
	decoder: Decoder,
	headers: readonly ProgramHeader[],
	{strings, symbols, others}: SymbolTables,
): readonly string[] {
	if (symbols === undefined) {
		return none;
	}

	if (strings.length > STRINGS_SEARCHED) {
		return watchedImports;
	}

	const named = findNames(file, strings);
	if (named.size === 0) {
		return none;
	}

	const table = symbolExtent(headers, symbols, others);
	if (table === undefined || table.length > SYMBOLS_SEARCHED) {
		return Object.freeze([...new Set(named.values())]);
	}

	return Object.freeze([...findUndefined(file, decoder, table, named)]);
}

/** The names by the offsets at which the string table has them. */
function findNames(file: FileBytes, {offset, length}: Extent): Map<number, string> {
	const {bytes, at} = file.at(offset, length, 'DT_STRTAB');
	const table = bytes.subarray(at, at + length);
	const named = new Map<number, string>();
	for (const {name, bytes: needle} of needles) {
		let found = table.indexOf(needle);
		while (found !== -1) {
			named.set(found, name);
			found = table.indexOf(needle, found + 1);
		}
	}

	return named;
}

function symbolExtent(
	headers: readonly ProgramHeader[],
	symbols: number,
	others: readonly number[],
): Extent | undefined {
	const place = extentAt(headers, BigInt(symbols));
	const next = Math.min(...others.filter(address => address > symbols));
	return place && {offset: place.offset, length: Math.min(place.length, next - symbols)};
}

function findUndefined(
	file: FileBytes,
	decoder: Decoder,
	{offset, length}: Extent,
	named: ReadonlyMap<number, string>,
): Set<string> {
	const size = decoder.class === 64 ? 24 : 16;
	const section = decoder.class === 64 ? 6 : 14;
	const whole = length - (length % size);
	const {bytes, at: start} = file.at(offset, whole, 'DT_SYMTAB');
	const imports = new Set<string>();
	for (let at = start; at < start + whole; at += size) {
		const name = named.get(decoder.word(bytes, at));
		if (name !== undefined && decoder.half(bytes, at + section) === 0) {
			imports.add(name);
		}
	}

	return imports;
}
