/**
 * Strings of the dynamic string table, each checked to end inside its segment and to be UTF-8.
 *
 * All names the loader acts on become file names, and those are text everywhere in dynpk, so one
 * that is not UTF-8 is refused rather than bent. The bytes decoded for one file have a ceiling:
 * thousands of entries may point into one long string.
 */
import {isUtf8} from 'node:buffer';
import {DynpkError} from '../errors/dynpk-error.js';
import {invalidElf} from './elf-fault.js';
import type {FileBytes, Span} from './file-bytes.js';
import type {Extent} from './program-headers.js';

export interface StringTable {
	/**
	 * Read the string at an offset of the table on behalf of a field.
	 *
	 * @throws {DynpkError} ELF_INVALID outside the table or without an end; NAME_NOT_UTF8.
	 */
	string(offset: number, field: string): string;
}

const CEILING = 4 << 20;
const FIRST_LOOK = 256;

export function makeStringTable(file: FileBytes, table: Extent): StringTable {
	const known = new Map<number, string>();
	let total = 0;

	return {
		string(offset, field) {
			const before = known.get(offset);
			if (before !== undefined) {
				return before;
			}

			if (offset >= table.length) {
				throw invalidElf(
					file.path,
					field,
					`is ${offset}, the string table ends at ${table.length}`,
				);
			}

			const span = terminated(file, table.offset + offset, table.length - offset, field);
			total += span.length;
			if (total > CEILING) {
				throw invalidElf(file.path, field, `makes its names longer than ${CEILING} bytes`);
			}

			const text = decodeText(file, span, field);
			known.set(offset, text);
			return text;
		},
	};
}

/** Some bytes of a span, without what ends them. */
export interface Text extends Span {
	readonly length: number;
}

/** Find the NUL that must come within `length` bytes from `offset`. */
export function terminated(file: FileBytes, offset: number, length: number, field: string): Text {
	for (let look = FIRST_LOOK; ; look *= 8) {
		const available = Math.min(look, length);
		const {bytes, at} = file.at(offset, available, field);
		const end = bytes.indexOf(0, at);
		if (end !== -1 && end < at + available) {
			return {bytes, at, length: end - at};
		}

		if (look >= length) {
			throw invalidElf(file.path, field, 'has no end where its table or segment ends');
		}
	}
}

/** @throws {DynpkError} NAME_NOT_UTF8 */
export function decodeText(file: FileBytes, {bytes, at, length}: Text, field: string): string {
	const text = bytes.toString('utf8', at, at + length);
	// A replacement character is rare enough that only then the bytes are checked again.
	if (text.includes('\ufffd') && !isUtf8(bytes.subarray(at, at + length))) {
		throw new DynpkError('NAME_NOT_UTF8', `${file.path}: ${field} is not UTF-8: ${text}`);
	}

	return text;
}
