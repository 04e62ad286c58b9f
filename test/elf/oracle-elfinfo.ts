/**
 * File and program headers of the ELF files of this machine, as elfinfo reads them: no difference.
 *
 * elfinfo is given the file header with its section table removed: it would read every symbol of
 * every file, which takes minutes and, for some files, the whole memory.
 */
import {closeSync, openSync, readSync, statSync} from 'node:fs';
import test from 'ava';
import elfinfo from 'elfinfo';
import type {ElfObject} from '../../lib/elf/elf-object.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {filesUnder, isNewElf} from '../helpers/elf/elf-files.js';
import {sampleThat} from '../helpers/run/sample.js';

const MOST_FILES = 2000;

const types: readonly ElfObject['type'][] = [
	'other',
	'relocatable',
	'executable',
	'shared',
	'core',
];

test('file and program headers of ELF files below /usr are as elfinfo reads them', async t => {
	const paths = sampleThat(t, filesUnder('/usr'), MOST_FILES, isNewElf());
	const differences: string[] = [];
	for (const path of paths) {
		const fd = openSync(path, 'r');
		try {
			const {elf, errors} = await elfinfo.open(headerReader(fd, statSync(path).size));
			const theirs = elf === undefined ? errors : describeTheirs(elf);
			const [our, their] = [describeOurs(readElf(path)), theirs].map(toText);
			if (our !== their) {
				differences.push(`${path}: ${our}, for elfinfo ${their}`);
			}
		} finally {
			closeSync(fd);
		}
	}

	t.log(`compared ${paths.length} files, ${differences.length} differences`);
	t.deepEqual(differences.slice(0, 10), []);
	t.true(paths.length > 100, 'there must be something to compare');
});

type Elf = NonNullable<Awaited<ReturnType<typeof elfinfo.open>>['elf']>;
type Reader = ReturnType<typeof elfinfo.array>;

function describeTheirs(elf: Elf): unknown {
	return {
		class: elf.bits,
		byteOrder: elf.data === 1 ? 'little' : 'big',
		osAbi: elf.abi,
		type: types[elf.type],
		machine: elf.isa,
		machineFlags: elf.flags >>> 0,
		entry: BigInt(elf.entryPoint),
		programHeaders: elf.segments.map(segment => [
			segment.type,
			segment.flags,
			segment.offset,
			BigInt(segment.vaddr),
			segment.filesz,
			BigInt(segment.memsz),
			BigInt(segment.align),
		]),
	};
}

function describeOurs(object: ElfObject): unknown {
	return {
		class: object.class,
		byteOrder: object.byteOrder,
		osAbi: object.osAbi,
		type: object.type,
		machine: object.machine,
		machineFlags: object.machineFlags,
		entry: object.entry,
		programHeaders: object.programHeaders.map(header => [
			header.type,
			header.flags,
			header.offset,
			header.virtualAddress,
			header.fileSize,
			header.memorySize,
			header.alignment,
		]),
	};
}

function toText(value: unknown): string {
	return JSON.stringify(value, (_, inner: unknown) =>
		typeof inner === 'bigint' ? `0x${inner.toString(16)}` : inner,
	);
}

/** Serve the file with `e_shoff`, `e_shnum` and `e_shstrndx` zeroed in its header. */
function headerReader(fd: number, size: number): Reader {
	const header = Buffer.alloc(Math.min(size, 4096));
	readSync(fd, header, 0, header.length, 0);
	const isWide = header[4] === 2;
	header.fill(0, isWide ? 40 : 32, isWide ? 48 : 36);
	header.fill(0, isWide ? 60 : 48, isWide ? 64 : 52);

	let next = 0;
	const read = (length: number, position = next): Buffer => {
		next = position + length;
		if (next <= header.length) {
			return header.subarray(position, next);
		}

		const bytes = Buffer.alloc(length);
		readSync(fd, bytes, 0, length, position);
		return bytes;
	};

	return {
		open: () => Promise.resolve(),
		read: (length, position) => Promise.resolve(read(length, position)),
		view(length, position) {
			const {buffer, byteOffset} = read(length, position);
			return Promise.resolve(new DataView(buffer, byteOffset, length));
		},
		size: () => size,
		close: () => Promise.resolve(),
	};
}
