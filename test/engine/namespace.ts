/**
 * What a namespace of a bundle is: who enters it and when, what it leaves alone, and what is said where
 * the host gives none.
 */
import {execFile} from 'node:child_process';
import {cpSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {targetHosts, type HostName} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun, type HostAnswer} from '../hosts/lib/run-on-host.js';

const run = promisify(execFile);
const hosts = targetHosts;

/** Prints its data file, its words, and starts a program of the host by the same view. */
const reader = `#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
	char line[64];
	FILE *file = fopen("/usr/share/reader/data", "r");
	if (file == NULL || fgets(line, sizeof line, file) == NULL) { perror("data"); return 3; }
	fputs(line, stdout);
	fflush(stdout);
	for (int i = 1; i < argc; i++)
		if (system(argv[i]) != 0)
			return 4;
	return 0;
}
`;

/** No libc, its own calls, and the note that Go's linker leaves. */
const goLike = `__asm__(
	".section .note.go.buildid,\\"a\\",@note\\n .long 4, 4, 4\\n .asciz \\"Go\\\\0\\"\\n .ascii \\"abcd\\"\\n"
	".text\\n .globl _start\\n_start:\\n"
	" mov $2, %eax\\n lea path(%rip), %rdi\\n xor %esi, %esi\\n xor %edx, %edx\\n syscall\\n"
	" mov %eax, %edi\\n xor %eax, %eax\\n lea buffer(%rip), %rsi\\n mov $64, %edx\\n syscall\\n"
	" mov %eax, %edx\\n mov $1, %eax\\n mov $1, %edi\\n lea buffer(%rip), %rsi\\n syscall\\n"
	" mov $60, %eax\\n xor %edi, %edi\\n syscall\\n"
	"path: .asciz \\"/usr/share/reader/data\\"\\n .bss\\nbuffer: .skip 64\\n");
`;

interface Packed {
	readonly bundle: string;
}

/** A root with static programs and their data, packed. */
async function packStatic(t: ExecutionContext): Promise<Packed | undefined> {
	if (!need(t, 'gcc')) return undefined;
	const scratch = makeScratch(t);
	const root = join(scratch, 'root');
	for (const directory of ['usr/bin', 'usr/share/reader', 'tmp/only', 'srv/only', 'var/lib/dpkg']) {
		mkdirSync(join(root, directory), {recursive: true});
	}

	writeFileSync(join(root, 'usr/share/reader/data'), 'bundled data\n');
	writeFileSync(join(root, 'tmp/only/file'), 'in scratch\n');
	writeFileSync(join(root, 'srv/only/file'), 'of the site\n');
	writeFileSync(join(scratch, 'reader.c'), reader);
	writeFileSync(join(scratch, 'go.c'), goLike);
	const program = join(root, 'usr/bin/reader');
	await run('gcc', ['-static', '-O1', '-o', program, join(scratch, 'reader.c')]);
	const calls = ['-static', '-nostdlib', '-o', join(root, 'usr/bin/gone'), join(scratch, 'go.c')];
	await run('gcc', calls);
	const bundle = join(scratch, 'bundle');
	const packed = await runDynpk([
		...['pack', '/usr/bin/reader', '/usr/bin/gone', '--sysroot', root],
		...[
			'--with',
			'/usr/share/reader',
			'--with',
			'/tmp/only',
			'--with',
			'/srv/only',
			'--name',
			'reader',
			'--quiet',
			'-o',
			bundle,
		],
	]);
	t.is(packed.status, 0, packed.stderr);
	return {bundle};
}

async function onHost(
	t: ExecutionContext,
	name: HostName,
	request: CapturedRun,
): Promise<HostAnswer | undefined> {
	const host = await needHost(t, name);
	return host === undefined ? undefined : runOnHost(host, request);
}

const fine = (stdout: string) => ({status: 0, signal: undefined, stdout, stderr: ''});

