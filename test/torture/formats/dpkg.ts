/** dpkg's records: the status of packages, and a list of files. */
import {readFileSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {openDpkgDatabase} from '../../../lib/installed/dpkg-database.js';
import {walkPackages} from '../../../lib/installed/package-closure.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';
import {putDpkgDatabase} from '../../helpers/packages/dpkg-world.js';
import {verdictOf, type Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const words = [
	...[
		'\n\n',
		'\nPackage: ',
		'\nStatus: install ok installed',
		'\nDepends: ',
		' | ',
		', ',
		' (>= 1)',
	],
	...[
		'\nMulti-Arch: same',
		'\nArchitecture: ../..',
		'\nProvides: a (= 1)',
		'\n ',
		'\0',
		'/',
		'..',
		'\n/\n',
	],
	...['\nPackage: ../../etc/passwd\n', 'tool', '/usr'],
];

export const format: Format = {
	name: 'dpkg',
	inputsInCheck: 120,
	open: scratch => {
		putDpkgDatabase(scratch, [
			[
				'tool',
				{files: ['/usr', '/usr/bin', '/usr/bin/tool'], fields: ['Depends: lib (>= 1) | b, c:any']},
			],
			[
				'lib',
				{
					files: ['/usr', '/usr/lib'],
					multiArch: 'same',
					fields: ['Provides: b (= 1)', 'Source: s (2)'],
				},
			],
		]);
		const admin = join(scratch, 'var/lib/dpkg');
		const places = new Map(
			['status', 'info/tool.list', 'info/format'].map(name => [
				name,
				readFileSync(join(admin, name)),
			]),
		);
		return {
			originals: ['status', 'status', 'info/tool.list'].map(name => ({
				name,
				bytes: places.get(name)!,
				words,
			})),
			attempt: (damaged, {name}) => {
				for (const [other, bytes] of places) {
					writeFileSync(join(admin, other), other === name ? damaged : bytes);
				}

				const sysroot = openSysroot(hostPath(scratch));
				return verdictOf(() => {
					const opened = openDpkgDatabase(sysroot, {
						cache: undefined,
						temporary: hostPath(scratch),
					});
					if (opened === undefined || 'unread' in opened) throw new Error('it is gone');
					const found = ['tool', 'lib:all', 'b', 'c:any'].flatMap(
						wanted => opened.find(wanted) ?? [],
					);
					opened.owners([sysrootPath('/usr/bin/tool'), sysrootPath('/usr')]);
					opened.files(found);
					opened.ownDirectories(found);
					walkPackages(opened, found, {recommendsOf: () => true});
				}, isRefusal);
			},
		};
	},
};
