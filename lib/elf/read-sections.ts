/**
 * The section table of an ELF file, which no loader reads: evidence of what a file holds, for makers
 * and debuggers.
 *
 * Nothing of it is refused: a table that does not lie in the file is no table, and a name that does
 * not is empty.
 */
import type {HostFile} from '../paths/host-file.js';
import {HEADER_SIZE, readElfLayout} from './elf-layout.js';

export const SHT_NOBITS = 8;

export interface Section {
	readonly name: string;
	/** `sh_type`. */
	readonly type: number;
	/** In the file; so is the size, but for {@link SHT_NOBITS}. */
	readonly offset: number;
	readonly size: number;
	/** `sh_link`: the index of a section that this one is about. */
	readonly link: number;
	/** Where its header lies in the file. */
	readonly header: {readonly offset: number; readonly size: number};
}

/** In bytes: for the names of more sections than any linker makes of one program. */
const NAMES_LIMIT = 64 << 10;

/** In the order of the table, which may be empty. */
export function readSections(file: HostFile, path: string): Section[] {
	const layout = readElfLayout(Buffer.from(file.read(0, HEADER_SIZE)), path);
	if (layout === undefined) {
		return [];
	}
	const {decoder, sectionHeaders: table, sectionNames} = layout;
	const {width} = decoder;
	const length = table.entrySize * table.count;
	const isTable = table.offset !== 0 && table.entrySize >= 16 + 6 * width;
	if (!isTable || table.offset + length > file.size) {
		return [];
	}
	const bytes = Buffer.from(file.read(table.offset, length));
	const place = (at: number): Pick<Section, 'offset' | 'size'> => ({
		offset: Number(decoder.address(bytes, at + 8 + 2 * width)),
		size: Number(decoder.address(bytes, at + 8 + 3 * width)),
	});
	const {offset, size} =
		sectionNames < table.count ? place(sectionNames * table.entrySize) : {offset: 0, size: 0};
	const names = file.read(offset, Math.min(size, NAMES_LIMIT));
	return Array.from({length: table.count}, (_, index) => {
		const at = index * table.entrySize;
		const name = decoder.word(bytes, at);
		return {
			name: names.toString('latin1', name, Math.max(name, names.indexOf(0, name))),
			type: decoder.word(bytes, at + 4),
			...place(at),
			link: decoder.word(bytes, at + 8 + 4 * width),
			header: {offset: table.offset + at, size: table.entrySize},
		};
	});
}
