/**
 * Where numbers of a written ELF file go, and by which names they are found again.
 */
import type {ElfSpec} from './elf-spec.js';

/** Addresses are this much above offsets, and twice as much in the data segment. */
const DELTA = 0x1_0000;

interface Field {
	readonly offset: number;
	readonly size: 1 | 2 | 4 | 8;
}

export interface WrittenElf {
	readonly bytes: Buffer;
	readonly fields: ReadonlyMap<string, Field>;
	readonly byteOrder: 'little' | 'big';
}

/** Copy a file with one field changed, or several. */
export function poke(elf: WrittenElf, values: Readonly<Record<string, number | bigint>>): Buffer {
	const bytes = Buffer.from(elf.bytes);
	for (const [name, value] of Object.entries(values)) {
		const field = elf.fields.get(name);
		if (field === undefined) {
			throw new Error(`no field ${name}; there are ${[...elf.fields.keys()].join(', ')}`);
		}

		put(bytes, field, value, elf.byteOrder);
	}

	return bytes;
}

function put(bytes: Buffer, field: Field, value: number | bigint, order: 'little' | 'big'): void {
	const wide = Buffer.alloc(8);
	wide.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
	const narrow = wide.subarray(0, field.size);
	(order === 'little' ? narrow : narrow.reverse()).copy(bytes, field.offset);
}

/** Where the writer stands, and every field it has passed. */
export interface Sink {
	readonly spec: ElfSpec;
	readonly width: 4 | 8;
	readonly byteOrder: 'little' | 'big';
	readonly bytes: Buffer;
	readonly fields: Map<string, Field>;
	at: number;
	/** Write a number here and remember it by its name. */
	field(name: string, size: Field['size'], value: number | bigint): void;
	/** Change a field that is written already. */
	set(name: string, value: number | bigint): void;
	raw(bytes: Buffer): void;
	align(alignment: number): void;
}

export function makeSink(spec: ElfSpec): Sink {
	const byteOrder = spec.byteOrder ?? 'little';
	const fields = new Map<string, Field>();
	const notes = spec.notes?.flatMap(segment => segment.notes) ?? [];
	const noteBytes = notes.reduce((sum, {contents}) => sum + contents.length * 4, 0);
	return {
		spec,
		width: spec.class === 32 ? 4 : 8,
		byteOrder,
		bytes: Buffer.alloc((1 << 20) + (spec.emptyHeaders ?? 0) * 56 + noteBytes),
		fields,
		at: 0,
		field(name, size, value) {
			const field = {offset: this.at, size};
			fields.set(name, field);
			put(this.bytes, field, value, byteOrder);
			this.at += size;
		},
		set(name, value) {
			const field = fields.get(name);
			if (field === undefined) {
				throw new Error(`no field ${name} yet`);
			}

			put(this.bytes, field, value, byteOrder);
		},
		raw(bytes) {
			if (bytes.copy(this.bytes, this.at) < bytes.length) {
				throw new Error('the literal is too large for the writer');
			}

			this.at += bytes.length;
		},
		align(alignment) {
			this.at = Math.ceil(this.at / alignment) * alignment;
		},
	};
}

export interface Segment {
	readonly type: number;
	readonly flags: number;
	readonly offset: number;
	readonly end: number;
	readonly alignment: number;
}

/** Fill in a program header. */
export function describe(sink: Sink, name: string, segment: Segment): void {
	const isData = name === 'PT_LOAD.data' || name === 'PT_DYNAMIC';
	const address = isData
		? dataAddress(sink, segment.offset)
		: (sink.spec.base ?? DELTA) + segment.offset;
	sink.set(`${name}.p_type`, segment.type);
	sink.set(`${name}.p_flags`, segment.flags);
	sink.set(`${name}.p_offset`, segment.offset);
	sink.set(`${name}.p_vaddr`, address);
	sink.set(`${name}.p_paddr`, address);
	sink.set(`${name}.p_filesz`, segment.end - segment.offset);
	sink.set(`${name}.p_memsz`, segment.end - segment.offset);
	sink.set(`${name}.p_align`, segment.alignment);
}

export function dataAddress(sink: Sink, offset: number): number {
	return (sink.spec.base ?? DELTA) + DELTA + offset;
}

/** Write the contents of a segment and fill in its header. */
export function place(
	sink: Sink,
	name: string,
	header: Pick<Segment, 'type' | 'flags' | 'alignment'>,
	write: () => void,
): void {
	sink.align(8);
	const offset = sink.at;
	write();
	describe(sink, name, {...header, offset, end: sink.at});
}

export function terminated(text: string | Buffer): Buffer {
	return Buffer.concat([Buffer.from(text), Buffer.from([0])]);
}
