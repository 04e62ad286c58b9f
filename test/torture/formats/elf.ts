/** ELF objects, of several classes, byte orders and machines, with all that is decoded of them. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {readSections} from '../../../lib/elf/read-sections.js';
import {openElf} from '../../../lib/elf/open-elf.js';
import {closureOfStatic} from '../../../lib/closure/closure-of-static.js';
import {findOwnPayload} from '../../../lib/launcher/own-payload.js';
import {withHostFile} from '../../../lib/paths/host-file.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';
import {writeElf} from '../../helpers/elf/elf-writer.js';
import type {WrittenElf} from '../../helpers/elf/elf-sink.js';
import {verdictOf, wordsAt, type Format, type Original} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const dynamic = {
	needed: ['libc.so.6', '$ORIGIN/libx.so'],
	soname: 'liba.so.1',
	rpath: '$ORIGIN/../lib:/opt',
	runpath: '/opt/$LIB',
	filter: ['libf.so'],
	versionNeeds: [{file: 'libc.so.6', versions: [{name: 'GLIBC_2.34'}, {name: 'X', weak: true}]}],
	versionDefinitions: ['liba.so.1', 'A_1'],
};
const notes = [{notes: [{owner: 'GNU', type: 1, contents: Buffer.alloc(16)}]}];

function made(name: string, {bytes, fields, byteOrder}: WrittenElf): Original {
	const numbers = [...fields.values()].map(({offset, size}) => ({
		at: offset,
		width: size,
		order: byteOrder,
	}));
	return {name, bytes, numbers};
}

export const format: Format = {
	name: 'ELF',
	inputsInCheck: 500,
	open: scratch => {
		const path = hostPath(join(scratch, 'object'));
		const real = readFileSync('/bin/true');
		return {
			originals: [
				made('64', writeElf({interpreter: '/lib64/ld-linux-x86-64.so.2', dynamic, notes})),
				made('32', writeElf({class: 32, machine: 3, dynamic, notes})),
				made('big', writeElf({byteOrder: 'big', machine: 21, dynamic, notes})),
				{
					name: 'real',
					bytes: real,
					numbers: [...wordsAt(0, 1024), ...wordsAt(real.length - 2048, real.length)],
				},
			],
			attempt: damaged => {
				writeFileSync(path, damaged);
				return verdictOf(() => {
					const opened = openElf(path);
					if (opened.status === 'elf') {
						const {object} = opened;
						closureOfStatic(object, sysrootPath('/object'));
						JSON.stringify([object.imports, object.threadLocals]);
						withHostFile(path, object.size, file =>
							findOwnPayload(object, file, readSections(file, path)),
						);
					}
				}, isRefusal);
			},
		};
	},
};
