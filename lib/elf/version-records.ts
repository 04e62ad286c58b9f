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
import type {FileBytes} from './file-bytes.js';
import {extentAt, type Extent} from './program-headers.js';
import type {StringTable} from './string-table.js';

export interface VersionTable {
	readonly file: FileBytes;
	readonly decoder: Decoder;
	readonly headers: readonly ProgramHeader[];
	readonly strings: StringTable;
	/** Where the first record is mapped. */
	readonly address: number;
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

	for (const need of chain.from(0, VERNEED_SIZE, 12)) {
		requireRevision(table, decoder.half(need.bytes, 0), 'vn_version');
		const file = strings.string(decoder.word(need.bytes, 4), 'vn_file');
		const versions: VersionNeed['versions'][number][] = [];
		const first = need.at + decoder.word(need.bytes, 8);
		if (decoder.half(need.bytes, 2) > 0) {
			for (const {bytes} of chain.from(first, VERNAUX_SIZE, 12)) {
				const name = strings.string(decoder.word(bytes, 8), 'vna_name');
				const weak = (decoder.half(bytes, 4) & VER_FLG_WEAK) !== 0;
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

	for (const definition of chain.from(0, VERDEF_SIZE, 16)) {
		requireRevision(table, decoder.half(definition.bytes, 0), 'vd_version');
		const isBase = (decoder.half(definition.bytes, 2) & VER_FLG_BASE) !== 0;
		if (isBase || decoder.half(definition.bytes, 6) === 0) {
			continue;
		}

		// The first name is the definition's own; the others are what it inherits from.
		const own = chain.record(definition.at + decoder.word(definition.bytes, 12), VERDAUX_SIZE);
		names.push(strings.string(decoder.word(own, 0), 'vda_name'));
	}

	return Object.freeze(names);
}

interface RecordChain {
	/** Read one record, `at` bytes into the table. */
	record(at: number, size: number): Buffer;
	/** Walk from `at` by the link that stands `linkAt` bytes into each record. */
	from(at: number, size: number, linkAt: number): Iterable<{at: number; bytes: Buffer}>;
}

function recordChain(table: VersionTable, field: string): RecordChain {
	const {file, decoder} = table;
	const extent = extentOf(table, field);
	let records = 0;

	const record = (at: number, size: number): Buffer => {
		if (at + size > extent.length) {
			throw invalidElf(file.path, field, `has a record ${at} bytes in, past its segment`);
		}

		records += 1;
		if (records > MAX_RECORDS) {
			throw invalidElf(file.path, field, `has more than ${MAX_RECORDS} records`);
		}

		return file.at(extent.offset + at, size, field);
	};

	return {
		record,
		*from(first, size, linkAt) {
			for (let at = first; ;) {
				const bytes = record(at, size);
				yield {at, bytes};
				const link = decoder.word(bytes, linkAt);
				if (link === 0) {
					return;
				}

				if (link < size) {
					throw invalidElf(file.path, field, `has a link of ${link} into its own record`);
				}

				at += link;
			}
		},
	};
}

function extentOf({file, headers, address}: VersionTable, field: string): Extent {
	const extent = extentAt(headers, BigInt(address));
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
