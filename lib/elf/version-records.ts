/**
 * Symbol version needs and definitions (`.gnu.version_r`, `.gnu.version_d`).
 *
 * Two-level chains of relative, unsigned links, walked to the link that is 0 as elf/dl-version.c
 * does; the counts beside them are not used there and not used here. A link must lead behind the
 * record it stands in, so that no chain can stand still.
 */
import type {Decoder} from './decoder.js';
import {invalidElf} from './elf-fault.js';
import type {ProgramHeader, VersionNeed} from './elf-object.js';
import type {FileBytes, Span} from './file-bytes.js';
import {extentAt, type Extent} from './program-headers.js';
import type {StringTable} from './string-table.js';

export interface VersionTable {
	readonly file: FileBytes;
	readonly decoder: Decoder;
	readonly headers: readonly ProgramHeader[];
	readonly strings: StringTable;
	/** Where the first record is mapped. */
	readonly address: bigint;
}

const VERNEED_SIZE = 16;
const VERNAUX_SIZE = 16;
const VERDEF_SIZE = 20;
const VERDAUX_SIZE = 8;
const VER_FLG_BASE = 1;
const VER_FLG_WEAK = 2;
/** The richest table seen, of libc itself, has below a hundred. */
const MAX_RECORDS = 1 << 14;

export function decodeVersionNeeds(table: VersionTable): readonly VersionNeed[] {
	const {decoder, strings} = table;
	const chain = recordChain(table, 'DT_VERNEED');
	const needs: VersionNeed[] = [];

	for (const {bytes, at, offset} of chain.from(0, VERNEED_SIZE, 12)) {
		requireRevision(table, decoder.half(bytes, at), 'vn_version');
		const file = strings.string(decoder.word(bytes, at + 4), 'vn_file');
		const versions: VersionNeed['versions'][number][] = [];
		if (decoder.half(bytes, at + 2) > 0) {
			for (const aux of chain.from(offset + decoder.word(bytes, at + 8), VERNAUX_SIZE, 12)) {
				const name = strings.string(decoder.word(aux.bytes, aux.at + 8), 'vna_name');
				const weak = (decoder.half(aux.bytes, aux.at + 4) & VER_FLG_WEAK) !== 0;
				versions.push(Object.freeze({name, weak}));
			}
		}

		needs.push(Object.freeze({file, versions: Object.freeze(versions)}));
	}

	return Object.freeze(needs);
}

/** Names of the versions an object defines, its base definition left out. */
export function decodeVersionDefinitions(table: VersionTable): readonly string[] {
	const {decoder, strings} = table;
	const chain = recordChain(table, 'DT_VERDEF');
	const names: string[] = [];

	for (const {bytes, at, offset} of chain.from(0, VERDEF_SIZE, 16)) {
		requireRevision(table, decoder.half(bytes, at), 'vd_version');
		const isBase = (decoder.half(bytes, at + 2) & VER_FLG_BASE) !== 0;
		if (isBase || decoder.half(bytes, at + 6) === 0) {
			continue;
		}

		// The first name is the definition's own; the others are what it inherits from.
		const own = chain.record(offset + decoder.word(bytes, at + 12), VERDAUX_SIZE);
		names.push(strings.string(decoder.word(own.bytes, own.at), 'vda_name'));
	}

	return Object.freeze(names);
}

/** A record, `offset` bytes into its table. */
interface VersionRecord extends Span {
	readonly offset: number;
}

interface RecordChain {
	record(offset: number, size: number): VersionRecord;
	/** Walk from `offset` by the link that stands `linkAt` bytes into each record. */
	from(offset: number, size: number, linkAt: number): Iterable<VersionRecord>;
}

function recordChain(table: VersionTable, field: string): RecordChain {
	const {file, decoder} = table;
	const extent = extentOf(table, field);
	let records = 0;

	const record = (offset: number, size: number): VersionRecord => {
		if (offset + size > extent.length) {
			throw invalidElf(file.path, field, `has a record ${offset} bytes in, past its segment`);
		}

		records += 1;
		if (records > MAX_RECORDS) {
			throw invalidElf(file.path, field, `has more than ${MAX_RECORDS} records`);
		}

		const {bytes, at} = file.at(extent.offset + offset, size, field);
		return {bytes, at, offset};
	};

	return {
		record,
		*from(first, size, linkAt) {
			let offset = first;
			for (let link = -1; link !== 0; offset += link) {
				const current = record(offset, size);
				yield current;
				link = decoder.word(current.bytes, current.at + linkAt);
				if (link !== 0 && link < size) {
					throw invalidElf(file.path, field, `has a link of ${link} into its own record`);
				}
			}
		},
	};
}

function extentOf({file, headers, address}: VersionTable, field: string): Extent {
	const extent = extentAt(headers, address);
	if (extent === undefined) {
		throw invalidElf(file.path, field, `0x${address.toString(16)} is outside every PT_LOAD`);
	}

	return extent;
}

function requireRevision({file}: VersionTable, revision: number, field: string): void {
	if (revision !== 1) {
		throw invalidElf(file.path, field, `is ${revision}, and only 1 is defined`);
	}
}
