/**
 * Numbers of one ELF file, by its class and byte order.
 *
 * Offsets and sizes become plain numbers, which are exact up to 2^53: no file is that long, so a
 * larger one is refused where it is read. Addresses may be anything and stay 64-bit.
 */
import {invalidElf} from './elf-fault.js';

export interface Decoder {
	readonly class: 32 | 64;
	/** Bytes of an address, an offset or a size in this class. */
	readonly width: 4 | 8;
	half(bytes: Buffer, offset: number): number;
	word(bytes: Buffer, offset: number): number;
	address(bytes: Buffer, offset: number): bigint;
	/** Read a class-sized tag; `undefined` where it needs more than 32 bits, as no known one does. */
	tag(bytes: Buffer, offset: number): number | undefined;
	/**
	 * Read an offset or a size.
	 *
	 * @throws {DynpkError} ELF_INVALID beyond 2^53.
	 */
	extent(bytes: Buffer, offset: number, field: string): number;
}

export function makeDecoder(path: string, elfClass: 32 | 64, byteOrder: 'little' | 'big'): Decoder {
	const little = byteOrder === 'little';
	const half = (bytes: Buffer, offset: number): number =>
		little ? bytes.readUInt16LE(offset) : bytes.readUInt16BE(offset);
	const word = (bytes: Buffer, offset: number): number =>
		little ? bytes.readUInt32LE(offset) : bytes.readUInt32BE(offset);

	if (elfClass === 32) {
		return {
			class: 32,
			width: 4,
			half,
			word,
			address: (bytes, offset) => BigInt(word(bytes, offset)),
			tag: word,
			extent: word,
		};
	}

	const low = (bytes: Buffer, offset: number): number => word(bytes, little ? offset : offset + 4);
	const high = (bytes: Buffer, offset: number): number => word(bytes, little ? offset + 4 : offset);
	return {
		class: 64,
		width: 8,
		half,
		word,
		address: (bytes, offset) =>
			little ? bytes.readBigUInt64LE(offset) : bytes.readBigUInt64BE(offset),
		tag: (bytes, offset) => (high(bytes, offset) === 0 ? low(bytes, offset) : undefined),
		extent(bytes, offset, field) {
			const upper = high(bytes, offset);
			if (upper >= 0x20_0000) {
				const value = upper.toString(16) + low(bytes, offset).toString(16).padStart(8, '0');
				throw invalidElf(path, field, `is 0x${value}, beyond any file`);
			}

			return upper * 0x1_0000_0000 + low(bytes, offset);
		},
	};
}
