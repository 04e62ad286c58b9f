/** What a Python environment reads from beside itself is said, by whatever leads there. */
import {copyFileSync, mkdirSync, symlinkSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {compile} from '../helpers/worlds/mini-bundle.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const site = '/v/lib/python3.9/site-packages';

/** Reads what a line of a `.pth` leads to, as Python’s `site` would. */
const python = (pth: string): string => `
#include <stdio.h>
#include <string.h>
int main(void)
{
	char line[4096] = "", text[100] = "nothing";
	FILE *pth = fopen("${pth}", "r");
	if (pth == NULL || fgets(line, sizeof line - 20, pth) == NULL)
		return 2;
	strcpy(strchr(line, '\\n'), "/module.py");
	FILE *module = fopen(line, "r");
	if (module != NULL)
		fgets(text, sizeof text, module);
	puts(text);
	return 0;
}
`;

async function makeEnvironment(
	t: ExecutionContext,
	files: (top: string) => Readonly<Record<string, string>>,
): Promise<string> {
	const top = makeScratch(t);
	for (const [path, text] of Object.entries(files(top))) {
		putFile(top, path, text);
	}

	const base = join(top, 'base/bin/python3');
	mkdirSync(join(top, 'base/bin'), {recursive: true});
	copyFileSync(await compile(t, python(`${top}${site}/a.pth`)), base);
	putFile(top, '/base/lib/python3.9/os.py', '');
	putFile(top, '/v/pyvenv.cfg', `home = ${top}/base/bin\n`);
	mkdirSync(join(top, 'v/bin'), {recursive: true});
	symlinkSync(base, join(top, 'v/bin/python3'));
	return top;
}

test('paths, finders, links and records of editable installs', async t => {
	if (!need(t, 'gcc')) return;
	for (const [title, name, text] of [
		['a path', 'a.pth', '# ours\nimport sys\n$W/own\n/nowhere\n'],
		['a relative path', 'a.pth', '../../../../own\n'],
		['a finder', '__editable___x_1_finder.py', "MAPPING: dict = {'x': '$W/own', 'y': '/gone'}\n"],
		['an egg link', 'x.egg-link', '$W/own\n.'],
		[
			'a record',
			'x-1.dist-info/direct_url.json',
			'{"dir_info": {"editable": true}, "url": "file://$W/own"}',
		],
	] as const) {
		const top = await makeEnvironment(t, place => ({
			'/own/module.py': '',
			[`${site}/${name}`]: text.replaceAll('$W', place),
		}));
		const {stderr, status} = await runDynpk(['pack', join(top, 'v'), '--dry-run']);
		t.deepEqual(
			[status, stderr],
			[
				0,
				`dynpk: ${top}${site}: its Python reads modules of ${top}/own, which stay behind; --with ${top}/own takes them along\n`,
			],
			title,
		);
	}
});

test('what lies inside, is taken or is no editable install needs no word', async t => {
	if (!need(t, 'gcc')) return;
	const top = await makeEnvironment(t, place => ({
		'/own/module.py': 'own module',
		'/v/src/inside/module.py': '',
		[`${site}/a.pth`]: `${place}/own\n`,
		[`${site}/b.pth`]: `${place}/v/src/inside\n`,
		[`${site}/x-1.dist-info/direct_url.json`]: `{"dir_info": {}, "url": "file://${place}/base"}`,
		[`${site}/y-1.dist-info/direct_url.json`]:
			'{"dir_info": {"editable": true}, "url": "file:///%zz"}',
	}));
	const bundle = join(top, 'bundle');
	const packed = await runDynpk(['pack', join(top, 'v'), '--with', join(top, 'own'), '-o', bundle]);
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/python3']});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout: 'own module\n', stderr: ''}, name);
	}
});

test('an environment whose Python is gone is refused, with the link that led to it', async t => {
	const cwd = makeScratch(t);
	putFile(cwd, '/v/pyvenv.cfg', 'home = /gone/bin\n');
	mkdirSync(join(cwd, 'v/bin'));
	symlinkSync('/gone/bin/python3', join(cwd, 'v/bin/python3'));
	const rest = await assertRefused(t, {
		...{cwd, code: 'NO_ELF_FOUND', pack: ['./v']},
		says: 'no ELF file in $PWD/v',
	});
	t.is(rest[0], '  $PWD/v/bin/python3 leads to /gone/bin/python3, which is not there');
});
