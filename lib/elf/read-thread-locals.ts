/**
 * The thread-local storage that an object defines by name, and that it reaches by offsets fixed when
 * it is loaded: its relocations of kind TPOFF (Drepper, ELF Handling For Thread-Local Storage).
 *
 * What is reached so must lie in the storage that every thread begins with, whoever defines it. The
 * provider does not know; DF_STATIC_TLS is the user's, and programs never have it. The file is
 * opened for this question only: hardly any walk asks.
 */
import {withHostFile, type HostFile} from '../paths/host-file.js';
import type {HostPath} from '../paths/paths.js';
import type {Decoder} from './decoder.js';
import {EM_386, EM_AARCH64, EM_X86_64} from './elf-machines.js';
import type {ThreadLocals} from './elf-object.js';
import type {Extent} from './program-headers.js';

export interface ThreadLocalTables {
	readonly stringTable: Extent;
	readonly symbolTable: Extent | undefined;
	readonly relocations: readonly Relocations[];
}

export interface Relocations extends Extent {
	/** Whether each ends in an addend. */
	readonly hasAddends: boolean;
}

/** R_386_TLS_TPOFF and _TPOFF32, R_X86_64_TPOFF64, R_AARCH64_TLS_TPREL. */
const fixedOffsets: ReadonlyMap<number, readonly number[]> = new Map([
	[EM_386, [14, 37]],
	[EM_X86_64, [18]],
	[EM_AARCH64, [1030]],
]);

const STT_TLS = 6;
const STB_LOCAL = 0;
const SHN_UNDEF = 0;
const NAME_LIMIT = 4096;
const PIECE = 1 << 20;

export const noThreadLocals: ThreadLocals = Object.freeze({
	defined: Object.freeze([]),
	fixed: Object.freeze([]),
	fixesOwn: false,
});

/** @throws {DynpkError} what `withHostFile` throws */
export function readThreadLocals(
	{path, size, machine}: {readonly path: HostPath; readonly size: number; readonly machine: number},
	decoder: Decoder,
	tables: ThreadLocalTables | undefined,
): ThreadLocals {
	const types = fixedOffsets.get(machine);
	if (types === undefined || tables?.symbolTable === undefined) {
		return noThreadLocals;
	}

	const {symbolTable, stringTable, relocations} = tables;
	return withHostFile(path, size, file => {
		const symbols = readSymbols(file, decoder, symbolTable);
		const used = [
			...new Set(relocations.flatMap(table => findFixed(file, decoder, {table, types}))),
		];
		const names = used.map(index => symbols.named.get(index));
		const nameOf = (symbol: number): string => readName(file, stringTable, symbol);
		return Object.freeze({
			defined: Object.freeze([...symbols.defined].map(nameOf)),
			fixed: Object.freeze(names.filter(name => name !== undefined).map(nameOf)),
			fixesOwn: names.includes(undefined),
		});
	});
}

/** Of thread-local storage that others may see or have; names by their offsets in the string table. */
interface Symbols {
	/** By index. */
	readonly named: ReadonlyMap<number, number>;
	readonly defined: ReadonlySet<number>;
}

function readSymbols(file: HostFile, decoder: Decoder, table: Extent): Symbols {
	const wide = decoder.class === 64;
	const size = wide ? 24 : 16;
	const [info, section] = wide ? [4, 6] : [12, 14];
	const named = new Map<number, number>();
	const defined = new Set<number>();
	for (const {bytes, first} of piecesOf(file, table, size)) {
		for (let at = 0; at + size <= bytes.length; at += size) {
			const kind = bytes[at + info] ?? 0;
			if ((kind & 0xf) !== STT_TLS || kind >> 4 === STB_LOCAL) {
				continue;
			}

			const name = decoder.word(bytes, at);
			named.set(first + at / size, name);
			if (decoder.half(bytes, at + section) !== SHN_UNDEF) {
				defined.add(name);
			}
		}
	}

	return {named, defined};
}

/** The symbols' indexes; 0 where the storage has no name. */
function findFixed(
	file: HostFile,
	decoder: Decoder,
	{table, types}: {readonly table: Relocations; readonly types: readonly number[]},
): number[] {
	const {width} = decoder;
	const size = (table.hasAddends ? 3 : 2) * width;
	const found: number[] = [];
	for (const {bytes} of piecesOf(file, table, size)) {
		for (let at = 0; at + size <= bytes.length; at += size) {
			const info = decoder.word(bytes, at + width);
			// The three machines are little-endian: the type comes first.
			if (width === 8 && types.includes(info)) {
				found.push(decoder.word(bytes, at + width + 4));
			} else if (width === 4 && types.includes(info & 0xff)) {
				found.push(info >>> 8);
			}
		}
	}

	return found;
}

/** A table by whole entries; `first` is the index of a piece's first. */
function* piecesOf(
	file: HostFile,
	{offset, length}: Extent,
	size: number,
): Generator<{readonly bytes: Buffer; readonly first: number}> {
	const step = PIECE - (PIECE % size);
	for (let done = 0; done < length; done += step) {
		const bytes = file.read(offset + done, Math.min(step, length - done));
		yield {bytes, first: done / size};
	}
}

function readName(file: HostFile, {offset, length}: Extent, at: number): string {
	const bytes = file.read(offset + at, Math.min(NAME_LIMIT, Math.max(0, length - at)));
	const end = bytes.indexOf(0);
	// Compared only, and with names read the same way: one character a byte.
	return bytes.toString('latin1', 0, end === -1 ? bytes.length : end);
}
