/**
 * One field of a good file made impossible, and the refusal that names it.
 *
 * Every case is run in both classes and byte orders: offsets of fields differ between them.
 */
import test from 'ava';
import {probeElf} from '../../lib/elf/probe-elf.js';
import {DynpkError, type FaultCode} from '../../lib/errors/dynpk-error.js';
import {poke, type WrittenElf} from '../helpers/elf/elf-sink.js';
import type {ElfSpec} from '../helpers/elf/elf-spec.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {scratchFile} from '../helpers/worlds/scratch.js';

const good: ElfSpec = {
	interpreter: '/lib/ld.so.1',
	dynamic: {
		needed: ['libc.so.6'],
		soname: 'libgood.so',
		versionNeeds: [
			{file: 'libc.so.6', versions: [{name: 'GLIBC_2.2.5'}, {name: 'GLIBC_2.34'}]},
			{file: 'libm.so.6', versions: [{name: 'GLIBC_2.29'}]},
		],
		versionDefinitions: ['libgood.so', 'GOOD_1'],
	},
	notes: [{notes: [{owner: 'GNU', type: 3, contents: Buffer.from('abcd')}]}],
	stack: 6,
	tls: {size: 8, alignment: 8},
};

const layouts: readonly Pick<ElfSpec, 'class' | 'byteOrder'>[] = [
	{class: 64, byteOrder: 'little'},
	{class: 64, byteOrder: 'big'},
	{class: 32, byteOrder: 'little'},
	{class: 32, byteOrder: 'big'},
];

interface Refusal {
	readonly poke: Readonly<Record<string, number | bigint>>;
	readonly code: FaultCode;
	/** What the message must name. */
	readonly names: RegExp;
	/** Only where an address or a size has 64 bits. */
	readonly wide?: true;
}

const invalid = (values: Refusal['poke'], names: RegExp): Refusal => ({
	poke: values,
	code: 'ELF_INVALID',
	names,
});
const truncated = (values: Refusal['poke'], names: RegExp): Refusal => ({
	poke: values,
	code: 'ELF_TRUNCATED',
	names,
});

