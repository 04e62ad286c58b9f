/**
 * Program headers, and the way from an address to the bytes behind it.
 *
 * ld.so reads the dynamic section and all it points to from memory, so an address is turned into a
 * file offset through PT_LOAD, as mapping would; section headers play no part.
 */
import type {Decoder} from './decoder.js';
import {invalidElf} from './elf-fault.js';
import type {ProgramHeader} from './elf-object.js';
import type {FileBytes} from './file-bytes.js';
import {programHeaderSize, type FileHeader} from './file-header.js';

export const PT_LOAD = 1;
export const PT_DYNAMIC = 2;
export const PT_INTERP = 3;
export const PT_NOTE = 4;
export const PT_TLS = 7;
export const PT_GNU_STACK = 0x6474_e551;

/** `p_flags`. */
export const PF_X = 1;
export const PF_W = 2;

export function decodeProgramHeaders(
	file: FileBytes,
	header: FileHeader,
): readonly ProgramHeader[] {
	const {decoder} = header;
	const {offset, count} = header.programHeaders;
	const size = programHeaderSize(decoder);
	if (offset > file.size) {
		throw invalidElf(file.path, 'e_phoff', `is ${offset}, the file ends at ${file.size}`);
	}

	const {bytes, at: start} = file.at(offset, count * size, 'the program header table');
	const headers: ProgramHeader[] = [];
	for (let at = start; at < start + count * size; at += size) {
		headers.push(Object.freeze(decodeProgramHeader(decoder, bytes, at)));
	}

	return Object.freeze(headers);
}

export function decodeProgramHeader(decoder: Decoder, table: Buffer, at: number): ProgramHeader {
	const {width} = decoder;
	// The flags moved up beside the type in the 64-bit class, to align what follows.
	const fields = width === 8 ? at + 8 : at + 4;
	return {
		type: decoder.word(table, at),
		flags: decoder.word(table, width === 8 ? at + 4 : at + 24),
		offset: decoder.extent(table, fields, 'p_offset'),
		virtualAddress: decoder.address(table, fields + width),
		fileSize: decoder.extent(table, fields + 3 * width, 'p_filesz'),
		memorySize: decoder.address(table, fields + 4 * width),
		alignment: decoder.address(table, width === 8 ? at + 48 : at + 28),
	};
}

/** Bytes of a file that an address leads to. */
export interface Extent {
	readonly offset: number;
	/** Up to the end of the file's part of the segment. */
	readonly length: number;
}

/** Find what lies at `address` once the file is mapped; `undefined` outside every PT_LOAD. */
export function extentAt(headers: readonly ProgramHeader[], address: bigint): Extent | undefined {
	for (const {type, virtualAddress, offset, fileSize} of headers) {
		if (type !== PT_LOAD) {
			continue;
		}

		const into = address - virtualAddress;
		if (into >= 0n && into < fileSize) {
			return {offset: offset + Number(into), length: fileSize - Number(into)};
		}
	}

	return undefined;
}
