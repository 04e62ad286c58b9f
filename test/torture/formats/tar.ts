/** A bundle's archive, plain and by gzip, read by the strict reader. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {sparseHeader} from '../../../lib/archive/sparse-header.js';
import {readArchive} from '../../../lib/archive/read-archive.js';
import {hostPath} from '../../../lib/paths/paths.js';
import {paxMember, paxRecord, rawMember, rawTar} from '../../helpers/worlds/tar-writer.js';
import {settleTar} from '../lib/settle-tar.js';
import {verdictOf, type Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const words = [
	'00000000000\0',
	'77777777777\0',
	'\u0080\0\0\0\0\0\0\0\0\0\x7f\xff',
	'../',
	'./',
	'//',
	'\0',
];

export const format: Format = {
	name: 'tar',
	inputsInCheck: 200,
	open: scratch => {
		const archive = hostPath(join(scratch, 'bundle.tar'));
		const bytes = rawTar([
			{name: 'top/', type: '5'},
			{name: 'top/a', body: Buffer.alloc(700, 'a')},
			{name: 'top/l', type: '2', target: 'd/../a'},
			{name: 'top/h', type: '1', target: 'top/a'},
			paxMember(paxRecord('path', `top/${'n'.repeat(150)}`) + paxRecord('mtime', '1.5')),
			{name: 'top/long', body: Buffer.from('b')},
			{name: 'L', type: 'L', body: Buffer.from(`top/${'m'.repeat(120)}\0`)},
			{name: 'top/other'},
		]);
		const map = {
			size: 1 << 20,
			regions: Array.from({length: 7}, (_, part) => ({offset: part * 8192, length: 512})),
		};
		const sparse = Buffer.concat([
			rawMember({name: 'top/', type: '5'}),
			sparseHeader({name: 'top/sparse', mode: 0o644, mtime: 1, map}),
			Buffer.alloc(7 * 512, 's'),
			Buffer.alloc(1024),
		]);
		return {
			originals: [
				{name: 'plain', bytes, words, settle: settleTar},
				{name: 'sparse', bytes: sparse, words, settle: settleTar},
				{name: 'gzip', bytes: gzipSync(bytes)},
			],
			attempt: damaged => {
				writeFileSync(archive, damaged);
				return verdictOf(async () => {
					for await (const entry of readArchive({archive})) {
						if (entry.kind !== 'file' || entry.content.kind !== 'pieces') continue;
						for await (const piece of entry.content.pieces) {
							if (piece.length > 1 << 20) throw new Error('a piece of more than there is');
						}
					}
				}, isRefusal);
			},
		};
	},
};
