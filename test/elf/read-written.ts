/** Objects of foreign classes, byte orders and machines, every field written and read back. */
import test from 'ava';
import {namesIconv} from '../../lib/elf/names-iconv.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {compareWithReadelf} from '../helpers/elf/compare-with-readelf.js';
import {poke} from '../helpers/elf/elf-sink.js';
import type {ElfSpec} from '../helpers/elf/elf-spec.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {readelf} from '../helpers/elf/readelf.js';
import {scratchFile} from '../helpers/worlds/scratch.js';

const foreign = [
	{name: 'aarch64', class: 64, byteOrder: 'little', machine: 183, machineFlags: 0},
	{name: 's390x', class: 64, byteOrder: 'big', machine: 22, machineFlags: 0},
	{name: 'armv7l', class: 32, byteOrder: 'little', machine: 40, machineFlags: 0x500_0400},
	{name: 'ppc', class: 32, byteOrder: 'big', machine: 20, machineFlags: 0x8000},
	{name: 'alpha', class: 64, byteOrder: 'little', machine: 0x9026, machineFlags: 0},
] as const;

const everything: ElfSpec = {
	type: 3,
	osAbi: 3,
	entry: 0x1_2345,
	interpreter: '/lib/ld-foreign.so.1',
	dynamic: {
		needed: ['libz.so.1', 'libé.so', '$ORIGIN/x.so'],
		soname: 'libself.so.2',
		rpath: '/rpath:$ORIGIN',
		runpath: '$ORIGIN/../lib',
		filter: ['libfiltee.so'],
		auxiliary: ['libaux-1.so', 'libaux-2.so'],
		audit: 'auditor.so',
		depAudit: 'one.so:two.so',
		flags: 0x1 | 0x8 | 0x10,
		flags1: 0x8 | 0x40 | 0x800 | 0x800_0000,
		versionNeeds: [
			{file: 'libc.so.6', versions: [{name: 'GLIBC_2.17'}, {name: 'GLIBC_2.34', weak: true}]},
			{file: 'libz.so.1', versions: [{name: 'ZLIB_1.2'}]},
		],
		versionDefinitions: ['libself.so.2', 'SELF_1', 'SELF_2'],
	},
	notes: [
		{
			notes: [
				{owner: 'GNU', type: 1, contents: [0, 4, 11, 2]},
				{owner: 'GNU', type: 3, contents: Buffer.from('00ff10ab', 'hex')},
			],
		},
	],
	stack: 7,
	tls: {size: 0x128, alignment: 64},
};

for (const {name, ...identity} of foreign) {
	test(`every field of a foreign object is read: ${name}`, t => {
		const object = readElf(scratchFile(t, writeElf({...everything, ...identity}).bytes));

		t.like(object, {...identity, type: 'shared', osAbi: 3, entry: 0x1_2345n});
		t.like(object, {
			isDynamic: true,
			interpreter: '/lib/ld-foreign.so.1',
			soname: 'libself.so.2',
			rpath: '/rpath:$ORIGIN',
			runpath: '$ORIGIN/../lib',
			audit: 'auditor.so',
			depAudit: 'one.so:two.so',
			executableStack: true,
			buildId: '00ff10ab',
		});
		t.deepEqual(object.needed, ['libz.so.1', 'libé.so', '$ORIGIN/x.so']);
		t.deepEqual(object.filter, ['libfiltee.so']);
		t.deepEqual(object.auxiliary, ['libaux-1.so', 'libaux-2.so']);
		t.deepEqual(object.tls, {size: 0x128, alignment: 64});
		t.deepEqual(object.abiTag, {os: 'linux', version: [4, 11, 2]});
		t.deepEqual(object.versionDefinitions, ['SELF_1', 'SELF_2']);
		t.deepEqual(object.versionNeeds, [
			{
				file: 'libc.so.6',
				versions: [
					{name: 'GLIBC_2.17', weak: false},
					{name: 'GLIBC_2.34', weak: true},
				],
			},
			{file: 'libz.so.1', versions: [{name: 'ZLIB_1.2', weak: false}]},
		]);
		t.deepEqual(object.flags, {
			noDefaultLib: true,
			pie: true,
			bindNow: true,
			staticTls: true,
			noDelete: true,
			noOpen: true,
			origin: true,
		});
	});
}