for (const name of hosts) {
	test.serial(`a static program finds its data where it was, on the ${name} host`, async t => {
		const packed = await packStatic(t);
		if (packed === undefined) return;
		const {bundle} = packed;
		t.deepEqual(await onHost(t, name, {argv: ['bin/reader'], bundle}), fine('bundled data\n'));
		t.deepEqual(await onHost(t, name, {argv: ['bin/gone'], bundle}), fine('bundled data\n'));
	});

	test.serial(
		`programs of the host started inside see the view too, on the ${name} host`,
		async t => {
			const packed = await packStatic(t);
			if (packed === undefined) return;
			const argv = [
				'bin/reader',
				'cat /usr/share/reader/data; /usr/bin/gone; env -i /usr/bin/reader',
			];
			const answer = await onHost(t, name, {argv, bundle: packed.bundle});
			t.deepEqual(answer, fine('bundled data\n'.repeat(4)));
		},
	);

	test.serial(`they keep rights, ids, home and working directory, on the ${name} host`, async t => {
		const packed = await packStatic(t);
		if (packed === undefined) return;
		const script =
			'grep CapEff /proc/self/status; id -u; id -g; pwd; echo x > ~/new && cat ~/new; ' +
			'echo x > /tmp/new && cat /tmp/new; echo x 2>/dev/null > /usr/share/new || echo refused';
		const answer = await onHost(t, name, {argv: ['bin/reader', script], bundle: packed.bundle});
		t.deepEqual(
			answer,
			fine(
				`bundled data\nCapEff:\t0000000000000000\n1000\n1000\n/home/user/my bundles/a b'c\nx\nx\nrefused\n`,
			),
		);
	});
}

test.serial('the working directory is seen as the bundle has it', async t => {
	const packed = await packStatic(t);
	if (packed === undefined) return;
	const answer = await onHost(t, 'bullseye', {
		argv: [
			'sh',
			'-c',
			'top=$PWD; cd /usr/share/reader; cat data; exec "$top/bin/reader" "pwd; cat data"',
		],
		bundle: packed.bundle,
		files: {'/usr/share/reader/data': 'of the host\n'},
	});
	t.deepEqual(answer, fine('of the host\nbundled data\n/usr/share/reader\nbundled data\n'));
});

test.serial(
	'nothing is made in directories of the user’s: what would have to be is left out, and told',
	async t => {
		const packed = await packStatic(t);
		if (packed === undefined) return;
		const answer = await onHost(t, 'empty', {
			argv: ['bin/reader', 'cat /srv/only/file; ls /tmp; echo x > /tmp/new && cat /tmp/new'],
			bundle: packed.bundle,
			env: {DYNPK_EXPLAIN: '1'},
		});
		t.is(answer?.stdout, 'bundled data\nof the site\nx\n');
		t.regex(answer?.stderr ?? '', /\ndynpk: paths of the bundle that are not shown, .*: 1\n$/u);
	},
);

test.serial('a namespace is entered once for a tree of processes', async t => {
	const packed = await packStatic(t);
	if (packed === undefined) return;
	const inner = 'readlink /proc/self/ns/mnt';
	const answer = await onHost(t, 'bullseye', {
		argv: ['bin/reader', `${inner}; bin/reader "${inner}"; /usr/bin/reader "${inner}"`],
		bundle: packed.bundle,
	});
	const lines = (answer?.stdout ?? '').split('\n').filter(line => line.startsWith('mnt'));
	t.is(lines.length, 3);
	t.is(new Set(lines).size, 1);
});

