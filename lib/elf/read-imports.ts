/**
 * Which watched functions an object imports: undefined symbols of its dynamic symbol table.
 *
 * Hardly any object has such a name among its strings, so these are searched first, and the symbols
 * are read for the few that have. A name may be the tail of a longer string, since linkers let two
 * symbols share one. The file is opened for this question only: most walks never ask.
 */
import {withHostFile, type HostFile} from '../paths/host-file.js';
import type {HostPath} from '../paths/paths.js';
import type {Decoder} from './decoder.js';
import type {Extent} from './program-headers.js';
import {watchedImports} from './watched-imports.js';

export interface SymbolTables {
	readonly stringTable: Extent;
	readonly symbolTable: Extent | undefined;
}

/** Larger ones are not searched: they belong to a handful of C++ libraries. */
const STRINGS_SEARCHED = 1 << 20;
const SYMBOLS_SEARCHED = 4 << 20;

const none: readonly string[] = Object.freeze([]);
const needles = watchedImports.map(name => ({name, bytes: Buffer.from(`${name}\0`)}));

/**
 * Where tables are too large to search, all of them: whoever acts on it carries too much.
 *
 * @throws {DynpkError} what `withHostFile` throws
 */
export function readImports(
	path: HostPath,
	size: number,
	decoder: Decoder,
	tables: SymbolTables | undefined,
): readonly string[] {
	if (tables?.symbolTable === undefined) {
		return none;
	}

	const {stringTable, symbolTable} = tables;
	if (stringTable.length > STRINGS_SEARCHED || symbolTable.length > SYMBOLS_SEARCHED) {
		return watchedImports;
	}

	return withHostFile(path, size, file => {
		const named = findNames(file, stringTable);
		return named.size === 0
			? none
			: Object.freeze([...findUndefined(file, decoder, symbolTable, named)]);
	});
}

/** The names by the offsets at which the string table has them. */
function findNames(file: HostFile, {offset, length}: Extent): Map<number, string> {
	const table = file.read(offset, length);
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

function findUndefined(
	file: HostFile,
	decoder: Decoder,
	{offset, length}: Extent,
	named: ReadonlyMap<number, string>,
): Set<string> {
	const size = decoder.class === 64 ? 24 : 16;
	const section = decoder.class === 64 ? 6 : 14;
	const bytes = file.read(offset, length);
	const imports = new Set<string>();
	for (let at = 0; at + size <= bytes.length; at += size) {
		const name = named.get(decoder.word(bytes, at));
		if (name !== undefined && decoder.half(bytes, at + section) === 0) {
			imports.add(name);
		}
	}

	return imports;
}