test('readelf agrees about written objects of every class and byte order', async t => {
	const files = foreign.map(({class: bits, byteOrder, machine, machineFlags}) => {
		const identity = {class: bits, byteOrder, machine, machineFlags};
		return scratchFile(t, writeElf({...everything, ...identity}).bytes);
	});

	const readings = await readelf(files);
	const differences = await compareWithReadelf(
		files.map(path => readElf(path)),
		readings,
	);
	t.deepEqual(differences, []);
	t.is(readings.size, foreign.length);
});

test('the last of several entries counts, as in ld.so', t => {
	// The string table holds a NUL, then `first.so`, then `/first`.
	const spec: ElfSpec = {
		dynamic: {
			soname: 'first.so',
			rpath: '/first',
			entries: [
				[14, 7],
				[15, 1],
			],
		},
	};
	t.like(readElf(scratchFile(t, writeElf(spec).bytes)), {soname: 'so', rpath: 'first.so'});
});

test('a tag that needs more than 32 bits is no known tag', t => {
	const spec: ElfSpec = {
		dynamic: {
			needed: ['a.so'],
			entries: [
				[0x1_0000_0001n, 1],
				[0x1_0000_0000n, 0],
			],
		},
	};
	t.deepEqual(readElf(scratchFile(t, writeElf(spec).bytes)).needed, ['a.so']);
});

test('DT_BIND_NOW alone binds at once', t => {
	const spec: ElfSpec = {dynamic: {entries: [[24, 0]]}};
	t.true(readElf(scratchFile(t, writeElf(spec).bytes)).flags.bindNow);
	t.false(readElf(scratchFile(t, writeElf({dynamic: {}}).bytes)).flags.bindNow);
});

test('an object without PT_GNU_STACK has an executable stack, one with flags RW has not', t => {
	t.true(readElf(scratchFile(t, writeElf({}).bytes)).executableStack);
	t.false(readElf(scratchFile(t, writeElf({stack: 6}).bytes)).executableStack);
});

test('a program without a dynamic section is not dynamic', t => {
	const object = readElf(scratchFile(t, writeElf({type: 2, dynamic: false}).bytes));
	t.like(object, {type: 'executable', isDynamic: false, soname: undefined, interpreter: undefined});
	t.deepEqual(object.needed, []);
});

test('65,536 program headers are counted in the first section header', t => {
	const object = readElf(
		scratchFile(t, writeElf({emptyHeaders: 0x1_0000, dynamic: {needed: ['a.so']}}).bytes),
	);
	t.is(object.programHeaders.length, 0x1_0003);
	t.deepEqual(object.needed, ['a.so']);
});

test('a string table of megabytes is not read whole', t => {
	const long = Array.from({length: 2000}, (_, index) => `lib${index}${'x'.repeat(100)}.so`);
	const spec: ElfSpec = {dynamic: {needed: long, runpath: 'r'.repeat(20_000)}};
	const object = readElf(scratchFile(t, writeElf(spec).bytes));
	t.deepEqual(object.needed, long);
	t.is(object.runpath?.length, 20_000);
});

test('the record is frozen through and through', t => {
	const object = readElf(scratchFile(t, writeElf({...everything}).bytes));
	const thawed: string[] = [];
	const visit = (value: unknown, name: string): void => {
		if (typeof value === 'object' && value !== null) {
			if (!Object.isFrozen(value)) {
				thawed.push(name);
			}

			Object.entries(value).forEach(([key, inner]) => visit(inner, `${name}.${key}`));
		}
	};
	visit(object, 'object');
	t.deepEqual(thawed, []);
});

test('an object of no machine is no loader’s, as a compiled module of Guile', t => {
	const bytes = poke(writeElf({machine: 0, dynamic: {}}), {'DT_STRTAB.d_tag': 0x3714_6001});
	t.like(readElf(scratchFile(t, bytes)), {isDynamic: false, needed: []});
});

test('whether an object converts between character sets shows in its names', t => {
	const named = (soname: string): boolean =>
		namesIconv(readElf(scratchFile(t, writeElf({dynamic: {soname}}).bytes)));
	t.true(named('iconv_open'));
	t.false(named('iconv_open2'));
	t.false(named('my_iconv_open'));
});
