/** The configuration of ldconfig(8): a text that always says something, or includes too much. */
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {readLdSoConf} from '../../../lib/loader/read-ld-so-conf.js';
import {hostPath, sysrootPath} from '../../../lib/paths/paths.js';
import {openSysroot} from '../../../lib/sysroot/open-sysroot.js';
import type {Format} from '../lib/format.js';
import {isRefusal} from '../lib/refusals.js';

const words = [
	...['include ', 'include /etc/*', '*a', '**', '?', '[a-', '[!', ']', '\\', '#', '\n', '\0'],
	...['/..', '/../..', '=libc5', 'hwcap ', `/${'x'.repeat(5000)}`, '/x'.repeat(3000), '\t'],
];

export const format: Format = {
	name: 'ld.so.conf',
	inputsInCheck: 150,
	open: scratch => {
		const file = join(scratch, 'etc/ld.so.conf');
		mkdirSync(join(scratch, 'etc/ld.so.conf.d'), {recursive: true});
		writeFileSync(join(scratch, 'etc/ld.so.conf.d/a.conf'), '/a\ninclude ../ld.so.conf\n');
		writeFileSync(join(scratch, 'etc/ld.so.conf.d/aaa'), 'include *\n/aaa\n');
		const bytes = Buffer.from(
			'# all\ninclude /etc/ld.so.conf.d/*.conf\n/usr/lib/b\n/opt/c=libc5\n',
		);
		return {
			originals: [{name: 'usual', bytes, words}],
			// What nothing is found in any more counts as refused.
			attempt: damaged => {
				writeFileSync(file, damaged);
				const sysroot = openSysroot(hostPath(scratch));
				try {
					const found = readLdSoConf(sysroot, sysrootPath('/etc/ld.so.conf'));
					found.forEach(directory => sysroot.realPath(directory));
					return found.length >= 3 ? 'accepted' : 'refused';
				} catch (error) {
					if (isRefusal(error)) return 'refused';
					throw error;
				}
			},
		};
	},
};
