/** A file cut anywhere is refused, and never read as one that needs less. */
import {readFileSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {probeElf} from '../../lib/elf/probe-elf.js';
import {readElf} from '../../lib/elf/read-elf.js';
import {DynpkError} from '../../lib/errors/dynpk-error.js';
import {hostPath} from '../../lib/paths/paths.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {makeScratch, scratchFile} from '../helpers/worlds/scratch.js';

test('an object cut behind any of its bytes is refused or, below e_ident, no ELF', t => {
	const {bytes} = writeElf({
		interpreter: '/lib/ld.so.1',
		dynamic: {needed: ['libc.so.6'], versionNeeds: [{file: 'libc.so.6', versions: [{name: 'V'}]}]},
		notes: [{notes: [{owner: 'GNU', type: 3, contents: Buffer.from('abcd')}]}],
	});
	const path = hostPath(join(makeScratch(t), 'cut'));
	writeFileSync(path, bytes);

	for (let length = bytes.length - 1; length >= 0; length--) {
		truncateSync(path, length);
		if (length < 16) {
			t.is(probeElf(path), undefined);
		} else {
			t.throws(() => probeElf(path), {instanceOf: DynpkError, code: 'ELF_TRUNCATED'}, `${length}`);
		}
	}
});

test('an object that lost its section headers is read as before', async t => {
	const world = await buildObjects(t, {
		'whole.so': {needs: ['liba.so', 'libb.so'], runpath: '$ORIGIN', flags: ['-Wl,-z,now']},
	});
	const whole = world.object('whole.so');
	const ends = whole.programHeaders.map(({offset, fileSize}) => offset + fileSize);
	const bytes = readFileSync(whole.path).subarray(0, Math.max(...ends));

	const cut = readElf(scratchFile(t, bytes));
	const {path, fileId, size} = whole;
	t.true(cut.size < size);
	t.deepEqual({...cut, path, fileId, size}, whole);
});
