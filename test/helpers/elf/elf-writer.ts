/**
 * ELF files from literals, of any class, byte order and machine, without a compiler.
 *
 * Written as a linker would, without section headers: one segment for header, interpreter and
 * notes, another at other addresses for what the loader reads. Every number written has a name
 * (`e_phoff`, `PT_LOAD.p_filesz`, `DT_STRTAB`, `NOTE[0].n_descsz`, `vn_next[0]`), so that a test can
 * poke one field of a good file.
 */
import {describe, makeSink, place, terminated, type Sink, type WrittenElf} from './elf-sink.js';
import type {ElfSpec, NoteSegmentSpec} from './elf-spec.js';
import {writeDynamic} from './elf-writer-dynamic.js';

const PN_XNUM = 0xffff;

/** Write one file. */
export function writeElf(spec: ElfSpec = {}): WrittenElf {
	const sink = makeSink(spec);
	const {fields, byteOrder} = sink;
	const segments = segmentNames(spec);
	const emptyHeaders = spec.emptyHeaders ?? 0;
	const headerCount = segments.length + emptyHeaders;
	const isExtended = headerCount >= PN_XNUM;
	writeFileHeader(sink, isExtended ? PN_XNUM : headerCount);
	sink.set('e_phoff', sink.at);
	segments.forEach(name => writeProgramHeader(sink, name));
	sink.raw(Buffer.alloc(emptyHeaders * (sink.width === 8 ? 56 : 32)));

	if (spec.interpreter !== undefined) {
		const text = terminated(spec.interpreter);
		place(sink, 'PT_INTERP', {type: 3, flags: 4, alignment: 1}, () => sink.raw(text));
	}

	spec.notes?.forEach((segment, index) => {
		const header = {type: 4, flags: 4, alignment: segment.alignment ?? 4};
		place(sink, `PT_NOTE[${index}]`, header, () => writeNotes(sink, segment, index));
	});
	describe(sink, 'PT_LOAD', {type: 1, flags: 5, offset: 0, end: sink.at, alignment: 0x1000});

	const second = sink.at;
	if (spec.dynamic !== false) {
		writeDynamic(sink, spec.dynamic ?? {});
	}

	sink.raw(Buffer.alloc(16));
	describe(sink, 'PT_LOAD.data', {
		type: 1,
		flags: 6,
		offset: second,
		end: sink.at,
		alignment: 0x1000,
	});
	writeMemory(sink);
	if (isExtended) {
		writeFirstSection(sink, headerCount);
	}

	return {bytes: sink.bytes.subarray(0, sink.at), fields, byteOrder};
}

function segmentNames(spec: ElfSpec): readonly string[] {
	return [
		'PT_LOAD',
		'PT_LOAD.data',
		...(spec.interpreter === undefined ? [] : ['PT_INTERP']),
		...(spec.dynamic === false ? [] : ['PT_DYNAMIC']),
		...(spec.notes ?? []).map((_, index) => `PT_NOTE[${index}]`),
		...(spec.stack === undefined ? [] : ['PT_GNU_STACK']),
		...(spec.tls === undefined ? [] : ['PT_TLS']),
	];
}

function writeFileHeader(sink: Sink, segmentCount: number): void {
	const {spec, width, byteOrder} = sink;
	sink.raw(Buffer.from('\x7fELF', 'latin1'));
	sink.field('EI_CLASS', 1, width / 4);
	sink.field('EI_DATA', 1, byteOrder === 'little' ? 1 : 2);
	sink.field('EI_VERSION', 1, 1);
	sink.field('EI_OSABI', 1, spec.osAbi ?? 0);
	sink.raw(Buffer.alloc(8));
	sink.field('e_type', 2, spec.type ?? 3);
	sink.field('e_machine', 2, spec.machine ?? 62);
	sink.field('e_version', 4, 1);
	sink.field('e_entry', width, spec.entry ?? 0);
	sink.field('e_phoff', width, 0);
	sink.field('e_shoff', width, 0);
	sink.field('e_flags', 4, spec.machineFlags ?? 0);
	sink.field('e_ehsize', 2, width === 8 ? 64 : 52);
	sink.field('e_phentsize', 2, width === 8 ? 56 : 32);
	sink.field('e_phnum', 2, segmentCount);
	sink.field('e_shentsize', 2, width === 8 ? 64 : 40);
	sink.field('e_shnum', 2, 0);
	sink.field('e_shstrndx', 2, 0);
}

function writeProgramHeader(sink: Sink, name: string): void {
	const {width} = sink;
	sink.field(`${name}.p_type`, 4, 0);
	if (width === 8) {
		sink.field(`${name}.p_flags`, 4, 0);
	}

	for (const field of ['p_offset', 'p_vaddr', 'p_paddr', 'p_filesz', 'p_memsz']) {
		sink.field(`${name}.${field}`, width, 0);
	}

	if (width === 4) {
		sink.field(`${name}.p_flags`, 4, 0);
	}

	sink.field(`${name}.p_align`, width, 0);
}

function writeNotes(sink: Sink, segment: NoteSegmentSpec, index: number): void {
	const alignment = segment.alignment ?? 4;
	const padding = segment.padding ?? (alignment === 8 ? 8 : 4);
	segment.notes.forEach(({owner, type, contents, gap}, nth) => {
		const name = `NOTE[${index}][${nth}]`;
		const size = Buffer.isBuffer(contents) ? contents.length : contents.length * 4;
		sink.field(`${name}.n_namesz`, 4, owner.length + 1);
		sink.field(`${name}.n_descsz`, 4, size);
		sink.field(`${name}.n_type`, 4, type);
		sink.raw(terminated(owner));
		sink.align(padding);
		if (Buffer.isBuffer(contents)) {
			sink.raw(contents);
		} else {
			contents.forEach((word, at) => sink.field(`${name}.desc[${at}]`, 4, word));
		}

		sink.align(padding);
		sink.at += gap ?? 0;
	});
}

function writeMemory(sink: Sink): void {
	const {stack, tls} = sink.spec;
	if (stack !== undefined) {
		sink.set('PT_GNU_STACK.p_type', 0x6474_e551);
		sink.set('PT_GNU_STACK.p_flags', stack);
	}

	if (tls !== undefined) {
		sink.set('PT_TLS.p_type', 7);
		sink.set('PT_TLS.p_memsz', tls.size);
		sink.set('PT_TLS.p_align', tls.alignment);
	}
}

/** Its `sh_info` holds the number of program headers that does not fit its own field. */
function writeFirstSection(sink: Sink, segmentCount: number): void {
	sink.align(8);
	sink.set('e_shoff', sink.at);
	sink.set('e_shnum', 1);
	const {width} = sink;
	sink.raw(Buffer.alloc(12 + 4 * width));
	sink.field('sh_info', 4, segmentCount);
	sink.raw(Buffer.alloc(2 * width));
}
