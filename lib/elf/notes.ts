/**
 * Notes of the PT_NOTE segments: ABI tag, x86 ISA level, build id, dlopen metadata.
 *
 * Only segments are read, for only they are loaded. Each note is stepped over by its header, and
 * its contents are fetched when they are of interest: some programs carry megabytes of their own
 * in a note. A note that leaves its segment is refused, though ld.so would pass over it: what it
 * hides may be the kernel or the processor the object needs.
 */
import type {Decoder} from './decoder.js';
import {decodeDlopenNote} from './dlopen-note.js';
import {invalidElf} from './elf-fault.js';
import type {AbiTag, DlopenNote, ProgramHeader} from './elf-object.js';
import type {FileBytes} from './file-bytes.js';
import {decodeIsaLevels} from './gnu-property.js';
import {PT_NOTE} from './program-headers.js';

export interface Notes {
	readonly abiTag: AbiTag | undefined;
	readonly isaNeeded: number;
	readonly isaUsed: number;
	readonly buildId: string | undefined;
	readonly isGo: boolean;
	readonly dlopenNotes: readonly DlopenNote[];
	readonly malformedDlopenNotes: readonly string[];
}

interface Note {
	readonly owner: 'GNU' | 'FDO' | 'Go' | undefined;
	readonly type: number;
	/** Of the contents, in the file. */
	readonly offset: number;
	readonly size: number;
	/** What the segment says its notes are padded to. */
	readonly alignment: bigint;
}

const NT_GNU_ABI_TAG = 1;
const NT_GNU_BUILD_ID = 3;
const NT_GNU_PROPERTY_TYPE_0 = 5;
const NT_FDO_DLOPEN = 0x407c_0c0a;

const HEADER_SIZE = 12;
const ABI_TAG_SIZE = 16;
/** Of one segment, padding between them included; real ones hold fewer than ten. */
const MAX_NOTES = 4096;
/** A digest; the longest in use, SHA-512, has 64 bytes. */
const MAX_BUILD_ID = 1024;
const MAX_PROPERTIES = 64 << 10;

const abiSystems = ['linux', 'hurd', 'solaris', 'freebsd'] as const;

export function decodeNotes(
	file: FileBytes,
	decoder: Decoder,
	headers: readonly ProgramHeader[],
): Notes {
	let abiTag: AbiTag | undefined;
	let buildId: string | undefined;
	let isGo = false;
	let isa: {readonly needed: number; readonly used: number} | undefined;
	const dlopenNotes: DlopenNote[] = [];
	const malformedDlopenNotes: string[] = [];

	const segments = headers.filter(({type}) => type === PT_NOTE);
	for (const note of segments.flatMap(segment => notesOf(file, decoder, segment))) {
		if (note.owner === 'FDO' && note.type === NT_FDO_DLOPEN) {
			const decoded = decodeDlopenNote(file, note);
			if (typeof decoded === 'string') {
				malformedDlopenNotes.push(decoded);
			} else {
				for (const note of decoded) {
					dlopenNotes.push(note);
				}
			}
		} else if (note.owner !== 'GNU') {
			// Go's own build id, type 4 (cmd/internal/buildid).
			isGo ||= note.owner === 'Go';
		} else if (note.type === NT_GNU_ABI_TAG && note.size === ABI_TAG_SIZE) {
			abiTag ??= decodeAbiTag(file, decoder, note);
		} else if (note.type === NT_GNU_BUILD_ID) {
			buildId ??= contents(file, note, MAX_BUILD_ID, 'NT_GNU_BUILD_ID').toString('hex');
		} else if (note.type === NT_GNU_PROPERTY_TYPE_0 && note.alignment === BigInt(decoder.width)) {
			// ld.so takes the first of them, and none whose segment is not aligned to the class.
			const bytes = contents(file, note, MAX_PROPERTIES, 'NT_GNU_PROPERTY_TYPE_0');
			isa ??= decodeIsaLevels(decoder, bytes);
		}
	}

	return {
		abiTag,
		isaNeeded: isa?.needed ?? 0,
		isaUsed: isa?.used ?? 0,
		buildId,
		isGo,
		dlopenNotes: Object.freeze(dlopenNotes),
		malformedDlopenNotes: Object.freeze(malformedDlopenNotes),
	};
}

