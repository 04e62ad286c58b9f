/** What shell scripts call by name: base tools travel, and the rest is told. */
import {join} from 'node:path';
import test from 'ava';
import {findLiteralCommands} from '../../lib/inputs/literal-commands.js';
import {readManifest} from '../../lib/manifest/read-manifest.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {
	buildInstalled,
	libraries,
	type InstalledPackageSpec,
} from '../helpers/worlds/installed-world.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

/** A shell of a few words: reads a script and runs `NAME ARGUMENT` lines by PATH. */
const shell = `
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int count, char **words)
{
	char line[200], name[100], argument[100];
	FILE *script = fopen(words[count > 2 ? 2 : 1], "r");
	while (script && fgets(line, sizeof line, script)) {
		if (line[0] == '#' || sscanf(line, "%99s %99s", name, argument) != 2)
			continue;
		if (fork() == 0) {
			execlp(name, name, argument, (char *)NULL);
			printf("no %s\\n", name);
			fflush(stdout);
			_exit(127);
		}
		wait(NULL);
	}
	return 0;
}
`;
/** Prints its name and the first line of the file that it is given. */
const showing = (name: string): string => `
#include <stdio.h>
int main(int count, char **words)
{
	char line[100];
	FILE *file = fopen(words[1], "r");
	printf("${name} %s", file && fgets(line, sizeof line, file) ? line : "nothing\\n");
	return 0;
}
`;
const tool = (name: string) => ({libc: true, source: showing(name)}) as const;
const packages = {
	sash: {
		files: {
			'/usr/bin/sash': {libc: true, source: shell},
			'/usr/bin/sh': {symlink: 'sash'},
			'/usr/bin/save': {text: '#!/bin/sh\nunused /x\n'},
		},
		fields: ['Essential: yes'],
	},
	base: {
		files: {
			'/usr/bin/showa': tool('showa'),
			'/usr/bin/showb': {
				...tool('showb'),
				needs: [`${libraries}/libbase.so.1`],
			},
			'/usr/bin/unused': tool('unused'),
			'/usr/sbin/admin': tool('admin'),
			'/usr/share/base/data': {text: ''},
			[`${libraries}/libbase.so.1`]: {},
		},
		fields: ['Essential: yes'],
	},
	suite: {
		files: {
			'/usr/bin/suite': {
				text: '#!/bin/sh\nshowa /usr/share/suite/data\n/usr/bin/showb /usr/share/suite/data\nadmin /x\nother /y\n',
			},
			'/usr/share/suite/data': {text: 'of the suite\n'},
		},
		fields: ['Depends: sash'],
	},
	other: {files: {'/usr/bin/other': tool('other')}},
} satisfies Record<string, InstalledPackageSpec>;
const unlisted = {
	'/opt/own/bin/start.sh': {
		text: '#!/bin/sh\nshowa /opt/own/data\nother /opt/own/data\nabsent /x\n',
	},
	'/opt/own/bin/again.sh': {text: '#!/bin/sh\nmine /x\n'},
	'/opt/own/data': {text: 'of my own\n'},
	'/opt/plain': {text: '#!/bin/sh\n. /opt/lib.sh\n'},
	'/opt/lib.sh': {text: 'finish() { showa /x; other /x; }\n'},
	'/usr/bin/mine': {text: '#!/bin/sh\n'},
} as const;

test('base tools that a package’s scripts call travel, each by itself, and see the bundle’s files', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, unlisted);
	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['suite', '-o', bundle]);
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/suite']});
		const stdout = 'showa of the suite\nshowb of the suite\nno admin\nno other\n';
		t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
	}

	const {files, findings} = readManifest(join(bundle, 'dynpk.json'));
	const sources = new Map(files.map(({source, reason}) => [source ?? '', reason]));
	t.is(sources.get('/usr/bin/showa'), 'called by /usr/bin/suite');
	for (const path of ['/usr/bin/unused', '/usr/sbin/admin', '/usr/share/base/data']) {
		t.false(sources.has(path), path);
	}

	t.deepEqual(
		findings.filter(({code}) => code.startsWith('CALLED')),
		[
			{
				code: 'CALLED_BY_PACKAGE_LEFT_OUT',
				path: '/usr/bin/suite',
				message: 'calls other (/usr/bin/other, deb:other)',
			},
		],
	);
	t.false((await world.plan(['suite', '--scope', 'closure'])).has('/usr/bin/showa'));
});

test('what the user’s own scripts call travels where it is a base tool, and is told in one line otherwise', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, packages, unlisted);
	const bundle = join(world.root, '../bundle');
	const packed = await world.pack(['/opt/own', '-o', bundle]);
	t.is(packed.status, 0);
	t.is(
		packed.stderr,
		'dynpk: /opt/own/bin/again.sh and 1 more scripts call mine, other: not packed; --commands packs them\n',
	);
	const alone = await world.pack(['/opt/own/bin/start.sh', '--dry-run']);
	t.is(
		alone.stderr,
		'dynpk: /opt/own/bin/start.sh calls other: not packed; --commands packs them\n',
	);
	t.is((await world.pack(['/opt/own/bin/start.sh', 'other', '--dry-run'])).stderr, '');
	const sourcing = ['/opt/plain', '--with', '/opt/lib.sh', '--dry-run'];
	t.is(
		(await world.pack(sourcing)).stderr,
		'dynpk: /opt/lib.sh calls other: not packed; --commands packs them\n',
	);
	t.true((await world.plan([...sourcing.slice(0, -1), '--commands'])).has('/usr/bin/other'));
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/start.sh']});
		const stdout = 'showa of my own\nno other\nno absent\n';
		t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
	}
});

