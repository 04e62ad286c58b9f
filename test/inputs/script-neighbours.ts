/** What a script of the user's own names beside itself and does not bring is told. */
import {chmodSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

test('modules and files beside a script are told where they stay behind', async t => {
	if (!need(t, 'sh')) return;
	const cwd = makeScratch(t);
	const files = {
		'run.sh':
			'#!/bin/sh\n# other.sh is not meant\n. "$(dirname "$0")/lib.sh"\ncat < "${0%/*}/in.txt"\n',
		'import.sh': '#!/bin/sh\nimport mine\n',
		'lib.sh': '',
		'in.txt': '',
		'other.sh': '',
		'mine.py': '',
		'yours.py': '',
	};
	for (const [name, text] of Object.entries(files)) {
		writeFileSync(join(cwd, name), text);
		chmodSync(join(cwd, name), name.endsWith('.sh') ? 0o755 : 0o644);
	}

	const saidOf = async (...argv: readonly string[]): Promise<readonly string[]> => {
		const {stderr} = await runDynpk(['pack', ...argv, '--recommends', 'none', '--dry-run'], {cwd});
		return stderr.split('\n').filter(line => line.includes('beside it'));
	};
	const [lib, text, mine] = ['lib.sh', 'in.txt', 'mine.py'].map(name => join(cwd, name));
	t.deepEqual(await saidOf('./run.sh'), [
		`dynpk: ${join(cwd, 'run.sh')}: names in.txt, lib.sh beside it, which stays behind; --with ${text} --with ${lib} takes it along`,
	]);
	t.deepEqual(await saidOf('./import.sh'), [
		`dynpk: ${join(cwd, 'import.sh')}: names mine.py beside it, which stays behind; --with ${mine} takes it along`,
	]);
	t.deepEqual(await saidOf('./run.sh', '--with', lib!, '--with', text!), []);
});
