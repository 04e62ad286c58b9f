/** What pip installed for a script travels with it: its distribution, and those that this needs. */
import {chmodSync, copyFileSync, mkdirSync, truncateSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import type {FileSpec} from '../helpers/elf/build-objects.js';
import {buildInstalled, type InstalledPackageSpec} from '../helpers/worlds/installed-world.js';
import {compile} from '../helpers/worlds/mini-bundle.js';
import {putFile} from '../helpers/worlds/put-file.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const site = '/usr/local/lib/python3.11/dist-packages';
const shared = '/usr/lib/python3/dist-packages';

/** Prints the first word of each file; a relative name is below the user's base. */
const python = (files: readonly string[]): string => `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
int main(void)
{
	const char *files[] = {${files.map(file => JSON.stringify(file)).join(', ')}};
	const char *base = getenv("PYTHONUSERBASE");
	for (unsigned at = 0; at < sizeof files / sizeof *files; at++) {
		char path[4096], word[80] = "nothing";
		snprintf(path, sizeof path, "%s/%s", *files[at] == '/' || base == NULL ? "" : base, files[at]);
		FILE *file = fopen(path, "r");
		if (file != NULL)
			fscanf(file, "%79s", word);
		printf("%s ", word);
	}
	fflush(stdout);
	return system("echo \${PYTHONUSERBASE-unset}");
}
`;

/** Files of a distribution, as pip leaves them: a module, and records of what it installed. */
function distribution(
	name: string,
	{
		requires = [],
		record = [],
		points = '',
	}: Readonly<{requires?: readonly string[]; record?: readonly string[]; points?: string}>,
): Record<string, FileSpec> {
	const info = `${name}-1.0.dist-info`;
	const recorded = [`${name}/__init__.py,sha256=x,9`, `${info}/METADATA,,`, `${info}/RECORD,,`];
	return {
		[`${site}/${name}/__init__.py`]: {text: name},
		[`${site}/${info}/METADATA`]: {
			text: `Name: ${name}\n${requires.map(text => `Requires-Dist: ${text}\n`).join('')}`,
		},
		[`${site}/${info}/RECORD`]: {text: [...recorded, ...record, ''].join('\r\n')},
		...(points === '' ? {} : {[`${site}/${info}/entry_points.txt`]: {text: points}}),
	};
}

const packages = {
	python: {
		files: {
			'/usr/bin/python3.11': {
				libc: true,
				source: python([
					...[`${site}/tool/__init__.py`, `${site}/dep_one/__init__.py`, `${site}/a, b`],
					...[
						`${shared}/owned/__init__.py`,
						'/usr/local/share/tool/data',
						`${site}/spare/__init__.py`,
					],
				]),
			},
			'/usr/bin/python3': {symlink: 'python3.11'},
			'/usr/lib/python3.11/os.py': {text: ''},
		},
	},
	'python3-owned': {
		files: {
			[`${shared}/owned/__init__.py`]: {text: 'owned'},
			[`${shared}/owned-2.egg-info/PKG-INFO`]: {text: 'Name: owned\n'},
		},
	},
} satisfies Record<string, InstalledPackageSpec>;

test('the distribution of a script travels, with what it needs; what stays behind is told', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, {
		'/usr/local/bin/tool': {text: '#!/usr/bin/python3\n'},
		'/usr/local/bin/other': {text: '#!/usr/bin/python3\n'},
		'/usr/local/share/tool/data': {text: 'data'},
		[`${site}/a, b`]: {text: 'quoted'},
		...distribution('tool', {
			requires: [
				...['Dep.One[fast]>=1', 'owned', 'absent', 'unwanted; extra == "test"'],
				...['elsewhere; sys_platform == "win32"', 'odd; platform_machine == "pdp11"'],
			],
			record: ['../../../bin/tool,sha256=x,1', '../../../share/tool/data,,', '"a, b",,', 'gone,,'],
			points: '[console_scripts]\ntool = tool:main\n[other]\nother = x\n',
		}),
		...distribution('dep_one', {requires: ['quick; extra == "fast"', 'tool']}),
		...distribution('other', {record: ['../../../bin/other,,']}),
		...distribution('unwanted', {}),
		...distribution('spare', {}),
		[`${site}/quick-1.dist-info/METADATA`]: {text: 'Requires-Dist: spare\n'},
	});
	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['/usr/local/bin/tool', '-o', bundle]);
	t.deepEqual(
		[packed.status, packed.stderr.split('\n')],
		[
			0,
			[
				`dynpk: ${site}/quick-1.dist-info: stays behind: it has no RECORD that tells its files`,
				'dynpk: /usr/local/bin/tool: needs absent, which its Python does not have here',
				`dynpk: ${site}: Python has other, unwanted there, which no package has, and which stays behind; --with ${site}/NAME takes it along`,
				'',
			],
		],
	);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/tool']});
		const stdout = 'tool dep_one quoted owned data spare unset\n';
		t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
	}

	const closure = await world.plan(['/usr/local/bin/tool', '--scope', 'closure']);
	t.false(closure.has(`${site}/tool/__init__.py`));
	const why = await world.plan(['/usr/local/bin/other']);
	t.is(
		why.get(`${site}/other/__init__.py`),
		'distribution other of Python, for /usr/local/bin/other',
	);
	t.false(why.has(`${site}/tool/__init__.py`));
});