test('--commands packs what the user’s own scripts call, with its package', async t => {
	if (!need(t, 'gcc')) return;
	const python = {'/usr/bin/python3': {symlink: 'sash'}} as const;
	const script = {'/opt/run.py': {text: '#!/usr/bin/python3\nrun(["other", "/x"])\n'}} as const;
	// In /usr/sbin, where a link of everybody's leads.
	const linked = {
		'/usr/share/other/x': {text: ''},
		'/usr/bin/linked': {symlink: '../sbin/linked'},
		'/usr/sbin/linked': tool('linked'),
	} as const;
	const links = {
		'/opt/links.py': {text: '#!/usr/bin/python3\nrun(["linked", "/x"]); run(["admin", "/x"])\n'},
	} as const;
	const world = await buildInstalled(
		t,
		{...packages, other: {files: {...packages.other.files, ...linked}}},
		{...unlisted, ...python, ...script, ...links},
	);
	const toLink = await world.pack(['/opt/links.py', '--dry-run']);
	t.is(
		toLink.stderr,
		'dynpk: /opt/links.py calls linked (deb:other): not packed; --commands packs them\n',
	);
	t.true((await world.plan(['/opt/links.py', '--commands'])).has('/usr/sbin/linked'));
	const said = await world.pack(['/opt/run.py', '--dry-run']);
	t.is(said.stderr, 'dynpk: /opt/run.py calls other: not packed; --commands packs them\n');
	t.true((await world.plan(['/opt/run.py', '--commands'])).has('/usr/share/other/x'));
	const bundle = join(world.root, '../bundle');
	const packed = await world.pack([
		'/opt/own/bin/start.sh',
		'--with',
		'/opt/own/data',
		'--commands',
		'-o',
		bundle,
	]);
	t.deepEqual([packed.status, packed.stderr], [0, '']);
	const {files} = readManifest(join(bundle, 'dynpk.json'));
	t.true(files.some(({source}) => source === '/usr/share/other/x'));
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) continue;
		const answer = await runOnHost(host, {bundle, argv: ['bin/start.sh']});
		const stdout = 'showa of my own\nother of my own\nno absent\n';
		t.deepEqual(answer, {status: 0, signal: undefined, stdout, stderr: ''}, name);
	}
});

test('a wrapper of the user’s travels with the one program that it becomes', async t => {
	if (!need(t, 'gcc')) return;
	const {sash, base, other} = packages;
	const world = await buildInstalled(
		t,
		{sash, base, other},
		{
			...unlisted,
			'/opt/wrapper': {
				text: '#!/bin/sh\nexport X=1\nother /x\nexec -a "$0" "/opt/x/bin/deep" --flag "$@"\n',
			},
			'/opt/x/bin/deep': {text: '#!/bin/sh\nexec /opt/x/libexec/real "$@"\n'},
			'/opt/x/libexec/real': {...tool('real'), needs: [`${libraries}/libbase.so.1`]},
		},
	);
	const packed = await world.pack(['/opt/wrapper', '--scope', 'package', '--dry-run']);
	t.is(packed.stderr, 'dynpk: /opt/wrapper calls other: not packed; --commands packs them\n');
	t.regex(packed.stdout, /root\/opt\/x\/bin\S*\/deep\tcalled by \/opt\/wrapper$/mu);
	t.regex(packed.stdout, /root\/opt\/x\/libexec\/\S*real\S*\tcalled by \/opt\/x\/bin\/deep$/mu);
	// Its library's package holds it.
	t.regex(packed.stdout, /root\/usr\/share\/base\/data\t/u);
	t.false((await world.plan(['/opt/wrapper', '--scope', 'closure'])).has('/opt/x/bin/deep'));
});

for (const [language, text, commands] of [
	['python3.11', 'subprocess.run(["samtools", "view"])', ['samtools']],
	['python3', 'check_output((\'bwa\', x))\n# run(["unused"])', ['bwa']],
	['python', 'subprocess.run("sort x | uniq -c", shell=True)\nrun("no shell")', ['sort', 'uniq']],
	['pypy3', 'os.system("make all")\nos.execvp("vim", [])', ['make', 'vim']],
	[
		'perl',
		'system("gzip -9 $x"); my $y = `date +%s`; exec \'less\', $x; qx{git log}',
		['gzip', 'less', 'date', 'git'],
	],
	['Rscript', 'system("bcftools index x")\nsystem2("tabix", "x")', ['bcftools', 'tabix']],
	[
		'python3',
		'print(shutil.which("tabix"), create_subprocess_exec("bgzip", "x"))',
		['tabix', 'bgzip'],
	],
	[
		'perl5.36',
		`open(my $in, '-|', 'jq', '.', $x); open OUT, "| sort -u"; open(IN, "zcat $x |");\nopen(my $f, '<', 'data'); open2($r, $w, "bc")`,
		['jq', 'sort', 'zcat', 'bc'],
	],
	[
		'ruby3.1',
		'system("tar xf #{x}"); IO.popen(["jq", x]); Open3.capture2("bc"); y = `date`\n# system("no")',
		['tar', 'jq', 'bc', 'date'],
	],
	[
		'node',
		"execFileSync('git', []); exec('ls | sort'); /x/.exec('no such'); re.exec('nor this')\n// spawn('no')",
		['git', 'ls', 'sort'],
	],
	['lua5.4', 'os.execute("ls -l"); io.popen("date")\n-- os.execute("no")', ['ls', 'date']],
	['tclsh', 'set x [exec -ignorestderr git log]\nexec dot -Tpng\n# exec no', ['git', 'dot']],
	['Rscript', 'Sys.which("samtools")', ['samtools']],
	['awk', 'system("ls")', []],
] as const) {
	test(`what ${language} calls literally: ${text}`, t => {
		t.deepEqual([...findLiteralCommands(text, language)], [...commands]);
	});
}
