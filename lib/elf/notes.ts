/**
 * Notes of the PT_NOTE segments: ABI tag, x86 ISA level, build id, dlopen metadata.
 *
 * Only segments are read, for only they are loaded. Each note is stepped over by its header, and
 * its contents are fetched when they are of interest: some programs carry megabytes of their own
 * in a note. The padding follows `p_align`, 4 or 8 (glibc's elf/dl-load.c); other values come from
 * notes that C compilers laid out, whose contents are padded to 4.
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
	readonly dlopenNotes: readonly DlopenNote[];
	readonly malformedDlopenNotes: readonly string[];
}

interface Note {
	readonly owner: string;
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
	let isa: {readonly needed: number; readonly used: number} | undefined;
	const dlopenNotes: DlopenNote[] = [];
	const malformedDlopenNotes: string[] = [];

	for (const note of allNotes(file, decoder, headers)) {
		if (note.owner === 'FDO' && note.type === NT_FDO_DLOPEN) {
			const decoded = decodeDlopenNote(file, note);
			if (typeof decoded === 'string') {
				malformedDlopenNotes.push(decoded);
			} else {
				dlopenNotes.push(...decoded);
			}
		} else if (note.owner !== 'GNU') {
			continue;
		} else if (note.type === NT_GNU_ABI_TAG && note.size === 16) {
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
		dlopenNotes: Object.freeze(dlopenNotes),
		malformedDlopenNotes: Object.freeze(malformedDlopenNotes),
	};
}

function* allNotes(
	file: FileBytes,
	decoder: Decoder,
	headers: readonly ProgramHeader[],
): Iterable<Note> {
	let count = 0;
	for (const segment of headers) {
		if (segment.type !== PT_NOTE) {
			continue;
		}

		for (const note of notesOf(file, decoder, segment)) {
			count += 1;
			if (count > MAX_NOTES) {
				throw invalidElf(file.path, 'PT_NOTE', `holds more than ${MAX_NOTES} notes`);
			}

			yield note;
		}
	}
}

function* notesOf(file: FileBytes, decoder: Decoder, segment: ProgramHeader): Iterable<Note> {
	const {alignment} = segment;
	const padding = alignment === 8n ? 8 : 4;
	const end = segment.offset + segment.fileSize;

	for (let at = segment.offset; at + HEADER_SIZE <= end;) {
		const header = file.at(at, HEADER_SIZE, 'PT_NOTE');
		const nameSize = decoder.word(header, 0);
		const size = decoder.word(header, 4);
		if (alignment > 8n && nameSize === 0) {
			// Zeros that a C compiler put between two notes to align the second.
			at += 4;
			continue;
		}

		// Both are counted from the note's start, and that is aligned.
		const offset = at + alignUp(HEADER_SIZE + nameSize, padding);
		if (offset + size > end) {
			throw invalidElf(file.path, 'PT_NOTE', `has a note of ${size} bytes past its segment`);
		}

		const owner = nameSize === 4 ? file.at(at + HEADER_SIZE, 4, 'n_name').toString('latin1') : '';
		yield {owner: owner.replace('\0', ''), type: decoder.word(header, 8), offset, size, alignment};
		at = at + alignUp(offset - at + size, padding);
	}
}

function alignUp(value: number, alignment: number): number {
	return Math.ceil(value / alignment) * alignment;
}

function contents(file: FileBytes, note: Note, limit: number, field: string): Buffer {
	if (note.size > limit) {
		throw invalidElf(file.path, field, `has ${note.size} bytes, the limit is ${limit}`);
	}

	return file.at(note.offset, note.size, field);
}

function decodeAbiTag(file: FileBytes, decoder: Decoder, note: Note): AbiTag {
	const bytes = contents(file, note, note.size, 'NT_GNU_ABI_TAG');
	const [system, major, minor, patch] = [0, 4, 8, 12].map(at => decoder.word(bytes, at));
	return Object.freeze({
		os: abiSystems[system ?? -1] ?? 'other',
		version: Object.freeze([major ?? 0, minor ?? 0, patch ?? 0] as const),
	});
}
