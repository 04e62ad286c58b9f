/** What the audit stub asks of the kernel when a packed program starts: each question is some of its cost. */
import {execFile} from 'node:child_process';
import {cpSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const execute = promisify(execFile);

// The launcher spells directories in another way where the path holds a blank.
for (const name of ['plain', 'with a blank']) {
	test.serial(
		`a start reads no memory map and asks for a missing directory once, in a path ${name}`,
		async t => {
			const packed = need(t, 'strace')
				? await packOnce(t, ['/usr/bin/true', '--scope', 'closure'])
				: undefined;
			if (packed === undefined) return;
			const bundle = join(makeScratch(t), name);
			cpSync(packed, bundle, {recursive: true, verbatimSymlinks: true});
			const {stderr} = await execute(
				'strace',
				['-e', 'trace=open,openat,readlink,readlinkat', join(bundle, 'bin/true')],
				{env: {DYNPK_AUDIT: 'enforce', PATH: '/usr/bin:/bin'}},
			);
			const paths = [...stderr.matchAll(/^(?:open|readlink)(?:at)?\((?:AT_FDCWD, )?"([^"]+)"/gmu)];
			const asked = paths.map(([, path = '']) => path);
			t.true(
				asked.some(path => path.endsWith('/libexec/dynpk/audit.rules')),
				stderr,
			);
			t.false(
				asked.some(path => path.startsWith('/proc/') && path.endsWith('/maps')),
				stderr,
			);
			const absent = stderr
				.split('\n')
				.filter(line => line.includes(`"${bundle}/root/`) && line.includes('ENOENT'));
			t.true(absent.length > 0, stderr);
			t.deepEqual(absent, [...new Set(absent)]);
		},
	);
}