test.serial('environments of the user reach programs of the host unchanged', async t => {
	const bundle = need(t, 'gcc')
		? await packOnce(t, ['/usr/bin/python3', '/usr/bin/make'])
		: undefined;
	if (bundle === undefined) return;
	const script = `
top=$PWD
printf 'all:\\n\\t@env\\n' > ~/Makefile
own() { grep -v -e '^_=' -e '^OLDPWD=' -e '^SHLVL=' -e '^MAKE' -e '^MFLAGS' -e '^PWD='; }
env | own | sort > ~/expected
"$top/bin/python3" -c 'import subprocess; subprocess.run(["env"])' | own | sort > ~/python
"$top/bin/make" -s -f ~/Makefile | own | sort > ~/make
diff ~/expected ~/python && diff ~/expected ~/make && echo same
`;
	const answer = await onHost(t, 'bullseye', {
		argv: ['sh', '-c', script],
		bundle,
		env: {DYNPK_ENGINE: 'userns', LC_ALL: 'C', OWN: 'a b'},
	});
	t.deepEqual(answer, fine('same\n'));
});

test.serial('a bundle inside a bundle sees its own files and those of the outer one', async t => {
	const outer = await packStatic(t);
	const inner = need(t, 'gcc') ? await packOnce(t, ['/usr/bin/perl']) : undefined;
	if (outer === undefined || inner === undefined) return;
	const script =
		'DYNPK_ENGINE=userns "$HOME/perl/bin/perl" -e \'use Encode; print -e "/usr/share/perl" ? 1 : 0; $| = 1; system "cat /usr/share/reader/data; /usr/bin/perl -e 42; bin/reader"\'';
	const answer = await onHost(t, 'bullseye', {
		argv: ['bin/reader', script],
		bundle: outer.bundle,
		binds: [{from: inner, to: '/home/user/perl', readOnly: true}],
	});
	t.deepEqual(answer, fine('bundled data\n1bundled data\nbundled data\n'));
});

test.serial('where the host forbids it, one sentence says so and what can be done', async t => {
	const packed = await packStatic(t);
	if (packed === undefined) return;
	const {bundle} = packed;
	const answer = await onHost(t, 'empty', {argv: ['bin/reader'], bundle, noUserNamespaces: true});
	t.deepEqual(answer, {
		status: 125,
		signal: undefined,
		stdout: '',
		stderr:
			'dynpk: root/usr/bin/reader needs a namespace to see its files, and user namespaces are switched off or used up (user.max_user_namespaces): DYNPK_ENGINE=direct starts it without\n',
	});
	const asked = await onHost(t, 'empty', {
		argv: ['bin/reader'],
		bundle,
		noUserNamespaces: true,
		env: {DYNPK_ENGINE: 'userns'},
	});
	t.is(asked?.stderr, answer?.stderr);
	const direct = await onHost(t, 'empty', {
		argv: ['bin/reader'],
		bundle,
		noUserNamespaces: true,
		env: {DYNPK_ENGINE: 'direct'},
	});
	t.is(direct?.status, 3);
	t.is(direct?.stderr, 'data: No such file or directory\n');
});

test.serial('PRoot of the host steps in, unless a namespace is insisted on', async t => {
	const packed = await packStatic(t);
	const host = packed && (await needHost(t, 'bullseye', ['proot']));
	if (packed === undefined || host === undefined) return;
	const request = {
		argv: ['bin/reader', 'cat /usr/share/reader/data; /usr/bin/reader'],
		bundle: packed.bundle,
		noUserNamespaces: true,
	};
	t.deepEqual(await runOnHost(host, request), fine('bundled data\n'.repeat(3)));
	const insisted = await runOnHost(host, {...request, env: {DYNPK_ENGINE: 'userns'}});
	t.is(insisted.status, 125);
});

const withoutNamespaces = [
	...['unshare', '--user', '--map-root-user', '--', 'sh', '-c'],
	'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all "$@"',
	'sh',
];

