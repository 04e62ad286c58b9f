/** What a written directory takes on disk. */
import {readFileSync, statSync} from 'node:fs';
import test from 'ava';
import {writeDirectory} from '../../lib/archive/write-directory.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';

const MIB = 1 << 20;

test('runs of zeros are holes, and every byte and the length are right', async t => {
	const scratch = makeScratchPlace(t);
	const sparse = Buffer.alloc(8 * MIB);
	sparse.write('begin', 0);
	sparse.write('across', 3 * MIB - 3);
	const contents = {
		sparse,
		empty: Buffer.alloc(0),
		zeros: Buffer.alloc(2 * MIB + 1),
		short: Buffer.alloc(100),
		dense: Buffer.alloc(MIB, 'x'),
	};
	const output = scratch.path('out');
	await writeDirectory({
		entries: [
			{kind: 'directory', path: 'top', mode: 0o755},
			...Object.entries(contents).map(([name, bytes]) => ({
				kind: 'file' as const,
				path: `top/${name}`,
				mode: 0o644,
				content: {kind: 'bytes' as const, bytes},
			})),
		],
		output,
		mtime: 1_000_000_000,
	});
	for (const [name, bytes] of Object.entries(contents)) {
		t.true(readFileSync(`${output}/${name}`).equals(bytes), name);
	}

	const taken = (name: string) => statSync(`${output}/${name}`).blocks * 512;
	t.true(taken('sparse') < MIB, `${taken('sparse')} bytes`);
	t.true(taken('zeros') < MIB, `${taken('zeros')} bytes`);
	t.true(taken('dense') >= MIB);
});
