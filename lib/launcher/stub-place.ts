/**
 * Where in a program's file the entry stub of strategy `self` goes.
 *
 * Best behind its code, in the zeros that fill the last page: nothing of the program lies there, and a
 * breakpoint that a debugger sets in the code stays. Else over its first instructions.
 */
import type {ElfObject, ProgramHeader} from '../elf/elf-object.js';
import {PF_W, PF_X, PT_LOAD} from '../elf/program-headers.js';
import type {ByteRange} from '../paths/byte-range.js';
import type {HostFile} from '../paths/host-file.js';

export interface StubPlace {
	readonly segment: ProgramHeader;
	/** In the file. */
	readonly offset: number;
	/** Whether nothing of the program lies there. */
	readonly isPadding: boolean;
}

/** In bytes, of every machine: what the kernel maps at least of a segment. */
const PAGE = 4096;

/** `undefined` where there is no room for `length` bytes. */
export function placeStub(
	{entry, programHeaders}: ElfObject,
	file: HostFile,
	length: number,
): StubPlace | undefined {
	const segments = programHeaders.filter(({type}) => type === PT_LOAD);
	const segment = segments.find(
		({virtualAddress, fileSize, flags}) =>
			(flags & PF_X) !== 0 &&
			(flags & PF_W) === 0 &&
			entry >= virtualAddress &&
			entry < virtualAddress + BigInt(fileSize),
	);
	if (segment === undefined) {
		return undefined;
	}
	const codeEnd = segment.offset + segment.fileSize;
	const pageEnd = Math.ceil(codeEnd / PAGE) * PAGE;
	const isFree = (end: number): boolean =>
		end <= Math.min(pageEnd, file.size) &&
		file.read(codeEnd, end - codeEnd).every(byte => byte === 0) &&
		segments.every(other => other.offset >= end || other.offset <= segment.offset);
	const behind = Math.ceil(codeEnd / 16) * 16;
	if (isFree(behind + length)) {
		return {segment, offset: behind, isPadding: true};
	}
	const over = segment.offset + Number(entry - segment.virtualAddress);
	return isFree(over + length) ? {segment, offset: over, isPadding: false} : undefined;
}

/** Where the ELF header names the entry point (e_entry), in files of either class. */
const ENTRY_OFFSET = 24;

/** Have the little-endian `program` entered at `place`; returns what that changed. */
export function enterAt(
	program: Buffer,
	{class: bits}: ElfObject,
	{segment, offset}: StubPlace,
): ByteRange {
	const address = segment.virtualAddress + BigInt(offset - segment.offset);
	if (bits === 64) {
		program.writeBigUInt64LE(address, ENTRY_OFFSET);
	} else {
		program.writeUInt32LE(Number(address), ENTRY_OFFSET);
	}

	return {offset: ENTRY_OFFSET, length: bits / 8};
}
