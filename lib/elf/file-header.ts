/**
 * The ELF header: `e_ident` and what follows (gABI chapter 4).
 *
 * Says which class and byte order everything else is read in. Section headers are not looked at,
 * with one exception of the format's own making: a file of 65,535 program headers or more keeps
 * their number in the first section header (PN_XNUM).
 */
import {makeDecoder, type Decoder} from './decoder.js';
import {invalidElf} from './elf-fault.js';
import type {FileBytes} from './file-bytes.js';

export interface FileHeader {
	readonly decoder: Decoder;
	readonly byteOrder: 'little' | 'big';
	readonly osAbi: number;
	readonly type: number;
	readonly machine: number;
	readonly entry: bigint;
	readonly machineFlags: number;
	/** Where the program headers are, and how many. */
	readonly programHeaders: {readonly offset: number; readonly count: number};
}

/** Bytes of `e_ident`. */
export const IDENT_SIZE = 16;

/** `\x7fELF`. */
export const ELF_MAGIC = 0x7f45_4c46;

const PN_XNUM = 0xffff;
/** More than any core file has; ld.so and the kernel stop at 65,535 and 1,170. */
const MAX_PROGRAM_HEADERS = 1 << 17;

export function decodeFileHeader(file: FileBytes): FileHeader {
	const {bytes: ident} = file.at(0, IDENT_SIZE, 'e_ident');
	const elfClass = byCode(file, ident, 4, 'EI_CLASS', [32, 64] as const);
	const byteOrder = byCode(file, ident, 5, 'EI_DATA', ['little', 'big'] as const);
	byCode(file, ident, 6, 'EI_VERSION', [1]);

	const decoder = makeDecoder(file.path, elfClass, byteOrder);
	const {width} = decoder;
	const {bytes} = file.at(0, width === 8 ? 64 : 52, 'the ELF header');
	const afterAddresses = 24 + 3 * width;
	return {
		decoder,
		byteOrder,
		osAbi: bytes.readUInt8(7),
		type: decoder.half(bytes, 16),
		machine: decoder.half(bytes, 18),
		entry: decoder.address(bytes, 24),
		machineFlags: decoder.word(bytes, afterAddresses),
		programHeaders: locateProgramHeaders(file, decoder, bytes),
	};
}

function byCode<T>(
	file: FileBytes,
	ident: Buffer,
	index: number,
	field: string,
	meanings: readonly T[],
): T {
	const code = ident.readUInt8(index);
	const meaning = meanings[code - 1];
	if (meaning === undefined) {
		throw invalidElf(file.path, field, `is ${code}`);
	}

	return meaning;
}

function locateProgramHeaders(
	file: FileBytes,
	decoder: Decoder,
	bytes: Buffer,
): FileHeader['programHeaders'] {
	const {width} = decoder;
	const afterFlags = 28 + 3 * width;
	const entrySize = decoder.half(bytes, afterFlags + 2);
	let count = decoder.half(bytes, afterFlags + 4);
	if (count === 0) {
		return {offset: 0, count: 0};
	}

	const expected = programHeaderSize(decoder);
	if (entrySize !== expected) {
		throw invalidElf(file.path, 'e_phentsize', `is ${entrySize}, not ${expected}`);
	}

	if (count === PN_XNUM) {
		count = countFromFirstSection(file, decoder, bytes);
	}

	if (count > MAX_PROGRAM_HEADERS) {
		throw invalidElf(file.path, 'e_phnum', `claims ${count} program headers`);
	}

	return {offset: decoder.extent(bytes, 24 + width, 'e_phoff'), count};
}

export function programHeaderSize(decoder: Decoder): number {
	return decoder.width === 8 ? 56 : 32;
}

function countFromFirstSection(file: FileBytes, decoder: Decoder, header: Buffer): number {
	const {width} = decoder;
	const offset = decoder.extent(header, 24 + 2 * width, 'e_shoff');
	if (offset === 0) {
		throw invalidElf(file.path, 'e_phnum', 'is PN_XNUM, but there is no section header');
	}

	const infoAt = 12 + 4 * width;
	const first = file.at(offset, infoAt + 4, 'e_shoff');
	const count = decoder.word(first.bytes, first.at + infoAt);
	if (count < PN_XNUM) {
		throw invalidElf(file.path, 'sh_info', `is ${count}, though e_phnum is PN_XNUM`);
	}

	return count;
}
