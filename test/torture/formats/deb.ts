/** Debian packages: the archive of archives, its control data and its payload. */
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {gzipSync} from 'node:zlib';
import {readDeb} from '../../../lib/deb/read-deb.js';
import {readDebPayload} from '../../../lib/deb/read-payload.js';
import {controlText, writeDeb, writeTar} from '../../helpers/packages/deb-build.js';
import {settleTar} from '../lib/settle-tar.js';
import {verdictOf, type Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const control = [
	{
		name: './control',
		text: controlText({name: 'made', control: ['Depends: a (>= 1) | b [amd64], c:any']}),
	},
	{name: './md5sums', text: `${'0'.repeat(32)}  usr/none\n`},
	{name: './postinst', mode: 0o755, text: '#!/bin/sh\nexit 0\n'},
];
const data = [
	{name: './usr/', type: 'directory' as const},
	{name: './usr/a', text: 'x'.repeat(600)},
	{name: './usr/l', type: 'symlink' as const, linkname: 'a'},
	{name: './usr/h', type: 'link' as const, linkname: './usr/a'},
	{name: `./usr/${'long'.repeat(40)}`, text: 'y'},
];

export const format: Format = {
	name: 'deb',
	inputsInCheck: 120,
	open: async scratch => {
		const path = join(scratch, 'made.deb');
		const [controlTar, dataTar] = [await writeTar(control), await writeTar(data)];
		const members = (pack: (bytes: Buffer) => Buffer, ending: string) => [
			['debian-binary', Buffer.from('2.0\n')] as const,
			[`control.tar${ending}`, pack(controlTar)] as const,
			[`data.tar${ending}`, pack(dataTar)] as const,
		];
		return {
			originals: [
				{
					name: 'plain',
					bytes: await writeDeb({members: members(bytes => bytes, '')}),
					settle: settleTar,
				},
				{name: 'gzip', bytes: await writeDeb({members: members(bytes => gzipSync(bytes), '.gz')})},
			],
			attempt: damaged => {
				writeFileSync(path, damaged);
				return verdictOf(async () => {
					for await (const {content} of readDebPayload(await readDeb(path))) {
						for await (const piece of content) {
							if (piece.length > 1 << 20) throw new Error('a piece of more than there is');
						}
					}
				}, isRefusal);
			},
		};
	},
};