test.serial('dynpk run and verify tell what the launcher tells', async t => {
	const packed = await packStatic(t);
	if (packed === undefined || !need(t, 'unshare', 'setpriv')) return;
	const {bundle} = packed;
	const explained = await runDynpk(['run', '--explain', bundle]);
	t.is(explained.stderr, '');
	t.regex(explained.stdout, /^reader: userns, because it is static, and .* at its own path\n/u);
	t.true(
		explained.stdout.endsWith(
			'on this host:\n  direct: available\n  shim: not for this program\n  userns: available\n',
		),
		explained.stdout,
	);
	const chosen = await runDynpk(['run', '--explain', '--engine=direct', bundle]);
	t.regex(chosen.stdout, /^reader: direct, because DYNPK_ENGINE asks/u);
	t.is((await runDynpk(['run', '--engine=userns', bundle])).stdout, 'bundled data\n');
	t.is((await runDynpk(['run', '--engine=direct', bundle])).status, 3);
	const verified = await runDynpk(['verify', bundle]);
	t.regex(verified.stdout, /nothing found\nengines on this host: direct, userns\n$/u);
	const forbidden = await runDynpk(['verify', bundle], {under: withoutNamespaces});
	t.is(forbidden.status, 1);
	t.regex(forbidden.stdout, /^ENGINE_UNAVAILABLE bin\/reader: userns is not here: /mu);
});

test.serial(
	'many may enter at once, from a read-only bundle with an awkward name, through a link',
	async t => {
		const packed = await packStatic(t);
		const host = packed && (await needHost(t, 'empty'));
		if (packed === undefined || host === undefined) return;
		const odd = join(makeScratch(t), 'odd');
		cpSync(packed.bundle, odd, {recursive: true, verbatimSymlinks: true});
		const place = `/home/user/a b'c"d\ne:f$g,h\\i`;
		const script =
			'i=0; while [ $i -lt 20 ]; do ./link/reader "exec /usr/bin/gone" & i=$((i + 1)); done; wait';
		const answer = await runOnHost(host, {
			argv: ['sh', '-c', `ln -s "$1/bin" link; ${script}`, 'sh', place],
			binds: [{from: odd, to: place, readOnly: true}],
			cwd: '/home/user',
		});
		t.deepEqual(answer, fine('bundled data\n'.repeat(40)));
	},
);

test.serial('the choice is explained where that is asked for', async t => {
	const packed = await packStatic(t);
	if (packed === undefined) return;
	const {bundle} = packed;
	const told = await onHost(t, 'empty', {argv: ['bin/reader'], bundle, env: {DYNPK_EXPLAIN: '1'}});
	t.is(told?.stdout, 'bundled data\n');
	t.regex(
		told?.stderr ?? '',
		/^dynpk: root\/usr\/bin\/reader: engine userns, because it is static, and \/\S+ is looked for/u,
	);
	const env = {DYNPK_EXPLAIN: 'engines'};
	const offered = await onHost(t, 'empty', {argv: ['bin/reader'], bundle, env});
	t.regex(
		offered?.stdout ?? '',
		/^engine=userns\nreason=it is static, and \/\S+ is looked for.*\ndirect=available\nshim=not for this program\nuserns=available\n$/u,
	);
	t.is(offered?.stderr, '');
	const not = await onHost(t, 'empty', {argv: ['bin/reader'], bundle, env, noUserNamespaces: true});
	t.regex(not?.stdout ?? '', /\nuserns=not here: user namespaces are switched off.*\n$/u);
	t.is(not?.status, 0);
});

test.serial('nothing of the host is made or changed', async t => {
	const packed = await packStatic(t);
	if (packed === undefined) return;
	const scratch = makeScratch(t);
	mkdirSync(join(scratch, 'own'));
	symlinkSync('own', join(scratch, 'link'));
	const answer = await onHost(t, 'empty', {
		argv: [
			'sh',
			'-c',
			'"$0/bin/reader"; find /home/user /tmp -path "$0" -prune -o -print | sort',
			"/home/user/my bundles/a b'c",
		],
		bundle: packed.bundle,
	});
	t.deepEqual(answer, fine('bundled data\n/home/user\n/home/user/my bundles\n/tmp\n'));
});
