/**
 * Programs of Debian's in a namespace of their bundle, on hosts that have something else in the
 * places where they look: the same answers as through the shim, and as here.
 */
import {execFile} from 'node:child_process';
import {mkdtempSync, rmSync, writeFileSync} from 'node:fs';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {gitSession} from '../helpers/run/git-session.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const run = promisify(execFile);
const hosts = targetHosts;
const engines = ['userns', 'shim'];

const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">
<circle cx="20" cy="20" r="15" fill="red"/></svg>`;

async function signatureHere(): Promise<string> {
	const directory = mkdtempSync(join(tmpdir(), 'dynpk-test-'));
	try {
		writeFileSync(join(directory, 'picture.svg'), picture);
		const argv = [join(directory, 'picture.svg'), '-format', '%#', 'info:'];
		return (await run('/usr/bin/convert', argv)).stdout;
	} finally {
		rmSync(directory, {recursive: true});
	}
}

for (const name of hosts) {
	for (const engine of engines) {
		test.serial(`ImageMagick draws the same pixels by ${engine} on the ${name} host`, async t => {
			const host = await needHost(t, name);
			const bundle = host && (await packOnce(t, ['/usr/bin/rsvg-convert', '/usr/bin/convert']));
			if (bundle === undefined) return;
			const script =
				'top=$PWD; cd; exec "$top/bin/convert" /usr/share/site/picture.svg -format %# info:';
			const answer = await runOnHost(host!, {
				argv: ['sh', '-c', script],
				bundle,
				env: {DYNPK_ENGINE: engine},
				files: {
					'/usr/bin/rsvg-convert': {content: '#!/bin/sh\nexit 99\n', mode: 0o755},
					'/etc/ImageMagick-6/delegates.xml':
						'<delegatemap><delegate decode="svg" command="exit 98"/></delegatemap>',
					'/usr/share/site/picture.svg': picture,
				},
			});
			t.deepEqual(answer, {
				status: 0,
				signal: undefined,
				stdout: await signatureHere(),
				stderr: '',
			});
		});
	}
}

interface Trial {
	readonly title: string;
	readonly pack: readonly string[];
	/** Run by the host's shell, in the bundle's directory. */
	readonly script: string;
	readonly stdout: string;
}

const trials: readonly Trial[] = [
	{
		title: 'git finds its commands and templates, and its hooks see the user’s environment',
		pack: ['/usr/bin/git'],
		script: gitSession('env | grep ^PATH; env | grep root/usr; true'),
		stdout: 'templates\nPATH=/usr/lib/git-core:/usr/local/bin:/usr/bin:/bin\n1\nfirst\n',
	},
	{
		title: 'perl finds its modules, and scripts of the host start it by #!/usr/bin/perl',
		pack: ['/usr/bin/perl'],
		script: `
set -e
top=$PWD
cd
printf '#!/usr/bin/perl\\nuse POSIX; use Encode; print "script @ARGV\\n"; system "env | grep -c root/usr";' > script
chmod +x script
"$top/bin/perl" -e '$| = 1; system "./script", 1, 2; print -e "/usr/share/perl" ? 1 : 0, -e "/usr/bin/.perl.dynpk" ? 1 : 0, "\\n"'
`,
		stdout: 'script 1 2\n0\n10\n',
	},
	{
		title: 'programs of the host start packed ones whose directory is an overlay',
		pack: ['/usr/bin/git', '/usr/bin/perl'],
		script: `
printf '#!/bin/sh\n/usr/bin/perl -e "print 6 * 7, qq(\\\\n)"\n' > ~/script
"$PWD/bin/git" -c alias.x='!sh ~/script; perl -e "print 6 * 8, qq(\n)"' x
`,
		stdout: '42\n48\n',
	},
	{
		title: 'python starts itself and finds its own library',
		pack: ['/usr/bin/python3'],
		script: `
top=$PWD
cd
"$top/bin/python3" -c '
import subprocess, sys, os
print(os.path.exists("/usr/lib/python3.11/os.py"), sys.version_info[0])
print(subprocess.run([sys.executable, "-c", "import json, ssl; print(6 * 7)"], capture_output=True, text=True).stdout)
print(subprocess.run(["/usr/bin/python3", "-c", "import json; print(6 * 8)"], capture_output=True, text=True).stdout)
print("root/usr" in subprocess.run(["env"], capture_output=True, text=True).stdout)
'
`,
		stdout: 'True 3\n42\n\n48\n\nFalse\n',
	},
	{
		title: 'vim finds its runtime',
		pack: ['/usr/bin/vim.basic'],
		script: `
top=$PWD
cd
echo text > file
"$top/bin/vim.basic" -e -s -N -u NONE -c 'redir! > out' -c 'echo $VIMRUNTIME' -c 'echo filereadable($VIMRUNTIME . "/syntax/c.vim")' -c 'redir END' -c 'q' file < /dev/null
grep . out
`,
		stdout: '/usr/share/vim/vim90\n1\n',
	},
];

for (const {title, pack, script, stdout} of trials) {
	for (const name of hosts) {
		test.serial(`${title}, on the ${name} host`, async t => {
			const host = await needHost(t, name);
			const bundle = host && need(t, 'gcc') ? await packOnce(t, pack) : undefined;
			if (bundle === undefined) return;
			const env = {DYNPK_ENGINE: 'userns'};
			const answer = await runOnHost(host!, {argv: ['sh', '-c', script], bundle, env});
			t.is(answer.stderr, '');
			t.is(answer.stdout, stdout);
			t.is(answer.status, 0);
		});
	}
}
