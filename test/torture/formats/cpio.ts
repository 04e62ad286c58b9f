/** The archive in an RPM package, behind headers that are as they were. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {readRpm} from '../../../lib/rpm/read-rpm.js';
import {describePayload} from '../../helpers/packages/rpm-payload.js';
import {writeRpm} from '../../helpers/packages/rpm-writer.js';
import {verdictOf, type Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const files = [
	{path: '/usr/bin/a', content: 'x'.repeat(300), inode: 1},
	{path: '/usr/bin/b', content: 'x'.repeat(300), inode: 1},
	{path: '/usr/lib/c', linkTarget: '../bin/a'},
	{path: '/usr/lib/d', content: 'd'},
] as const;
const words = [
	'070701',
	'07070X',
	'00000000',
	'ffffffff',
	'0000ffff',
	'TRAILER!!!\0',
	'./usr/lib/d\0',
	'\0\0\0\0',
];

export const format: Format = {
	name: 'cpio',
	inputsInCheck: 150,
	open: scratch => {
		const path = join(scratch, 'made.rpm');
		const bytes = writeRpm({
			files,
			signatureTags: {269: undefined, 273: undefined},
			tags: {5092: undefined},
		});
		writeFileSync(path, bytes);
		const {offset} = readRpm(path).payload;
		return {
			originals: [{name: 'newc', bytes: bytes.subarray(offset), words}],
			attempt: damaged => {
				writeFileSync(path, Buffer.concat([bytes.subarray(0, offset), damaged]));
				return verdictOf(() => describePayload(readRpm(path), {tools: 'never'}), isRefusal);
			},
		};
	},
};
