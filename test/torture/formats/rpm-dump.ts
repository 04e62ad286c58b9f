/** What rpm(8) says of a database: its format is rpm's business, the records that it writes are read here. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {walkPackages} from '../../../lib/installed/package-closure.js';
import {openRpmDatabase} from '../../../lib/installed/rpm-database.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';
import type {Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const record = (name: string, requires: string, files: string): string =>
	[
		name,
		'1:2-3',
		'x86_64',
		'MIT',
		`${name}-2-3.src.rpm`,
		requires,
		'more\n',
		`${name}\nlib${name}.so\n`,
		files,
	]
		.join('\u001f')
		.concat('\u001e');
const words = [
	'\u001e',
	'\u001f',
	'\n',
	'(none)',
	'/',
	'/..',
	'rpmlib(x)',
	'\0',
	'error: x\n',
	'-',
	'.src.rpm',
];

export const format: Format = {
	name: 'rpm records',
	inputsInCheck: 300,
	open: scratch => {
		mkdirSync(join(scratch, 'var/lib/rpm'), {recursive: true});
		writeFileSync(join(scratch, 'var/lib/rpm/rpmdb.sqlite'), '');
		const bytes = Buffer.from(
			record('tool', 'libz.so\nrpmlib(a)\n/bin/sh\n', '/usr/bin/tool\n/usr/share/tool\n') +
				record('z', 'tool\n', '/usr/lib/libz.so\n/bin/sh\n'),
		);
		return {
			originals: [{name: 'two packages', bytes, words}],
			attempt: damaged => {
				const answer = {isWhole: true, stdout: damaged.toString('utf8'), said: ''};
				try {
					const sysroot = openSysroot(hostPath(scratch));
					const opened = openRpmDatabase(sysroot, hostPath(scratch), () => answer);
					if (opened === undefined || 'unread' in opened) throw new Error('it is gone');
					const tool = opened.find('tool');
					const found = tool === undefined ? [] : [tool];
					opened.owners([sysrootPath('/usr/bin/tool')]);
					opened.files(found);
					return walkPackages(opened, found).packages.length > 1 ? 'accepted' : 'refused';
				} catch (error) {
					if (isRefusal(error)) return 'refused';
					throw error;
				}
			},
		};
	},
};
