import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import test from 'ava';
import {readRpm} from '../../lib/rpm/read-rpm.js';
import {RpmError} from '../../lib/rpm/rpm-error.js';
import {describePayload} from '../helpers/packages/rpm-payload.js';
import {writeRpm} from '../helpers/packages/rpm-writer.js';
import {mutate, seededRandom} from '../helpers/worlds/mutate.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const RUNS = 3000;
const LEAD = 96;

// Without header digests, or every mutation would end at them.
const unsigned = {269: undefined, 273: undefined} as const;
const files = [
	{path: '/usr/bin/a', content: 'x'.repeat(500), inode: 1},
	{path: '/usr/bin/b', content: 'x'.repeat(500), inode: 1},
	{path: '/usr/lib/c', linkTarget: '../bin/a'},
	{path: '/usr/share', mode: 0o040755},
	{path: '/var/ghost', flags: 64},
] as const;
const dependencies = {
	requires: ['bash >= 1:5-2', '(a or (b with c))', 'rpmlib(FileDigests) <= 4.6'],
	provides: ['made = 1-1', 'liba.so.1()(64bit)'],
};
const seeds = {
	'rpm 4, uncompressed': writeRpm({files, ...dependencies, signatureTags: unsigned}),
	'rpm 4, gzip': writeRpm({files, ...dependencies, signatureTags: unsigned, compress: gzipSync}),
	'rpm 3': writeRpm({format: 3, files, ...dependencies}),
};

for (const [name, original] of Object.entries(seeds)) {
	test(`a damaged package (${name}) is read or refused by our own error, never anything else`, async t => {
		const random = seededRandom(4);
		const path = join(makeScratch(t), 'damaged.rpm');
		let refused = 0;
		for (let run = 0; run < RUNS; run++) {
			writeFileSync(path, mutate(original, random, LEAD));
			try {
				await describePayload(readRpm(path));
			} catch (error) {
				if (!(error instanceof RpmError)) {
					t.log(`run ${run}`);
					throw error;
				}

				t.true(error.message.startsWith(path));
				refused++;
			}
		}

		t.true(refused > RUNS / 2);
	});
}