const refusals: Readonly<Record<string, Refusal>> = {
	'EI_CLASS is none': invalid({EI_CLASS: 0}, /EI_CLASS is 0$/u),
	'EI_CLASS is unknown': invalid({EI_CLASS: 3}, /EI_CLASS is 3$/u),
	'EI_DATA is unknown': invalid({EI_DATA: 0xff}, /EI_DATA is 255$/u),
	'EI_VERSION is not current': invalid({EI_VERSION: 0}, /EI_VERSION is 0$/u),
	'e_phentsize is of another class': invalid({e_phentsize: 40}, /e_phentsize is 40, not/u),
	'e_phoff past the end': invalid({e_phoff: 0x7fff_0000}, /e_phoff is 2147418112/u),
	'e_phoff beyond 2^53': {...invalid({e_phoff: 1n << 60n}, /e_phoff is 0x1000/u), wide: true},
	'e_phnum past the end': truncated({e_phnum: 0xfffe}, /program header table ends at/u),
	'e_phnum is PN_XNUM without a section': invalid({e_phnum: 0xffff}, /e_phnum is PN_XNUM/u),
	'e_phnum is PN_XNUM, e_shoff past the end': truncated(
		{e_phnum: 0xffff, e_shoff: 0x7fff_0000},
		/e_shoff ends at/u,
	),
	'PT_LOAD past the end': truncated({'PT_LOAD.data.p_filesz': 0x10_0000}, /PT_LOAD ends at/u),
	'PT_LOAD of 2^52 bytes': {
		...truncated({'PT_LOAD.p_filesz': 1n << 52n}, /PT_LOAD ends at/u),
		wide: true,
	},
	'p_filesz beyond 2^53': {
		...invalid({'PT_LOAD.p_filesz': -1n}, /p_filesz is 0xffffffffffffffff/u),
		wide: true,
	},
	'PT_INTERP past the end': truncated({'PT_INTERP.p_offset': 0x7fff_0000}, /PT_INTERP ends at/u),
	'PT_INTERP without an end': invalid({'PT_INTERP.p_filesz': 4}, /PT_INTERP has no end/u),
	'PT_INTERP longer than a path': invalid({'PT_INTERP.p_filesz': 4097}, /PT_INTERP has 4097/u),
	'PT_DYNAMIC outside every PT_LOAD': invalid(
		{'PT_DYNAMIC.p_vaddr': 0x7fff_0000},
		/PT_DYNAMIC lies outside every PT_LOAD/u,
	),
	'PT_DYNAMIC at an address of 64 bits': {
		...invalid({'PT_DYNAMIC.p_vaddr': -16n}, /PT_DYNAMIC lies outside/u),
		wide: true,
	},
	'DT_STRTAB outside every PT_LOAD': invalid(
		{DT_STRTAB: 0x7fff_0000},
		/DT_STRTAB 0x7fff0000 is outside every PT_LOAD/u,
	),
	'DT_STRTAB beyond 2^53': {...invalid({DT_STRTAB: -1n}, /DT_STRTAB 0xff/u), wide: true},
	'DT_STRTAB missing': invalid({'DT_STRTAB.d_tag': 0x6000_0000}, /DT_STRTAB is missing/u),
	'DT_NEEDED past the string table': invalid({DT_NEEDED: 0x10_0000}, /DT_NEEDED is 1048576/u),
	'DT_NEEDED beyond 2^53': {...invalid({DT_NEEDED: -1n}, /DT_NEEDED is 0xff/u), wide: true},
	'DT_SONAME past the string table': invalid({DT_SONAME: 0xffff_ffff}, /DT_SONAME is 4294967295/u),
	'DT_VERNEED outside every PT_LOAD': invalid({DT_VERNEED: 8}, /DT_VERNEED 0x8 is outside/u),
	'vn_version is unknown': invalid({'vn_version[0]': 2}, /vn_version is 2/u),
	'vn_file past the string table': invalid({'vn_file[1]': 0xffff}, /vn_file is 65535/u),
	'vn_next into its own record': invalid({'vn_next[0]': 1}, /DT_VERNEED has a link of 1/u),
	'vn_next past the segment': invalid({'vn_next[0]': 0xffff_fff0}, /DT_VERNEED has a record/u),
	'vn_aux past the segment': invalid({'vn_aux[1]': 0x8000_0000}, /DT_VERNEED has a record/u),
	'vna_next into its own record': invalid({'vna_next[0][0]': 15}, /has a link of 15/u),
	'vna_name past the string table': invalid({'vna_name[0][1]': 0xffff}, /vna_name is 65535/u),
	'DT_VERDEF outside every PT_LOAD': invalid({DT_VERDEF: 8}, /DT_VERDEF 0x8 is outside/u),
	'vd_version is unknown': invalid({'vd_version[1]': 0}, /vd_version is 0/u),
	'vd_next into its own record': invalid({'vd_next[0]': 19}, /DT_VERDEF has a link of 19/u),
	'vd_aux past the segment': invalid({'vd_aux[1]': 0xffff_ffff}, /DT_VERDEF has a record/u),
	'vda_name past the string table': invalid({'vda_name[1]': 0xffff}, /vda_name is 65535/u),
	'PT_NOTE past the end': truncated({'PT_NOTE[0].p_offset': 0x7fff_0000}, /PT_NOTE ends at/u),
	'n_descsz past the segment': invalid({'NOTE[0][0].n_descsz': 0xffff_ffff}, /PT_NOTE has a note/u),
	'n_namesz past the segment': invalid({'NOTE[0][0].n_namesz': 0xffff_fffe}, /PT_NOTE has a note/u),
	'PT_TLS of more than 2^53 bytes': {
		...invalid({'PT_TLS.p_memsz': -1n}, /PT_TLS has/u),
		wide: true,
	},
};

for (const [title, refusal] of Object.entries(refusals)) {
	test(`refused by name: ${title}`, t => {
		for (const layout of layouts) {
			if (refusal.wide === true && layout.class === 32) {
				continue;
			}

			const path = scratchFile(t, poke(writeElf({...good, ...layout}), refusal.poke));
			const fault = t.throws(() => probeElf(path), {instanceOf: DynpkError});
			t.is(fault.code, refusal.code, fault.message);
			t.regex(fault.message, refusal.names);
			t.true(fault.message.startsWith(path));
		}
	});
}

test('PN_XNUM with a count that needs no PN_XNUM, or a gigantic one, is refused', t => {
	for (const layout of layouts) {
		const elf = writeElf({...layout, emptyHeaders: 0x1_0000});
		for (const count of [0, 0xfffe, 0xffff_ffff]) {
			const path = scratchFile(t, poke(elf, {sh_info: count}));
			const fault = t.throws(() => probeElf(path), {instanceOf: DynpkError, code: 'ELF_INVALID'});
			t.regex(fault.message, count < 0xffff ? /sh_info is/u : /e_phnum claims 4294967295/u);
		}
	}
});

test('a name without an end is refused', t => {
	for (const layout of layouts) {
		const elf = writeElf({...good, ...layout});
		const bytes = poke(elf, {DT_NEEDED: elf.bytes.length - 1 - stringsAt(elf)});
		bytes[bytes.length - 1] = 0x78;
		const fault = t.throws(() => probeElf(scratchFile(t, bytes)), {code: 'ELF_INVALID'});
		t.regex(fault.message, /DT_NEEDED has no end/u);
	}
});

