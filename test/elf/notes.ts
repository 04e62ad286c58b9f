/** Notes of PT_NOTE segments: padding, owners, properties, and what is not worth reading. */
import {truncateSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import type {ElfObject} from '../../lib/elf/elf-object.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {poke} from '../helpers/elf/elf-sink.js';
import type {ElfSpec, NoteSpec} from '../helpers/elf/elf-spec.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {scratchFile} from '../helpers/worlds/scratch.js';

const ISA_NEEDED = 0xc000_8002;
const ISA_USED = 0xc001_0002;
const FEATURES = 0xc000_0002;
const buildId: NoteSpec = {owner: 'GNU', type: 3, contents: Buffer.from('feed5eed', 'hex')};

function read(t: ExecutionContext, spec: ElfSpec): ElfObject {
	return readElf(scratchFile(t, writeElf(spec).bytes));
}

function property(...contents: number[]): NoteSpec {
	return {owner: 'GNU', type: 5, contents};
}

test('ISA levels are read from a property note, each padded to 8 bytes in the 64-bit class', t => {
	const note = property(FEATURES, 4, 3, 0, ISA_NEEDED, 4, 5, 0, ISA_USED, 4, 3, 0);
	t.like(read(t, {notes: [{alignment: 8, notes: [note]}]}), {isaNeeded: 5, isaUsed: 3});
});

test('ISA levels are padded to 4 bytes in the 32-bit class', t => {
	const note = property(FEATURES, 4, 3, ISA_NEEDED, 4, 1, ISA_USED, 4, 2);
	const object = read(t, {class: 32, machine: 3, notes: [{alignment: 4, notes: [note]}]});
	t.like(object, {isaNeeded: 1, isaUsed: 2});
});

test('a property note in a segment aligned to 4 does not count in the 64-bit class', t => {
	const note = property(ISA_NEEDED, 4, 8, 0);
	t.is(read(t, {notes: [{alignment: 4, notes: [note]}]}).isaNeeded, 0);
	t.is(read(t, {notes: [{alignment: 8, notes: [note]}]}).isaNeeded, 8);
});

test('the first of several property notes counts', t => {
	const notes = [property(ISA_NEEDED, 4, 1, 0), property(ISA_NEEDED, 4, 8, 0)];
	t.is(read(t, {notes: [{alignment: 8, notes}]}).isaNeeded, 1);
});

test('properties end where one is out of order or out of bounds', t => {
	const disordered = property(ISA_USED, 4, 1, 0, ISA_NEEDED, 4, 8, 0);
	const unbounded = property(ISA_NEEDED, 4, 8, 0, ISA_USED, 0xffff_fff0, 1, 0);
	t.like(read(t, {notes: [{alignment: 8, notes: [disordered]}]}), {isaNeeded: 0, isaUsed: 1});
	t.like(read(t, {notes: [{alignment: 8, notes: [unbounded]}]}), {isaNeeded: 8, isaUsed: 0});
});

test('notes in a segment aligned to 8 are padded to 8', t => {
	const odd: NoteSpec = {owner: 'LINUX', type: 1, contents: Buffer.from('abc')};
	t.is(read(t, {notes: [{alignment: 8, notes: [odd, buildId]}]}).buildId, 'feed5eed');
	t.is(read(t, {notes: [{alignment: 4, notes: [odd, buildId]}]}).buildId, 'feed5eed');
	t.is(read(t, {notes: [{alignment: 1, notes: [odd, buildId]}]}).buildId, 'feed5eed');
});

test('notes padded to 4 in a segment aligned to 8 are read all the same', t => {
	const id: NoteSpec = {owner: 'GNU', type: 3, contents: [1, 2, 3, 4, 5]};
	const tag: NoteSpec = {owner: 'GNU', type: 1, contents: [0, 3, 2, 0]};
	const object = read(t, {notes: [{alignment: 8, padding: 4, notes: [id, tag]}]});
	t.deepEqual(object.abiTag, {os: 'linux', version: [3, 2, 0]});
});

test('gigabytes of zeros in a note segment are not walked', t => {
	const elf = writeElf({notes: [{alignment: 32, notes: [buildId]}]});
	const path = scratchFile(t, poke(elf, {'PT_NOTE[0].p_filesz': 1 << 30}));
	truncateSync(path, 2 ** 31);
	const fault = t.throws(() => readElf(path), {instanceOf: DynpkError, code: 'ELF_INVALID'});
	t.regex(fault.message, /PT_NOTE/u);
});

test('zeros that a compiler put between two notes are stepped over', t => {
	const first: NoteSpec = {owner: 'XYZ', type: 9, contents: [1, 2, 3], gap: 4};
	t.is(read(t, {notes: [{alignment: 32, notes: [first, buildId]}]}).buildId, 'feed5eed');
});

test('the ABI tag names another system than Linux', t => {
	const tag = (...contents: number[]): NoteSpec => ({owner: 'GNU', type: 1, contents});
	const abiTag = (note: NoteSpec): ElfObject['abiTag'] =>
		read(t, {notes: [{notes: [note]}]}).abiTag;
	t.deepEqual(abiTag(tag(3, 12, 0, 1)), {os: 'freebsd', version: [12, 0, 1]});
	t.deepEqual(abiTag(tag(77, 1, 0, 0)), {os: 'other', version: [1, 0, 0]});
	t.is(abiTag(tag(0, 3, 2)), undefined);
});

test('a note of the right type and another owner is not taken', t => {
	const foreign: NoteSpec = {...buildId, owner: 'Go'};
	t.is(read(t, {notes: [{notes: [foreign]}]}).buildId, undefined);
});

test('megabytes in a note of no interest are stepped over', t => {
	const blob: NoteSpec = {owner: 'APP_BLOB', type: 0, contents: Buffer.alloc(12 << 20)};
	t.is(read(t, {notes: [{notes: [blob, buildId]}]}).buildId, 'feed5eed');
});
