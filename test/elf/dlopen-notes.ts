/** `.note.dlopen`: what the specification says, what compilers lay out, and what is damaged. */
import test, {type ExecutionContext} from 'ava';
import type {ElfObject} from '../../lib/elf/elf-object.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import type {NoteSpec} from '../helpers/elf/elf-spec.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {scratchFile} from '../helpers/worlds/scratch.js';

function note(payload: string | Buffer): NoteSpec {
	const contents = Buffer.concat([Buffer.from(payload), Buffer.from([0])]);
	return {owner: 'FDO', type: 0x407c_0c0a, contents};
}

function read(t: ExecutionContext, ...notes: NoteSpec[]): ElfObject {
	return readElf(scratchFile(t, writeElf({notes: [{notes}]}).bytes));
}

test('notes are read in file order, with the default priority where none is given', t => {
	const object = read(
		t,
		note(
			'[{"soname":["liba.so.2","liba.so.1"],"feature":"a","description":"does a","priority":"required"}]',
		),
		note('[{"soname":["libb.so"]},{"soname":["libc.so"],"priority":"suggested"}]'),
	);
	t.deepEqual(object.dlopenNotes, [
		{
			sonames: ['liba.so.2', 'liba.so.1'],
			feature: 'a',
			description: 'does a',
			priority: 'required',
		},
		{sonames: ['libb.so'], feature: undefined, description: undefined, priority: 'recommended'},
		{sonames: ['libc.so'], feature: undefined, description: undefined, priority: 'suggested'},
	]);
	t.deepEqual(object.malformedDlopenNotes, []);
});

test('what a later version of the specification may add is no error', t => {
	const object = read(t, note('[{"soname":["liba.so"],"priority":"vital","since":{"x":1}}]'));
	t.like(object.dlopenNotes[0], {sonames: ['liba.so'], priority: 'recommended'});
	t.deepEqual(object.malformedDlopenNotes, []);
});

const malformed = {
	'text that is not JSON': ['soname: liba.so', 'is not a JSON array'],
	'an object in place of the array': ['{"soname":["liba.so"]}', 'is not a JSON array'],
	'an element that is no object': ['[1]', 'holds an element that is not an object'],
	'a soname that is no array': [
		'[{"soname":"liba.so"}]',
		'holds an element without an array of sonames',
	],
	'an empty list of sonames': ['[{"soname":[]}]', 'holds an element without an array of sonames'],
	'a soname with a NUL': [
		'[{"soname":["a\\u0000b"]}]',
		'holds an element without an array of sonames',
	],
	'bytes that are not UTF-8': [Buffer.from('[{"soname":["\xff"]}]', 'latin1'), 'is not UTF-8'],
	'more than 64 KiB': [`[${' '.repeat(70_000)}]`, 'has 70003 bytes, the limit is 65536'],
	'a depth of thousands': ['['.repeat(60_000), 'is not a JSON array'],
} as const satisfies Readonly<Record<string, readonly [string | Buffer, string]>>;

for (const [title, [payload, problem]] of Object.entries(malformed)) {
	test(`a malformed note is passed over and named: ${title}`, t => {
		const object = read(t, note(payload), note('[{"soname":["libgood.so"]}]'));
		t.deepEqual(object.malformedDlopenNotes, [problem]);
		t.deepEqual(
			object.dlopenNotes.flatMap(({sonames}) => sonames),
			['libgood.so'],
		);
	});
}

test('notes that C code lays out in a section of that name are found', async t => {
	const world = await buildObjects(t, {
		'noted.so': {
			source: `
				#define NOTE(name, json) \\
					__attribute__((used, section(".note.dlopen"))) static const struct { \\
						unsigned n, d, t; char owner[4]; char text[sizeof(json)]; \\
					} name = {4, sizeof(json), 0x407c0c0a, "FDO", json};
				NOTE(one, "[{\\"soname\\":[\\"libone.so\\"]}]")
				NOTE(two, "[{\\"soname\\":[\\"libtwo.so.22\\"]}]")
			`,
		},
	});

	const {dlopenNotes} = world.object('noted.so');
	t.deepEqual(dlopenNotes.flatMap(({sonames}) => sonames).sort(), ['libone.so', 'libtwo.so.22']);
});
