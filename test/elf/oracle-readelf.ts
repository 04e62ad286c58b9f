/**
 * The ELF files of this machine, read by us and by readelf(1): no difference in any field.
 *
 * Two things are compared by rule only where both readers look at the same bytes. readelf finds
 * version records by section, so a file without section headers has none for it. It finds notes by
 * section too, and a note that no PT_NOTE covers (object files, Go's build ids) is not loaded and
 * therefore not read here.
 */
import {readFileSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {readElf} from '../../lib/elf/read-elf.js';
import type {HostPath} from '../../lib/paths/paths.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {compareWithReadelf} from '../helpers/elf/compare-with-readelf.js';
import {filesUnder, isNewElf} from '../helpers/elf/elf-files.js';
import {readelf} from '../helpers/elf/readelf.js';
import {sampleThat} from '../helpers/run/sample.js';

const MOST_FILES = 2000;
const FILES_A_PROCESS = 250;

test('ELF files below /usr read as readelf reads them', async t => {
	const paths = sampleThat(t, filesUnder('/usr'), MOST_FILES, isNewElf());
	const differences: string[] = [];
	let readings = 0;
	let versionNeeds = 0;

	for (let first = 0; first < paths.length; first += FILES_A_PROCESS) {
		const batch = paths.slice(first, first + FILES_A_PROCESS);
		const theirs = await readelf(batch);
		readings += theirs.size;
		const ours = batch.map(path => readElf(path));
		differences.push(...(await compareWithReadelf(ours, theirs)));
		for (const {versionNeeds: needs = []} of theirs.values()) {
			versionNeeds += needs.length;
		}
	}

	t.log(`compared ${readings} files, ${differences.length} differences`);
	t.deepEqual(differences.slice(0, 20), []);
	t.is(readings, paths.length);
	t.true(readings > 100 && versionNeeds > 100, 'there must be something to compare');
});

test('what few files of a system have reads as readelf reads it', async t => {
	const names = {
		'both.so': {rpath: '/rpath', runpath: '/runpath', flags: ['-Wl,-z,nodefaultlib']},
		'filter.so': {flags: ['-Wl,-F,libf.so', '-Wl,-f,liba.so', '-Wl,-f,libb.so']},
		'stack.so': {flags: ['-Wl,-z,execstack', '-Wl,-z,origin', '-Wl,-z,nodelete']},
		'tls.so': {source: '__thread int held[33] __attribute__((aligned(128)));'},
		'narrow.so': {bits: 32, needs: ['liba.so'], flags: ['-Wl,-z,nodlopen']},
		audited: {needs: ['liba.so'], flags: ['-Wl,--audit=x.so:y.so', '-Wl,--depaudit=z.so']},
		isa: {libc: true, source: 'int main(void) { return 0; }', flags: ['-Wl,-z,x86-64-v3']},
		weak: {libc: true, source: 'int main(void) { return 0; }', flags: ['-pie', '-fPIE']},
		static: {interpreter: false, flags: ['-static']},
	} as const;
	const world = await buildObjects(t, names);
	weakenVersions(world.path('weak'));

	const paths = Object.keys(names).map(name => world.path(name));
	const readings = await readelf(paths);
	const ours = paths.map(path => readElf(path));
	t.deepEqual(await compareWithReadelf(ours, readings), []);
	t.true(readings.get(world.path('weak'))?.versionNeeds?.every(need => need.endsWith(' weak')));
	t.deepEqual(readings.get(world.path('both.so'))?.dynamic.get('RPATH'), ['/rpath']);
});

/** No linker at hand marks a version as weak, so the mark is set in the records of a program. */
function weakenVersions(path: HostPath): void {
	const names = readElf(path).versionNeeds.flatMap(({versions}) => versions.map(({name}) => name));
	const bytes = readFileSync(path);
	for (const name of names) {
		const record = bytes.indexOf(elfHash(name));
		bytes.writeUInt16LE(2, record + 4);
	}

	writeFileSync(path, bytes);
}

/** The hash of the System V ABI, as it stands in a version record. */
function elfHash(name: string): Buffer {
	let hash = 0;
	for (const byte of Buffer.from(name)) {
		hash = ((hash << 4) + byte) >>> 0;
		hash = (hash ^ ((hash >>> 24) & 0xf0)) & 0x0fff_ffff;
	}

	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(hash);
	return bytes;
}