export const noNotes: Notes = {
	abiTag: undefined,
	isaNeeded: 0,
	isaUsed: 0,
	buildId: undefined,
	isGo: false,
	dlopenNotes: Object.freeze([]),
	malformedDlopenNotes: Object.freeze([]),
};

/**
 * Find the notes of one segment, padded as its `p_align` says, 4 or 8 (glibc's elf/dl-load.c). Other
 * values are of notes that C compilers laid out, padded to 4; and linkers of 2018 wrote 8 over
 * notes padded to 4.
 */
function notesOf(file: FileBytes, decoder: Decoder, segment: ProgramHeader): readonly Note[] {
	const eight = segment.alignment === 8n ? frameNotes(file, decoder, segment, 8) : undefined;
	const notes = eight ?? frameNotes(file, decoder, segment, 4);
	if (notes === undefined) {
		throw invalidElf(file.path, 'PT_NOTE', 'has a note that ends past its segment');
	}

	return notes;
}

function frameNotes(
	file: FileBytes,
	decoder: Decoder,
	segment: ProgramHeader,
	padding: 4 | 8,
): readonly Note[] | undefined {
	const {alignment} = segment;
	const end = segment.offset + segment.fileSize;
	const notes: Note[] = [];
	let steps = 0;

	for (let at = segment.offset; at + HEADER_SIZE <= end;) {
		steps += 1;
		if (steps > MAX_NOTES) {
			throw invalidElf(file.path, 'PT_NOTE', `holds more than ${MAX_NOTES} notes`);
		}

		const header = file.at(at, HEADER_SIZE, 'PT_NOTE');
		const nameSize = decoder.word(header.bytes, header.at);
		const size = decoder.word(header.bytes, header.at + 4);
		const type = decoder.word(header.bytes, header.at + 8);
		if (alignment > 8n && nameSize === 0) {
			// Zeros that a C compiler put between two notes to align the second.
			at += 4;
			continue;
		}

		// Both are counted from the note's start, and that is aligned.
		const offset = at + alignUp(HEADER_SIZE + nameSize, padding);
		if (offset + size > end) {
			return undefined;
		}

		const owner = nameSize === 4 ? ownerAt(file, at + HEADER_SIZE) : undefined;
		notes.push({owner, type, offset, size, alignment});
		at += alignUp(offset - at + size, padding);
	}

	return notes;
}

/** The owners that are told apart take four bytes, NULs included. */
function ownerAt(file: FileBytes, offset: number): Note['owner'] {
	const {bytes, at} = file.at(offset, 4, 'n_name');
	switch (bytes.readUInt32BE(at)) {
		case 0x474e_5500:
			return 'GNU';
		case 0x4644_4f00:
			return 'FDO';
		case 0x476f_0000:
			return 'Go';
		default:
			return undefined;
	}
}

function alignUp(value: number, alignment: number): number {
	return Math.ceil(value / alignment) * alignment;
}

function contents(file: FileBytes, note: Note, limit: number, field: string): Buffer {
	if (note.size > limit) {
		throw invalidElf(file.path, field, `has ${note.size} bytes, the limit is ${limit}`);
	}

	const {bytes, at} = file.at(note.offset, note.size, field);
	return bytes.subarray(at, at + note.size);
}

function decodeAbiTag(file: FileBytes, decoder: Decoder, note: Note): AbiTag {
	const bytes = contents(file, note, ABI_TAG_SIZE, 'NT_GNU_ABI_TAG');
	const version = [
		decoder.word(bytes, 4),
		decoder.word(bytes, 8),
		decoder.word(bytes, 12),
	] as const;
	return Object.freeze({
		os: abiSystems[decoder.word(bytes, 0)] ?? 'other',
		version: Object.freeze(version),
	});
}
