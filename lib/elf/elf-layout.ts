/**
 * Where the tables of an ELF file lie, for what changes a file or looks beside its segments.
 *
 * Read from the header, in the file's own class and byte order. Nothing of it is believed or
 * refused, as nobody loads a program by its sections: who takes bytes from a table asks whether they
 * are there.
 */
import {makeDecoder, type Decoder} from './decoder.js';
import {ELF_MAGIC} from './file-header.js';
import {decodeProgramHeader, PT_LOAD} from './program-headers.js';

export interface ElfLayout {
	readonly decoder: Decoder;
	readonly byteOrder: 'little' | 'big';
	/** `e_machine`. */
	readonly machine: number;
	readonly programHeaders: Table;
	readonly sectionHeaders: Table;
	/** `e_shstrndx`: which section holds their names. */
	readonly sectionNames: number;
}

export interface Table {
	/** In the file. */
	readonly offset: number;
	readonly entrySize: number;
	readonly count: number;
}

/** Of the 64-bit class; the other's is shorter. */
export const HEADER_SIZE = 64;

/** `undefined` where the bytes are no ELF file. */
export function readElfLayout(bytes: Buffer, path: string): ElfLayout | undefined {
	if (bytes.length < HEADER_SIZE || bytes.readUInt32BE(0) !== ELF_MAGIC) {
		return undefined;
	}

	const byteOrder = bytes.readUInt8(5) === 2 ? 'big' : 'little';
	const decoder = makeDecoder(path, bytes.readUInt8(4) === 2 ? 64 : 32, byteOrder);
	const {width} = decoder;
	const {phoff, shoff, sizes} = headerFields(width);
	return {
		decoder,
		byteOrder,
		machine: decoder.half(bytes, 18),
		programHeaders: {
			offset: Number(decoder.address(bytes, phoff)),
			entrySize: decoder.half(bytes, sizes),
			count: decoder.half(bytes, sizes + 2),
		},
		sectionHeaders: {
			offset: Number(decoder.address(bytes, shoff)),
			entrySize: decoder.half(bytes, sizes + 4),
			count: decoder.half(bytes, sizes + 6),
		},
		sectionNames: decoder.half(bytes, sizes + 8),
	};
}

/** In little-endian bytes, copy the program headers to another place, and name that one. */
export function copyProgramHeaders(bytes: Buffer, layout: ElfLayout, place: number): void {
	const {decoder, programHeaders} = layout;
	const {offset, entrySize, count} = programHeaders;
	bytes.copy(bytes, place, offset, offset + entrySize * count);
	const {phoff} = headerFields(decoder.width);
	bytes.fill(0, phoff, phoff + decoder.width);
	bytes.writeUInt32LE(place, phoff);
}

/** Where `e_phoff` and `e_shoff` are, and `e_phentsize`, behind which the other sizes follow. */
function headerFields(width: Decoder['width']): {
	readonly phoff: number;
	readonly shoff: number;
	readonly sizes: number;
} {
	return {phoff: 24 + width, shoff: 24 + 2 * width, sizes: 30 + 3 * width};
}

/**
 * In little-endian bytes, make the segment that holds file offset `place` reach to the file's end, and
 * drop the section table, which lies behind.
 */
export function growSegment(bytes: Buffer, layout: ElfLayout, place: number): void {
	const {decoder, programHeaders} = layout;
	const {width} = decoder;
	for (let index = 0; index < programHeaders.count; index++) {
		const start = programHeaders.offset + index * programHeaders.entrySize;
		const {type, offset, fileSize} = decodeProgramHeader(decoder, bytes, start);
		if (type === PT_LOAD && offset <= place && place < offset + fileSize) {
			const size = bytes.length - offset;
			// p_filesz and p_memsz.
			for (const at of [start + 4 * width, start + 5 * width]) {
				bytes.fill(0, at, at + width);
				bytes.writeUInt32LE(size, at);
			}
		}
	}

	const {shoff, sizes} = headerFields(width);
	// e_shoff; e_shnum and e_shstrndx.
	bytes.fill(0, shoff, shoff + width);
	bytes.fill(0, sizes + 6, sizes + 10);
}