/** Offset of the string table: its first name is known. */
function stringsAt({bytes}: WrittenElf): number {
	return bytes.indexOf('\0libc.so.6\0');
}

test('where DT_STRSZ says that the strings end does not matter, as to the loader', t => {
	for (const layout of layouts) {
		for (const size of [0, 4, 0x1000_0000, -1]) {
			const path = scratchFile(t, poke(writeElf({...good, ...layout}), {DT_STRSZ: size}));
			const object = probeElf(path);
			t.deepEqual([object?.needed, object?.soname], [['libc.so.6'], 'libgood.so']);
			t.deepEqual(object?.versionDefinitions, ['GOOD_1']);
		}
	}
});

test('a PT_LOAD of no bytes is nowhere in the file, and so not cut', t => {
	for (const layout of layouts) {
		const empty = {'PT_LOAD.p_filesz': 0, 'PT_LOAD.p_offset': 0x7fff_0000};
		const path = scratchFile(t, poke(writeElf({...good, ...layout}), empty));
		t.is(probeElf(path)?.soname, 'libgood.so');
	}
});

test('addresses may have their highest bits set, as those of ia64', t => {
	const elf = writeElf({...good, machine: 50});
	const names = ['PT_LOAD.p_vaddr', 'PT_LOAD.data.p_vaddr', 'PT_DYNAMIC.p_vaddr', 'DT_STRTAB'];
	const higher = [...names, 'DT_VERNEED', 'DT_VERDEF'].map(name => {
		const address = elf.bytes.readBigUInt64LE(elf.fields.get(name)?.offset);
		return [name, address + 0x6000_0000_0000_0000n] as const;
	});
	const object = probeElf(scratchFile(t, poke(elf, Object.fromEntries(higher))));
	t.deepEqual(object?.needed, ['libc.so.6']);
	t.deepEqual(
		object?.versionNeeds.map(({file}) => file),
		['libc.so.6', 'libm.so.6'],
	);
	t.deepEqual(object?.versionDefinitions, ['GOOD_1']);
});

test('the file they are poked into is good', t => {
	for (const layout of layouts) {
		t.is(probeElf(scratchFile(t, writeElf({...good, ...layout}).bytes))?.soname, 'libgood.so');
	}
});

test('a name that is not UTF-8 is refused as such', t => {
	const name = Buffer.from('lib\xff.so', 'latin1');
	const named: readonly ElfSpec[] = [
		{dynamic: {needed: [name]}},
		{dynamic: {soname: name}},
		{interpreter: Buffer.concat([Buffer.from('/lib/'), name])},
	];
	for (const spec of named) {
		const path = scratchFile(t, writeElf(spec).bytes);
		t.throws(() => probeElf(path), {instanceOf: DynpkError, code: 'NAME_NOT_UTF8'});
	}
});

test('a replacement character in a name is a character like any other', t => {
	const path = scratchFile(t, writeElf({dynamic: {needed: ['lib\ufffd.so']}}).bytes);
	t.deepEqual(probeElf(path)?.needed, ['lib\ufffd.so']);
});

test('ten thousand names inside one another are refused before they fill the memory', t => {
	const entries = Array.from({length: 10_000}, (_, index) => [1, index + 1] as const);
	const path = scratchFile(t, writeElf({dynamic: {soname: 'x'.repeat(12_000), entries}}).bytes);
	const fault = t.throws(() => probeElf(path), {instanceOf: DynpkError, code: 'ELF_INVALID'});
	t.regex(fault.message, /DT_NEEDED makes its names longer than/u);
});

test('a chain of a hundred thousand version records is refused', t => {
	const versions = Array.from({length: 20_000}, () => ({name: 'V'}));
	const versionNeeds = [{file: 'f', versions}];
	const path = scratchFile(t, writeElf({dynamic: {versionNeeds}}).bytes);
	const fault = t.throws(() => probeElf(path), {instanceOf: DynpkError, code: 'ELF_INVALID'});
	t.regex(fault.message, /DT_VERNEED has more than 16384 records/u);
});

test('thousands of notes are refused', t => {
	const notes = Array.from({length: 5000}, () => ({owner: 'A', type: 0, contents: []}));
	const path = scratchFile(t, writeElf({notes: [{notes}]}).bytes);
	const fault = t.throws(() => probeElf(path), {instanceOf: DynpkError, code: 'ELF_INVALID'});
	t.regex(fault.message, /PT_NOTE holds more than 4096 notes/u);
});
