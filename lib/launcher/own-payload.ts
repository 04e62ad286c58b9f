/**
 * Whether a program carries data in its own file that it will look for through /proc/self/exe.
 *
 * Two kinds of evidence: bytes behind everything the ELF headers account for, and the marks that
 * known makers of single-file programs leave. Data inside segments (Go's embed) is no such
 * evidence: it is mapped with the program, whoever maps it.
 */
import {readElfLayout} from '../elf/elf-layout.js';
import type {ElfObject} from '../elf/elf-object.js';
import {PT_LOAD} from '../elf/program-headers.js';

interface Mark {
	readonly maker: string;
	readonly bytes: Buffer;
	/** Where it has to lie: in the identification, anywhere, or outside what the loader maps. */
	readonly place: 'identification' | 'anywhere' | 'outside';
}

const marks: readonly Mark[] = [
	{maker: 'AppImage', bytes: Buffer.from('AI\u0001'), place: 'identification'},
	{maker: 'AppImage', bytes: Buffer.from('AI\u0002'), place: 'identification'},
	{
		maker: 'Node.js as a single executable application',
		// `:0` is the same fuse unburnt, in every node program.
		bytes: Buffer.from('NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2:1'),
		place: 'anywhere',
	},
	{
		maker: 'PyInstaller',
		bytes: Buffer.from('MEI\u000c\u000b\u000a\u000b\u000e'),
		place: 'outside',
	},
	{maker: 'Bun', bytes: Buffer.from('\n---- Bun! ----\n'), place: 'outside'},
	{maker: 'Deno', bytes: Buffer.from('d3n0l4nd'), place: 'outside'},
	{maker: 'PAR', bytes: Buffer.from('\nPAR.pm\n'), place: 'outside'},
	{maker: 'StaticX', bytes: Buffer.from('.staticx.archive\0'), place: 'outside'},
	{maker: 'zip', bytes: Buffer.from('PK\u0005\u0006'), place: 'outside'},
];

/** Describe the evidence in the program's bytes, or return `undefined` where there is none. */
export function findOwnPayload(object: ElfObject, bytes: Buffer): string | undefined {
	const mapped = object.programHeaders.filter(({type}) => type === PT_LOAD);
	const outside = bytes.subarray(
		Math.max(0, ...mapped.map(({offset, fileSize}) => offset + fileSize)),
	);
	const mark = marks.find(candidate => hasMark(candidate, bytes, outside));
	if (mark !== undefined) {
		return `made by ${mark.maker}`;
	}

	const behind = bytes.length - accountedEnd(object, bytes);
	return behind > 0 ? `${behind} bytes behind its last section` : undefined;
}

function hasMark({bytes: mark, place}: Mark, bytes: Buffer, outside: Buffer): boolean {
	switch (place) {
		case 'identification':
			return bytes.subarray(8, 8 + mark.length).equals(mark);
		case 'anywhere':
			return bytes.includes(mark);
		case 'outside':
			return outside.includes(mark);
	}
}

/** The end of the last segment, section or table; zeros that pad a file do not count. */
function accountedEnd(object: ElfObject, bytes: Buffer): number {
	const ends = object.programHeaders.map(({offset, fileSize}) => offset + fileSize);
	let end = Math.max(64, ...ends, ...sectionEnds(object, bytes));
	while (end < bytes.length && bytes[end] === 0) {
		end++;
	}

	return Math.min(end, bytes.length);
}

const SHT_NOBITS = 8;

function sectionEnds(object: ElfObject, bytes: Buffer): number[] {
	const layout = readElfLayout(bytes, object.path);
	if (layout === undefined) {
		return [];
	}

	const {decoder, sectionHeaders: table} = layout;
	const {width} = decoder;
	const tableEnd = table.offset + table.entrySize * table.count;
	if (table.offset === 0 || table.entrySize < 16 + 6 * width || tableEnd > bytes.length) {
		return [];
	}

	const ends = [tableEnd];
	for (let at = table.offset; at < tableEnd; at += table.entrySize) {
		if (decoder.word(bytes, at + 4) !== SHT_NOBITS) {
			const offset = decoder.address(bytes, at + 8 + 2 * width);
			ends.push(Number(offset + decoder.address(bytes, at + 8 + 3 * width)));
		}
	}

	return ends.filter(end => end <= bytes.length);
}
