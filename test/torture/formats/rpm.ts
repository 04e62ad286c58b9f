/** RPM packages: lead, headers, and a payload that no header's digest keeps. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {readRpm} from '../../../lib/rpm/read-rpm.js';
import {describePayload} from '../../helpers/packages/rpm-payload.js';
import {writeRpm} from '../../helpers/packages/rpm-writer.js';
import {verdictOf, wordsAt, type Format, type Original} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

// Without header digests, or every damage would end at them.
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

function original(name: string, bytes: Buffer): Original {
	const numbers = wordsAt(96, bytes.length - 4).map(field => ({...field, order: 'big' as const}));
	return {name, bytes, numbers};
}

export const format: Format = {
	name: 'rpm',
	inputsInCheck: 120,
	open: scratch => {
		const path = join(scratch, 'made.rpm');
		return {
			originals: [
				original('rpm 4', writeRpm({files, ...dependencies, signatureTags: unsigned})),
				original(
					'gzip',
					writeRpm({files, ...dependencies, signatureTags: unsigned, compress: gzipSync}),
				),
				original('rpm 3', writeRpm({format: 3, files, ...dependencies})),
			],
			attempt: damaged => {
				writeFileSync(path, damaged);
				return verdictOf(() => describePayload(readRpm(path), {tools: 'never'}), isRefusal);
			},
		};
	},
};
