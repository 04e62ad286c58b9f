/**
 * Programs of a real bundle on a host that has nothing, with no variable to tell them where their
 * files are.
 */
import {execFile} from 'node:child_process';
import {mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test from 'ava';
import {gitSession} from '../helpers/run/git-session.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';
import {packWithShim} from './lib/pack-with-shim.js';

const run = promisify(execFile);

const gitScript = `${gitSession('env | grep -v ^GIT_ | sort > env')}
"$top/bin/git" --exec-path
cat env
`;

test('git finds its commands and templates, and a hook of the host sees nothing of the bundle', async t => {
	const host = await needHost(t, 'empty');
	if (!host || !need(t, 'gcc', 'git')) return;
	const bundle = await packWithShim(t, ['/usr/bin/git']);
	if (bundle === undefined) return;
	const answer = await runOnHost(host, {
		argv: ['sh', '-c', gitScript],
		bundle,
		noUserNamespaces: true,
	});
	t.is(answer.stderr, '');
	t.deepEqual(answer.stdout.split('\n'), [
		...['templates', '1', 'first', '/usr/lib/git-core', 'HOME=/home/user'],
		'OLDPWD=/home/user',
		'PATH=/usr/lib/git-core:/usr/local/bin:/usr/bin:/bin',
		...['PWD=/home/user/one', 'SHLVL=1', 'TERM=dumb', ''],
	]);
});

const picture = `<svg xmlns="http://www.w3.org/2000/svg" width="40" height="40">
<circle cx="20" cy="20" r="15" fill="red"/></svg>`;

test('ImageMagick draws with the packed delegate, whatever the host has in its place', async t => {
	const host = await needHost(t, 'empty');
	if (!host || !need(t, 'gcc', 'convert', 'rsvg-convert')) return;
	const bundle = await packWithShim(t, ['/usr/bin/rsvg-convert', '/usr/bin/convert']);
	if (bundle === undefined) return;
	const scratch = makeScratch(t);
	writeFileSync(join(scratch, 'picture.svg'), picture);
	const here = await run('convert', [join(scratch, 'picture.svg'), '-format', '%#', 'info:']);
	mkdirSync(join(scratch, 'home'));
	const script = '"$0/bin/convert" /opt/picture.svg -format %# info:';
	const answer = await runOnHost(host, {
		noUserNamespaces: true,
		argv: ['sh', '-c', `top=$PWD; cd; exec sh -c '${script}' "$top"`],
		bundle,
		files: {
			'/opt/picture.svg': picture,
			'/usr/bin/rsvg-convert': {content: '#!/bin/sh\nexit 99\n', mode: 0o755},
			'/etc/ImageMagick-6/delegates.xml':
				'<delegatemap><delegate decode="svg" command="exit 98"/></delegatemap>',
		},
	});
	t.deepEqual(answer, {status: 0, signal: undefined, stdout: here.stdout, stderr: ''});
});

test('perl finds its modules, lists directories of both sides and starts scripts of the host', async t => {
	const host = await needHost(t, 'empty');
	if (!host || !need(t, 'gcc', 'perl')) return;
	const bundle = await packWithShim(t, ['/usr/bin/perl']);
	if (bundle === undefined) return;
	const script = `
use POSIX; use Encode; use Cwd; use File::Find;
opendir my $d, "/usr/share" or die; my @both = sort grep { /^(perl|site)$/ } readdir $d; print "@both\\n";
chdir "/usr/share/perl" or die; print getcwd(), " ", -e "../site/file" ? 1 : 0, "\\n";
chdir "/home/user" or die; open my $f, ">", "t" or die;
print $f "#!/usr/bin/perl\\nprint qq(script \\@ARGV\\n); print \`env\`"; close $f; chmod 0755, "t"; $| = 1;
system "./t", 1, 2;
print -e "/usr/bin/perl" ? 1 : 0, -e "/usr/bin/.perl.dynpk" ? 1 : 0, "\\n"; find(sub { print "$_\\n" if /dynpk/ }, "/usr/bin");
`;
	const answer = await runOnHost(host, {
		noUserNamespaces: true,
		argv: ['bin/perl', '-e', script],
		bundle,
		files: {'/usr/share/site/file': 'text'},
		env: {GREETING: 'hello'},
	});
	t.is(answer.stderr, '');
	t.deepEqual(answer.stdout.split('\n').sort(), [
		...['', '/usr/share/perl 1', '10', 'GREETING=hello', 'HOME=/home/user'],
		...['PATH=/usr/local/bin:/usr/bin:/bin', 'TERM=dumb', 'perl site', 'script 1 2'],
	]);
});

const everyWay = `
opendir my $d, "/usr/share" or die; my @both = sort grep { /^(perl|site)$/ } readdir $d; print "@both\n";
require POSIX; print POSIX::strtol("12", 10), readlink("/proc/self/exe") =~ /ld-linux/ ? " by the loader" : "", "\n";
open my $f, ">", "t" or die; print $f "#!/usr/bin/perl\nprint qq(script \\$0 \\@ARGV\n)"; close $f; chmod 0755, "t"; $| = 1;
system "./t", 1, 2; system "env";
`;

for (const strategy of ['map', 'exec', 'self']) {
	test(`perl under the audit stub, launched by strategy ${strategy}`, async t => {
		const host = await needHost(t, 'empty');
		if (!host || !need(t, 'perl')) return;
		const bundle = await packWithShim(t, ['/usr/bin/perl'], ['--audit', '--strategy', strategy]);
		if (bundle === undefined) return;
		for (const setting of ['off', 'enforce']) {
			const answer = await runOnHost(host, {
				noUserNamespaces: true,
				argv: ['sh', '-c', 'top=$PWD; cd; unset OLDPWD; exec "$top/bin/perl" -e "$0"', everyWay],
				bundle,
				files: {'/usr/share/site/file': 'text'},
				env: {DYNPK_AUDIT: setting},
			});
			t.is(answer.stderr, '', setting);
			t.deepEqual(answer.stdout.split('\n').sort(), [
				...[
					'',
					strategy === 'exec' ? '120 by the loader' : '120',
					`DYNPK_AUDIT=${setting}`,
					'HOME=/home/user',
				],
				...['PATH=/usr/local/bin:/usr/bin:/bin', 'PWD=/home/user', 'SHLVL=1'],
				...['TERM=dumb', 'perl site', 'script ./t 1 2'],
			]);
		}
	});
}
