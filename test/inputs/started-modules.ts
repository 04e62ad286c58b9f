/** Modules that programs' names lead to (`npm`, `pdb3`): offered, started by their interpreter, and still their own text. */
import {readFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {buildInstalled} from '../helpers/worlds/installed-world.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** Says by which name it is given a module, and how that begins. */
const interpreter = `
#include <stdio.h>
#include <string.h>
int main(int count, char **words)
{
	char line[80] = "";
	FILE *module = fopen(words[count - 1], "r");
	if (module != NULL)
		fgets(line, sizeof line, module);
	printf("%s: %s", strrchr(words[count - 1], '/') + 1, line);
	return 0;
}
`;

test('a name in a directory of programs starts the module behind it, which stays its text', async t => {
	if (!need(t, 'gcc')) return;
	const program = {libc: true, source: interpreter} as const;
	const world = await buildInstalled(
		t,
		{
			tool: {
				files: {
					'/usr/bin/tool': {symlink: '../lib/node_modules/tool/cli.js'},
					'/usr/lib/node_modules/tool/cli.js': {text: '#!/usr/bin/env system-node\n'},
					'/usr/lib/node_modules/tool/spare.js': {text: '#!/usr/bin/env system-node\n'},
					'/usr/bin/system-node': program,
				},
			},
		},
		{
			'/opt/p/bin/node': program,
			'/opt/p/bin/npm': {symlink: '../lib/node_modules/npm/bin/npm-cli.js'},
			'/opt/p/bin/again': {symlink: 'npm'},
			'/opt/p/lib/node_modules/npm/package.json': {text: '{}'},
			'/opt/p/lib/node_modules/npm/bin/npm-cli.js': {text: '#!/usr/bin/env node\n'},
			'/home/me/node_modules/.bin/npm': {symlink: '/opt/p/bin/npm'},
		},
	);
	const bundle = join(world.root, '../bundle');
	const targets = ['deb:tool', '/opt/p', '/home/me/node_modules/.bin/npm'];
	const packed = await world.pack([...targets, '-o', bundle]);
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	for (const [module, text] of [
		['usr/lib/node_modules/tool/cli.js', '#!/usr/bin/env system-node\n'],
		['opt/p/lib/node_modules/npm/bin/npm-cli.js', '#!/usr/bin/env node\n'],
	] as const) {
		t.is(readFileSync(join(bundle, 'root', module), 'utf8'), text);
	}

	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		for (const [start, stdout] of [
			['tool', 'tool: #!/usr/bin/env system-node\n'],
			['npm', 'npm: #!/usr/bin/env node\n'],
			['again', 'again: #!/usr/bin/env node\n'],
		] as const) {
			const answer = await runOnHost(host, {bundle, argv: [`bin/${start}`]});
			t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, `${start} ${name}`);
		}
	}
});
