/** A program of an installation that no package owns travels with what it finds from its own place. */
import {mkdir, symlink, writeFile} from 'node:fs/promises';
import {copyFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test from 'ava';
import {asPrefix, prefixOf} from '../../lib/inputs/prefixes.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {sysrootPath} from '../../lib/paths/paths.js';
import {openSysroot} from '../../lib/sysroot/open-sysroot.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {compile} from '../helpers/worlds/mini-bundle.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** Finds its modules beside its own file, and runs the script that it is given by printing of it. */
const interpreter = `
#include <stdio.h>
#include <string.h>
#include <unistd.h>
int main(int count, char **words)
{
	char path[4096] = "", line[100];
	if (readlink("/proc/self/exe", path, sizeof path - 40) < 0)
		return 2;
	strcpy(strstr(path, "/bin/"), "/lib/python3.9/os.py");
	FILE *module = fopen(path, "r");
	if (module == NULL || fgets(line, sizeof line, module) == NULL)
		return 3;
	printf("%s of %s\\n", line, count > 1 ? strrchr(words[1], '/') + 1 : "nobody");
	return 0;
}
`;

async function makeFiles(top: string, files: Readonly<Record<string, string>>): Promise<void> {
	for (const [name, text] of Object.entries(files)) {
		await mkdir(dirname(join(top, name)), {recursive: true});
		await writeFile(join(top, name), text, {mode: text.startsWith('#!') ? 0o755 : 0o644});
	}
}

test('a Python of pyenv, by its shim, by its path, as a directory and as base of an environment', async t => {
	if (!need(t, 'gcc')) return;
	const home = makeScratch(t);
	const python = join(home, '.pyenv/versions/3.9.1');
	await makeFiles(home, {
		'.pyenv/version': '3.9.1\n',
		'.pyenv/shims/tool': `#!/usr/bin/env bash\nexec "${home}/.pyenv/libexec/pyenv" exec "$program" "$@"\n`,
		'.pyenv/versions/3.9.1/bin/tool': `#!${python}/bin/python3\n`,
		'.pyenv/versions/3.9.1/bin/helper': '#!/opt/none/python\n',
		'.pyenv/versions/3.9.1/lib/python3.9/os.py': 'modules',
		'.pyenv/versions/3.9.1/lib/libpython3.9.a': 'archive',
		'.pyenv/versions/3.9.1/bin/wrapper': '#!/bin/sh\nexec python3 /x/wrapped\n',
		'job.sh': '#!/bin/sh\ntool /x/y\n',
		'v/pyvenv.cfg': `home = ${python}/bin\n`,
		'v/bin/entry': `#!${home}/v/bin/python3\n`,
	});
	const built = await compile(t, interpreter);
	copyFileSync(built, join(python, 'bin/python3.9'));
	await symlink('python3.9', join(python, 'bin/python3'));
	await symlink(join(python, 'bin/python3'), join(home, 'v/bin/python3'));
	const absent = await compile(t, 'int absent(void) { return 0; }\n', [
		...['-shared', '-fPIC', '-Wl,-soname,libabsent.so.1'],
	]);
	const spare = await compile(t, 'int absent(void); int spare(void) { return absent(); }\n', [
		...['-shared', '-fPIC', absent],
	]);
	copyFileSync(spare, join(python, 'lib/python3.9/spare.so'));
	const env = {PATH: `${home}/.pyenv/shims:/usr/bin:/bin`};
	const bundles: Record<
		string,
		readonly [targets: readonly string[], run: readonly string[], said: string]
	> = {
		shim: [['tool'], ['bin/tool'], 'modules of tool\n'],
		path: [[join(python, 'bin/python3')], ['bin/python3', '/x/y'], 'modules of y\n'],
		tree: [[python], ['bin/tool'], 'modules of tool\n'],
		environment: [[join(home, 'v')], ['bin/entry'], 'modules of entry\n'],
	};
	for (const [name, [targets, argv, stdout]] of Object.entries(bundles)) {
		const bundle = join(home, `a bundle ${name}`);
		const packed = await runDynpk(['pack', ...targets, '-o', bundle], {env});
		t.is(packed.status, 0, packed.stderr);
		t.regex(packed.stderr, /helper: its interpreter \(\/opt\/none\/python\) is not here/u);
		t.regex(packed.stderr, /spare\.so: needs libabsent\.so\.1, which is not here/u);
		t.regex(packed.stderr, /3\.9\.1: lib\/libpython3\.9\.a in it stays behind, /u);
		t.is(packed.stderr.includes('shims/tool: starts '), name === 'shim');
		const {files} = readManifest(join(bundle, 'dynpk.json'));
		t.false(
			files.some(({source}) => source?.endsWith('.a')),
			name,
		);
		for (const hostName of targetHosts) {
			const host = await needHost(t, hostName);
			if (host === undefined) return;
			const answer = await runOnHost(host, {bundle, argv});
			t.deepEqual(
				answer,
				{status: 0, signal: undefined, stdout, stderr: ''},
				`${name} ${hostName}`,
			);
		}
	}

	const whole = await runDynpk(
		[
			'pack',
			python,
			'--scope',
			'closure',
			'--missing',
			'warn',
			'--exclude',
			'*/helper',
			'--dry-run',
			'--json',
		],
		{env},
	);
	t.is(whole.status, 0, whole.stderr);
	t.true(whole.stdout.includes('libpython3.9.a'));

	// What a script calls by a shim is the program behind it.
	const job = join(home, 'job.sh');
	const calling = await runDynpk(['pack', job, '--dry-run'], {env});
	t.regex(calling.stderr, /job\.sh calls tool: not packed/u);
	const both = await runDynpk(['pack', job, 'tool', '--dry-run'], {env});
	t.notRegex(both.stderr, /not packed/u);

	const alone = await runDynpk(
		['pack', join(python, 'bin/python3'), '--scope', 'closure', '--dry-run', '--json'],
		{env},
	);
	t.false(alone.stdout.includes('os.py'));
});

test('marks tell an installation; a home, a shared place and a plain directory are none', async t => {
	const root = makeScratch(t);
	await makeFiles(root, {
		'opt/jdk/bin/java': '#!',
		'opt/jdk/lib/modules': '',
		'opt/old/jre/lib/rt.jar': '',
		'opt/old/bin/java': '#!',
		'usr/local/bin/python3': '#!',
		'usr/local/lib/python3.9/os.py': '',
		'home/me/.local/bin/python3': '#!',
		'home/me/.local/lib/python3.9/os.py': '',
		'home/me/project/bin/run': '#!',
		'home/me/project/lib/data': '',
		'home/me/project/Makefile': '',
		'home/me/conda/conda-meta/zlib-1.3-0.json': '{}',
		'home/me/conda/lib/R/bin/exec/R': '#!',
		'home/me/conda/pkgs/zlib/lib/libz.so': '',
	});
	const sysroot = openSysroot(root);
	const kindOf = (path: string): string | undefined => prefixOf(sysrootPath(path), sysroot)?.kind;
	t.is(kindOf('/opt/jdk/bin/java'), 'java');
	t.is(kindOf('/opt/old/bin/java'), 'java');
	t.is(kindOf('/usr/local/bin/python3'), undefined);
	t.is(kindOf('/home/me/.local/bin/python3'), undefined);
	t.is(kindOf('/home/me/project/bin/run'), undefined);
	t.is(kindOf('/home/me/conda/lib/R/bin/exec/R'), 'conda');
	const conda = asPrefix(sysrootPath('/home/me/conda'), sysroot);
	t.true(conda?.leaves('pkgs/zlib/lib/libz.so'));
	t.true(conda?.leaves('.git/config'));
	t.false(conda?.leaves('lib/libz.so'));
});
