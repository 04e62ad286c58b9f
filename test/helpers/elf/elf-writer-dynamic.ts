/** The dynamic section of a written ELF file, with its strings and version records. */
import {dataAddress, place, terminated, type Sink} from './elf-sink.js';
import type {DynamicSpec} from './elf-spec.js';

const tags = {
	DT_NEEDED: 1,
	DT_STRTAB: 5,
	DT_STRSZ: 10,
	DT_SONAME: 14,
	DT_RPATH: 15,
	DT_RUNPATH: 29,
	DT_FLAGS: 30,
	DT_DEPAUDIT: 0x6fff_fefb,
	DT_AUDIT: 0x6fff_fefc,
	DT_FLAGS_1: 0x6fff_fffb,
	DT_VERDEF: 0x6fff_fffc,
	DT_VERDEFNUM: 0x6fff_fffd,
	DT_VERNEED: 0x6fff_fffe,
	DT_VERNEEDNUM: 0x6fff_ffff,
	DT_AUXILIARY: 0x7fff_fffd,
	DT_FILTER: 0x7fff_ffff,
} as const;

export function writeDynamic(sink: Sink, spec: DynamicSpec): void {
	const strings: Buffer[] = [Buffer.from([0])];
	let size = 1;
	const string = (text: string | Buffer): number => {
		const offset = size;
		strings.push(terminated(text));
		size += Buffer.byteLength(text) + 1;
		return offset;
	};

	const entries = dynamicEntries(spec, string);
	const needs = spec.versionNeeds ?? [];
	const definitions = spec.versionDefinitions ?? [];
	sink.align(8);
	if (needs.length > 0) {
		entries.push(['DT_VERNEED', dataAddress(sink, sink.at)], ['DT_VERNEEDNUM', needs.length]);
		writeVersionNeeds(sink, needs, string);
	}

	if (definitions.length > 0) {
		entries.push(['DT_VERDEF', dataAddress(sink, sink.at)], ['DT_VERDEFNUM', definitions.length]);
		writeVersionDefinitions(sink, definitions, string);
	}

	entries.push(['DT_STRTAB', dataAddress(sink, sink.at)], ['DT_STRSZ', size]);
	strings.forEach(bytes => sink.raw(bytes));
	place(sink, 'PT_DYNAMIC', {type: 2, flags: 6, alignment: sink.width}, () => {
		writeEntries(sink, entries, spec.entries ?? []);
	});
}

type Entry = [tag: keyof typeof tags, value: number];

function dynamicEntries(spec: DynamicSpec, string: (text: string | Buffer) => number): Entry[] {
	const texts: readonly (readonly [Entry[0], readonly (string | Buffer | undefined)[]])[] = [
		['DT_NEEDED', spec.needed ?? []],
		['DT_SONAME', [spec.soname]],
		['DT_RPATH', [spec.rpath]],
		['DT_RUNPATH', [spec.runpath]],
		['DT_FILTER', spec.filter ?? []],
		['DT_AUXILIARY', spec.auxiliary ?? []],
		['DT_AUDIT', [spec.audit]],
		['DT_DEPAUDIT', [spec.depAudit]],
	];
	const entries = texts.flatMap(([tag, values]) =>
		values.filter(value => value !== undefined).map((value): Entry => [tag, string(value)]),
	);
	if (spec.flags !== undefined) {
		entries.push(['DT_FLAGS', spec.flags]);
	}

	if (spec.flags1 !== undefined) {
		entries.push(['DT_FLAGS_1', spec.flags1]);
	}

	return entries;
}

/** The first entry of each tag goes by the tag's name. */
function writeEntries(
	sink: Sink,
	entries: readonly Entry[],
	further: NonNullable<DynamicSpec['entries']>,
): void {
	const write = (name: string, tag: number | bigint, value: number): void => {
		const unique = sink.fields.has(name) ? `${name}+` : name;
		sink.field(`${unique}.d_tag`, sink.width, tag);
		sink.field(unique, sink.width, value);
	};

	entries.forEach(([name, value]) => write(name, tags[name], value));
	further.forEach(([tag, value], index) => write(`entry[${index}]`, tag, value));
	write('DT_NULL', 0, 0);
}

function writeVersionNeeds(
	sink: Sink,
	needs: NonNullable<DynamicSpec['versionNeeds']>,
	string: (text: string) => number,
): void {
	needs.forEach(({file, versions}, index) => {
		const isLast = index === needs.length - 1;
		sink.field(`vn_version[${index}]`, 2, 1);
		sink.field(`vn_cnt[${index}]`, 2, versions.length);
		sink.field(`vn_file[${index}]`, 4, string(file));
		sink.field(`vn_aux[${index}]`, 4, 16);
		sink.field(`vn_next[${index}]`, 4, isLast ? 0 : 16 + 16 * versions.length);
		versions.forEach(({name, weak}, nth) => {
			const suffix = `[${index}][${nth}]`;
			sink.field(`vna_hash${suffix}`, 4, 0);
			sink.field(`vna_flags${suffix}`, 2, weak === true ? 2 : 0);
			sink.field(`vna_other${suffix}`, 2, nth + 2);
			sink.field(`vna_name${suffix}`, 4, string(name));
			sink.field(`vna_next${suffix}`, 4, nth === versions.length - 1 ? 0 : 16);
		});
	});
}

function writeVersionDefinitions(
	sink: Sink,
	names: readonly string[],
	string: (text: string) => number,
): void {
	names.forEach((name, index) => {
		sink.field(`vd_version[${index}]`, 2, 1);
		sink.field(`vd_flags[${index}]`, 2, index === 0 ? 1 : 0);
		sink.field(`vd_ndx[${index}]`, 2, index + 1);
		sink.field(`vd_cnt[${index}]`, 2, 1);
		sink.field(`vd_hash[${index}]`, 4, 0);
		sink.field(`vd_aux[${index}]`, 4, 20);
		sink.field(`vd_next[${index}]`, 4, index === names.length - 1 ? 0 : 28);
		sink.field(`vda_name[${index}]`, 4, string(name));
		sink.field(`vda_next[${index}]`, 4, 0);
	});
}
