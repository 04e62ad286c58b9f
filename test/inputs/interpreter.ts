/** Whose PATH the first line of a script means. */
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {resolveInterpreter} from '../../lib/inputs/interpreter.js';
import type {PayloadEntry, Reason} from '../../lib/inputs/payload.js';
import {readShebang} from '../../lib/inputs/shebang.js';
import {hostPath, sysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

test('env means the system’s programs in a package’s script, and in one that its link leads to', t => {
	const root = makeScratch(t);
	for (const name of ['usr/bin/python3', 'home/shims/python3']) {
		mkdirSync(join(root, dirname(name)), {recursive: true});
		writeFileSync(join(root, name), '');
		chmodSync(join(root, name), 0o755);
	}

	const from = sysrootPath('/usr/bin/tool3');
	const found = (path: string, reason: Reason): string | undefined => {
		const script = {kind: 'file', path: sysrootPath(path), reason} as PayloadEntry;
		const shebang = readShebang(Buffer.from('#!/usr/bin/env python3\n'));
		t.truthy(shebang);
		return (
			shebang &&
			resolveInterpreter(
				script,
				shebang,
				{
					sysroot: hostPath(root),
					searchPath: ['/home/shims', '/usr/bin'],
					workingDirectory: hostPath('/'),
					environment: {},
				},
				openSysroot(hostPath(root)),
			)
		);
	};
	t.is(found('/usr/bin/tool3.11', {kind: 'link', from}), '/usr/bin/python3');
	t.is(found('/usr/lib/python3/module.py', {kind: 'link', from}), '/usr/bin/python3');
	t.is(found('/home/me/tool', {kind: 'target'}), '/home/shims/python3');
	t.is(found('/home/me/linked', {kind: 'link', from}), '/home/shims/python3');
});