test('an environment that sees the system’s modules brings those that its own need', async t => {
	if (!need(t, 'gcc')) return;
	const environment = (name: string, sees: boolean): Record<string, FileSpec> => ({
		[`/home/me/${name}/pyvenv.cfg`]: {
			text: `home = /usr/bin\ninclude-system-site-packages = ${String(sees)}\n`,
		},
		[`/home/me/${name}/bin/python3`]: {symlink: '/usr/bin/python3'},
		[`/home/me/${name}/lib/python3.11/site-packages/x-1.dist-info/METADATA`]: {
			text: 'Requires-Dist: owned\nRequires-Dist: dep_one\nRequires-Dist: absent\n',
		},
	});
	const world = await buildInstalled(t, packages, {
		...environment('seeing', true),
		...environment('blind', false),
		...distribution('dep_one', {}),
	});
	const modules = [`${shared}/owned/__init__.py`, `${site}/dep_one/__init__.py`];
	const seeing = await world.plan(['/home/me/seeing']);
	t.deepEqual(
		modules.map(path => seeing.get(path)),
		['package deb:python3-owned', 'distribution dep-one of Python, for /home/me/seeing/pyvenv.cfg'],
	);
	const blind = await world.plan(['/home/me/blind']);
	t.false(modules.some(path => blind.has(path)));
});

test('a RECORD that lists what no installer puts there brings nothing of it', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, {
		'/usr/local/bin/tool': {text: '#!/usr/bin/python3\n'},
		'/usr/local/secret': {text: 'secret'},
		'/usr/local/share/id_rsa': {text: 'secret'},
		'/etc/secret': {text: 'secret'},
		[`${site}/link`]: {symlink: '/etc'},
		...distribution('tool', {
			record: [
				...['../../../bin/tool,,', '/usr/local/bin/tool,,', '../../../secret,,', '/etc/secret,,'],
				...[
					'link/secret,,',
					'../../../share/../secret,,',
					'../../../share/id_rsa,,',
					'\0,,',
					'..,,',
				],
				...['../../../bin/../../../etc/secret,,', '"unclosed,,', '.,,', '../../../bin,,'],
			],
		}),
	});
	const said = await world.pack(['/usr/local/bin/tool', '--dry-run', '--json']);
	t.is(said.status, 0, said.stderr);
	t.regex(
		said.stderr,
		/dist-info: lists \.\.\/\.\.\/\.\.\/secret, which is not in its installation/u,
	);
	t.regex(said.stderr, /id_rsa: left out because it is a private key/u);
	t.regex(said.stdout, /"source": ?"[^"]*\/tool\/__init__\.py"/u);
	t.notRegex(said.stdout, /"source": ?"[^"]*(?:secret|id_rsa)"/u);

	// Of a size that no installer writes.
	truncateSync(join(world.root, site, 'tool-1.0.dist-info/RECORD'), 20 << 20);
	writeFileSync(
		join(world.root, site, 'tool-1.0.dist-info/entry_points.txt'),
		'[console_scripts]\ntool = t:m\n',
	);
	const large = await world.pack(['/usr/local/bin/tool', '--dry-run']);
	t.regex(large.stderr, /dist-info: stays behind: it has no RECORD that tells its files/u);
});

test('modules of a user are found where another one starts the script', async t => {
	if (!need(t, 'gcc')) return;
	const home = makeScratch(t);
	const place = `${home}/.local/lib/python3.9/site-packages`;
	const program = await compile(t, python(['lib/python3.9/site-packages/tool.py']));
	mkdirSync(join(home, 'base/bin'), {recursive: true});
	copyFileSync(program, join(home, 'base/bin/python3.9'));
	putFile(home, '/base/lib/python3.9/os.py', '');
	putFile(place, '/tool.py', 'modules');
	putFile(
		place,
		'/tool-1.dist-info/RECORD',
		'tool.py,,\ntool-1.dist-info/RECORD,,\n../../../bin/tool,,\n',
	);
	chmodSync(putFile(home, '/.local/bin/tool', `#!${home}/base/bin/python3.9\n`), 0o755);
	const bundle = join(home, 'bundle');
	const packed = await runDynpk(['pack', `${home}/.local/bin/tool`, '-o', bundle], {
		env: {HOME: home},
	});
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/tool']});
		t.deepEqual(
			answer,
			{status: 0, signal: undefined, stdout: 'modules unset\n', stderr: ''},
			name,
		);
	}
});
