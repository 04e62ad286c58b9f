/**
 * Whether a program carries data in its own file that it will look for through /proc/self/exe.
 *
 * Two kinds of evidence: bytes behind everything the ELF headers account for, and the marks that
 * known makers of single-file programs leave. Data inside segments (Go's embed) is no such
 * evidence: it is mapped with the program, whoever maps it.
 */
import type {ElfObject} from '../elf/elf-object.js';
import {PT_LOAD} from '../elf/program-headers.js';
import {SHT_NOBITS, type Section} from '../elf/read-sections.js';
import type {HostFile} from '../paths/host-file.js';

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

/** As much of a file as is looked at together. */
const WINDOW = 256 << 10;

/** Describe the evidence in the program's file, or return `undefined` where there is none. */
export function findOwnPayload(
	object: ElfObject,
	file: HostFile,
	sections: readonly Section[],
): string | undefined {
	const mark = findMark(object, file);
	if (mark !== undefined) {
		return `made by ${mark.maker}`;
	}

	const behind = file.size - accountedEnd(object, file, sections);
	return behind > 0 ? `${behind} bytes behind its last section` : undefined;
}

/** The first of the list that the file bears. */
function findMark(object: ElfObject, file: HostFile): Mark | undefined {
	const outside = object.programHeaders
		.filter(({type}) => type === PT_LOAD)
		.reduce((last, {offset, fileSize}) => Math.max(last, offset + fileSize), 0);
	const identification = Buffer.from(file.read(8, 8));
	const bearing = new Set(
		marks.filter(
			({bytes, place}) =>
				place === 'identification' && identification.subarray(0, bytes.length).equals(bytes),
		),
	);
	const longest = Math.max(...marks.map(({bytes}) => bytes.length));
	for (let start = 0; start < file.size; start += WINDOW - longest + 1) {
		const window = file.read(start, WINDOW);
		if (isZero(window)) {
			continue;
		}

		for (const mark of marks) {
			const from = mark.place === 'anywhere' ? 0 : Math.max(0, outside - start);
			if (mark.place !== 'identification' && window.indexOf(mark.bytes, from) !== -1) {
				bearing.add(mark);
			}
		}
	}

	return marks.find(mark => bearing.has(mark));
}

/** The end of the last segment, section or table; zeros that pad a file do not count. */
function accountedEnd(object: ElfObject, file: HostFile, sections: readonly Section[]): number {
	const ends = [
		...object.programHeaders.map(({offset, fileSize}) => offset + fileSize),
		...sections.map(({header}) => header.offset + header.size),
		...sections.filter(({type}) => type !== SHT_NOBITS).map(({offset, size}) => offset + size),
	].filter(end => end <= file.size);
	const end = ends.reduce((last, other) => Math.max(last, other), 64);
	for (let at = end; at < file.size; at += WINDOW) {
		const window = file.read(at, WINDOW);
		if (!isZero(window)) {
			return at + window.findIndex(byte => byte !== 0);
		}
	}

	return file.size;
}

const zeros = Buffer.alloc(WINDOW);

/** A file may be one hole of gigabytes, which is no reason to look at each byte of it. */
function isZero(window: Buffer): boolean {
	return zeros.subarray(0, window.length).equals(window);
}
