/**
 * A pipeline of the user's own: a script that sources a file beside it, starts another one from its own
 * directory, and calls programs that `--commands` packs.
 */
import {chmodSync, mkdirSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {packOnce} from '../helpers/run/packed.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const files = {
	'run.sh': `#!/bin/bash
set -euo pipefail
here=$(dirname "$0")
. "$here/lib.sh"
printf '1\\n2\\n' | "$here/twice.py" | join_lines
echo 'digraph { a }' | "$(command -v dot)" -Tplain | head -n 1
`,
	'lib.sh': 'join_lines() { paste -s -d +; }\n',
	'twice.py':
		'#!/usr/bin/env python3\nimport sys, helper\nfor line in sys.stdin: print(helper.twice(int(line)))\n',
	'helper.py': 'def twice(n): return 2 * n\n',
};

for (const name of targetHosts) {
	test.serial(`${name}: a pipeline finds its own files and the programs that it calls`, async t => {
		const host = await needHost(t, name);
		if (host === undefined) return;
		const place = makeScratchPlace(t);
		mkdirSync(place.path('work'));
		for (const [file, text] of Object.entries(files)) {
			writeFileSync(place.path(`work/${file}`), text);
			chmodSync(place.path(`work/${file}`), text.startsWith('#!') ? 0o755 : 0o644);
		}

		const beside = ['lib.sh', 'twice.py', 'helper.py'].flatMap(file => ['--with', `work/${file}`]);
		const bundle = await packOnce(t, ['work/run.sh', ...beside, '--commands'], {
			cwd: place.directory,
		});
		if (bundle === undefined) return;
		for (const DYNPK_ENGINE of ['shim', 'userns']) {
			const ran = await runOnHost(host, {bundle, env: {DYNPK_ENGINE}, argv: ['bin/run.sh']});
			t.deepEqual([ran.status, ran.stdout, ran.stderr], [0, '2+4\ngraph 1 0.75 0.5\n', '']);
		}
	});
}
