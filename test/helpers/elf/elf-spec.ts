/** The literal that `writeElf` makes a file from. */
export interface ElfSpec {
	/** Default 64. */
	readonly class?: 32 | 64;
	/** Default `little`. */
	readonly byteOrder?: 'little' | 'big';
	/** Default 62, x86-64. */
	readonly machine?: number;
	/** Default 3, ET_DYN. */
	readonly type?: number;
	readonly osAbi?: number;
	readonly machineFlags?: number;
	readonly entry?: number;
	/** Where the first byte is mapped; what the loader reads lies 64 KiB higher. Default 64 KiB. */
	readonly base?: number;
	readonly interpreter?: string | Buffer;
	/** `false`: no dynamic section. */
	readonly dynamic?: DynamicSpec | false;
	/** Each list is one PT_NOTE. */
	readonly notes?: readonly NoteSegmentSpec[];
	/** `p_flags` of PT_GNU_STACK. */
	readonly stack?: number;
	readonly tls?: {readonly size: number; readonly alignment: number};
	/** PT_NULL entries; from 65,535 headers on PN_XNUM and one section header are used. */
	readonly emptyHeaders?: number;
}

export interface DynamicSpec {
	readonly needed?: readonly (string | Buffer)[];
	readonly soname?: string | Buffer;
	readonly rpath?: string;
	readonly runpath?: string;
	readonly filter?: readonly string[];
	readonly auxiliary?: readonly string[];
	readonly audit?: string;
	readonly depAudit?: string;
	readonly flags?: number;
	readonly flags1?: number;
	/** Further entries, as tag and value. */
	readonly entries?: readonly (readonly [tag: number | bigint, value: number])[];
	readonly versionNeeds?: readonly {
		readonly file: string;
		readonly versions: readonly {readonly name: string; readonly weak?: boolean}[];
	}[];
	/** The first is the base definition. */
	readonly versionDefinitions?: readonly string[];
}

export interface NoteSegmentSpec {
	/** Default 4. */
	readonly alignment?: number;
	/** Default 8 where the alignment is 8, else 4. */
	readonly padding?: 4 | 8;
	readonly notes: readonly NoteSpec[];
}

export interface NoteSpec {
	readonly owner: string;
	readonly type: number;
	/** Numbers are written as words of the file's byte order. */
	readonly contents: Buffer | readonly number[];
	/** Zeros behind the note, besides its padding. */
	readonly gap?: number;
}
