/**
 * What lets a debugger follow a program whose loader the kernel does not start.
 *
 * gdb looks for the loader that section `.interp` names at the address that the kernel gave it, which
 * here is none, and never learns of a library. Without such a section it stops where the program's
 * own symbols have `_dl_debug_state`, as in static programs, and asks then which libraries there are
 * (enable_break in gdb/solib-svr4.c). So the section loses its name, and a symbol that compilers'
 * start files bring and nobody asks for takes that one, at the program's own entry point, which is
 * reached when all libraries are mapped. Nothing that a loader reads is changed.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {readSections, type Section} from '../elf/read-sections.js';
import {inMemory, type HostFile} from '../paths/host-file.js';
import type {ByteRange} from '../paths/byte-range.js';

/** Of crtbegin.o, which GCC and Clang link programs with. */
const spareSymbol = Buffer.from('\0__do_global_dtors_aux_fini_array_entry\0');
const eventSymbol = Buffer.from('_dl_debug_state\0');

/** Whether a debugger would find the source lines of the program in its own file. */
export function hasDebugInformation(sections: readonly Section[]): boolean {
	return sections.some(({name}) => name === '.debug_info' || name === '.zdebug_info');
}

/** Change the little-endian `program`, whose entry point was `entry`; returns where. */
export function helpDebuggers(program: Buffer, {entry, class: bits, path}: ElfObject): ByteRange[] {
	const file = inMemory(program);
	const sections = readSections(file, path);
	const interpreter = sections.find(({name}) => name === '.interp');
	const symbols = sections.find(({name}) => name === '.symtab');
	const code = sections.findIndex(({name}) => name === '.text');
	const strings = symbols === undefined ? undefined : sections[symbols.link];
	if (interpreter === undefined || symbols === undefined || strings === undefined || code === -1) {
		return [];
	}

	const name = bytesOf(file, strings).indexOf(spareSymbol) + 1;
	const symbol = name === 0 ? undefined : findSymbol(bytesOf(file, symbols), name, bits);
	if (symbol === undefined) {
		return [];
	}
	eventSymbol.copy(program, strings.offset + name);
	const at = symbols.offset + symbol;
	writeSymbol(program, at, {entry, code, bits});
	// `interp`: the name without its dot, which the table of names holds already.
	program.writeUInt32LE(
		program.readUInt32LE(interpreter.header.offset) + 1,
		interpreter.header.offset,
	);
	return [
		{offset: strings.offset + name, length: eventSymbol.length},
		{offset: at + 4, length: symbolSize(bits) - 4},
		{offset: interpreter.header.offset, length: 4},
	];
}

function bytesOf(file: HostFile, {offset, size}: Section): Buffer {
	return file.read(offset, size);
}

/** In bytes: Elf32_Sym and Elf64_Sym. */
function symbolSize(bits: 32 | 64): 16 | 24 {
	return bits === 64 ? 24 : 16;
}

/** The offset in the table of the first symbol with this name. */
function findSymbol(table: Buffer, name: number, bits: 32 | 64): number | undefined {
	const size = symbolSize(bits);
	for (let at = 0; at + size <= table.length; at += size) {
		if (table.readUInt32LE(at) === name) {
			return at;
		}
	}

	return undefined;
}

/** A local function (STT_FUNC) at the entry point; the name stays. */
function writeSymbol(
	bytes: Buffer,
	at: number,
	{entry, code, bits}: {readonly entry: bigint; readonly code: number; readonly bits: 32 | 64},
): void {
	if (bits === 64) {
		bytes.writeUInt8(2, at + 4);
		bytes.writeUInt16LE(code, at + 6);
		bytes.writeBigUInt64LE(entry, at + 8);
		bytes.writeBigUInt64LE(0n, at + 16);
	} else {
		bytes.writeUInt32LE(Number(entry), at + 4);
		bytes.writeUInt32LE(0, at + 8);
		bytes.writeUInt8(2, at + 12);
		bytes.writeUInt16LE(code, at + 14);
	}
}
