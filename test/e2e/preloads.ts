/**
 * Objects that are preloaded: those that a packed program sets for its children, which lie in the
 * bundle, and those of the user's own, which he lets in by DYNPK_PRELOAD.
 */
import {readFileSync} from 'node:fs';
import {copyFile, mkdir, writeFile} from 'node:fs/promises';
import {basename, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {testOnHosts, script} from '../helpers/run/on-hosts.js';
import {packOnce} from '../helpers/run/packed.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {compile, scratch} from '../helpers/worlds/mini-bundle.js';
import {plainShell, targetHosts} from '../hosts/lib/recipes.js';
import type {HostRun} from '../hosts/lib/prepare-entry.js';
import {runOnHost, type HostAnswer} from '../hosts/lib/run-on-host.js';

const preloading = ['/usr/bin/fakeroot', '/usr/bin/stdbuf', '/usr/bin/faketime'];

// A line gets through while more input may come: without stdbuf `read` would wait for ever.
const each = `
bin/fakeroot sh -c 'id -u; cd; mknod n c 1 3; stat -c %A n; rm n'
bin/faketime '2001-02-03 04:05:06' date +%Y
bin/mkfifo ~/in ~/out
bin/stdbuf -oL cut -c1-3 < ~/in > ~/out &
exec 3> ~/in 4< ~/out; echo abcdef >&3; read line <&4; echo $line; exec 3>&-; rm ~/in ~/out`;

testOnHosts('fakeroot, faketime and stdbuf have their effect on packed children', {
	pack: preloading,
	run: script(`for DYNPK_ENGINE in shim userns; do export DYNPK_ENGINE${each}\ndone`),
	stdout: '0\ncrw-r--r--\n2001\nabc\n'.repeat(2),
});

// Its loader complains of what nobody has, as it does here.
test('a child of the host is not told of objects that the bundle alone has', async t => {
	const host = await needHost(t, 'bullseye');
	const bundle = host && (await packOnce(t, preloading));
	if (bundle === undefined) return;
	const both = '/lib/x86_64-linux-gnu/libm.so.6';
	const answer = await runOnHost(host!, {
		bundle,
		argv: [
			...plainShell('bullseye'),
			'-c',
			`bin/fakeroot /usr/bin/perl -e 'print "$ENV{LD_PRELOAD}.\\n"'
			bin/faketime 2001-02-03 /usr/bin/perl -e 'print "$ENV{LD_PRELOAD}.\\n"'
			LD_LIBRARY_PATH=/a:"$PWD/root/usr/lib/x86_64-linux-gnu" LD_PRELOAD=/none.so:${both}
			export LD_LIBRARY_PATH LD_PRELOAD
			bin/env /usr/bin/perl -e 'print "$ENV{LD_PRELOAD} $ENV{LD_LIBRARY_PATH}\\n"'`,
		],
	});
	t.deepEqual(answer, {
		status: 0,
		signal: undefined,
		stdout: `.\n.\n/none.so:${both} /a\n`,
		stderr:
			"ERROR: ld.so: object '/none.so' from LD_PRELOAD cannot be preloaded (cannot open shared object file): ignored.\n",
	});
});

const leaky = `#include <stdio.h>
	#include <stdlib.h>
	int main(void) {
		unsigned char *volatile kept = malloc(77);
		unsigned char *volatile given = malloc(77);
		printf("%d\\n", kept[40]);
		free(given);
		return 0;
	}`;

/** Counts what is not given back, as far as this program goes. */
const checker = `#include <stdio.h>
	#include <stddef.h>
	extern void *__libc_malloc(size_t);
	extern void __libc_free(void *);
	static void *of_size[8];
	static int lost;
	void *malloc(size_t size) {
		void *block = __libc_malloc(size);
		if (size == 77 && lost < 8) of_size[lost++] = block;
		return block;
	}
	void free(void *block) {
		for (int i = 0; i < 8; i++)
			if (block && of_size[i] == block) { of_size[i] = NULL; lost--; }
		__libc_free(block);
	}
	__attribute__((destructor)) static void tell(void) { fprintf(stderr, "%d lost\\n", lost); }`;

const shared = ['-shared', '-fPIC'];

interface Site {
	readonly bundle: string;
	readonly files: NonNullable<HostRun['files']>;
}

/** A bundle of one program, and what a user may have in /opt/site. */
async function makeSite(t: ExecutionContext): Promise<Site | undefined> {
	if (!need(t, 'gcc')) return undefined;
	const work = await scratch(t);
	await copyFile(await compile(t, leaky), join(work, 'leaky'));
	await mkdir(join(work, 'data'));
	await writeFile(join(work, 'data/file'), '');
	const packed = await runDynpk([
		...['pack', join(work, 'leaky'), '--with', join(work, 'data')],
		...['--scope', 'closure', '-o', join(work, 'bundle')],
	]);
	t.is(packed.status, 0, packed.stderr);
	const fit = await compile(t, checker, shared);
	await writeFile(join(work, 'map'), 'GLIBC_9.9 { global: later; };\n');
	const later = await compile(t, 'void later(void) {}', [
		...[...shared, '-nostdlib', '-Wl,-soname,libc.so.6'],
		`-Wl,--version-script,${join(work, 'map')}`,
	]);
	const calls = 'void later(void); __attribute__((constructor)) void f(void) { later(); }';
	const none = await compile(t, '', [...shared, '-nostdlib', '-Wl,-soname,libnone.so.1']);
	const newer = await compile(t, calls, [...shared, '-nostdlib', later]);
	const poor = await compile(t, '', [...shared, '-nostdlib', '-Wl,--no-as-needed', none]);
	const saying = '__attribute__((constructor)) void f(void) { write(2, "beside\\n", 7); }';
	const beside = await compile(t, `#include <unistd.h>\n${saying}`, [
		...shared,
		'-Wl,-soname,libbeside.so.1',
	]);
	const rich = await compile(t, '', [...shared, '-nostdlib', '-Wl,--no-as-needed', beside]);
	const foreign = readFileSync(fit);
	foreign.writeUInt16LE(183, 18); // e_machine: EM_AARCH64
	const placed = (content: Buffer) => ({content, mode: 0o644});
	return {
		bundle: join(work, 'bundle'),
		files: {
			'/opt/site/fit.so': placed(readFileSync(fit)),
			'/opt/site/newer.so': placed(readFileSync(newer)),
			'/opt/site/poor.so': placed(readFileSync(poor)),
			'/opt/site/rich.so': placed(readFileSync(rich)),
			'/opt/site/libbeside.so.1': placed(readFileSync(beside)),
			'/opt/site/foreign.so': placed(foreign),
		},
	};
}

const told = (what: string): string => `dynpk: root/PLACE ${what}\n`;
const without = (name: string, why: string): string =>
	told(`starts without /opt/site/${name}.so of DYNPK_PRELOAD: it ${why}`);

interface Wish {
	readonly env: Readonly<Record<string, string>>;
	readonly stdout?: string;
	readonly stderr: string | RegExp;
}

const wishes: Readonly<Record<string, Wish>> = {
	'what fits is loaded': {env: {DYNPK_PRELOAD: '/opt/site/fit.so'}, stderr: '1 lost\n'},
	'what needs a newer C library is not': {
		env: {DYNPK_PRELOAD: '/opt/site/newer.so:/opt/site/fit.so'},
		stderr: `${without('newer', "needs GLIBC_9.9 of libc.so.6, and the bundle's is without")}1 lost\n`,
	},
	'what it needs is found beside it': {
		env: {DYNPK_PRELOAD: '/opt/site/rich.so:/opt/site/fit.so'},
		stderr: 'beside\n1 lost\n',
	},
	'what needs a library that is not there is not': {
		env: {DYNPK_PRELOAD: '/opt/site/poor.so'},
		stderr: without('poor', 'needs libnone.so.1, which the bundle has not'),
	},
	'what is for another machine is not': {
		env: {DYNPK_PRELOAD: '/opt/site/foreign.so'},
		stderr: without('foreign', 'is for another kind of machine'),
	},
	'what is not there is not': {
		env: {DYNPK_PRELOAD: '/opt/none.so'},
		stderr: told(
			'starts without /opt/none.so of DYNPK_PRELOAD: it cannot be opened: no such file or directory',
		),
	},
	'LD_PRELOAD of the host is set aside, and told': {
		env: {LD_PRELOAD: '/opt/site/fit.so', LD_LIBRARY_PATH: '/opt/site', DYNPK_EXPLAIN: '1'},
		stderr:
			/: engine .*\n(?:dynpk: paths .*\n)?.*: \/opt\/site of LD_LIBRARY_PATH is not the bundle's, and set aside\n.*: \/opt\/site\/fit\.so of LD_PRELOAD is not the bundle's, and set aside\n$/u,
	},
	'under enforce it must be allowed': {
		env: {DYNPK_PRELOAD: '/opt/site/fit.so', DYNPK_AUDIT: 'enforce'},
		stderr:
			/^(?:dynpk: refused \/opt\/site\/fit\.so,.*\n)?ERROR: ld\.so: object .*\/opt\/site\/fit\.so.* from LD_PRELOAD cannot be preloaded.*\n$/u,
	},
	'and is loaded where it is': {
		env: {
			DYNPK_PRELOAD: '/opt/site/fit.so',
			DYNPK_AUDIT: 'enforce',
			DYNPK_AUDIT_ALLOW: '/opt/site/**',
		},
		stderr: '1 lost\n',
	},
	"the user's tunables count": {
		env: {GLIBC_TUNABLES: 'glibc.malloc.perturb=165'},
		stdout: '90\n',
		stderr: '',
	},
	'and under audit too': {
		env: {GLIBC_TUNABLES: 'glibc.malloc.perturb=165', DYNPK_AUDIT: 'enforce'},
		stdout: '90\n',
		stderr: '',
	},
};

test("the user's own objects are let in where they fit, by every engine on every host", async t => {
	const site = await makeSite(t);
	if (site === undefined) return;
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		for (const DYNPK_ENGINE of ['direct', 'shim', 'userns']) {
			for (const [title, {env, stdout = '0\n', stderr}] of Object.entries(wishes)) {
				const answer = await runOnHost(host, {
					...site,
					argv: ['bin/leaky'],
					env: {DYNPK_ENGINE, ...env},
				});
				const where = `${name}, ${DYNPK_ENGINE}: ${title}\n${JSON.stringify(answer)}`;
				const said = answer.stderr.replaceAll(/root\/\S*leaky/gu, 'root/PLACE');
				t.is(answer.status, 0, where);
				t.is(answer.stdout, stdout, where);
				if (typeof stderr === 'string') t.is(said, stderr, where);
				else t.regex(said, stderr, where);
			}
		}
	}
});

// It ends a program where any other object stands before its runtime.
const checked = `
#include <stdio.h>
#include <stdlib.h>
int main(int argc, char **argv)
{
	char line[16] = "nothing";
	char *bytes = malloc(3);
	FILE *file = fopen(argv[1], "r");

	if (file != NULL && fgets(line, sizeof(line), file) != NULL)
		printf("%s\\n", line);
	fflush(stdout);
	bytes[argc] = 0;
	free(bytes);
	return 0;
}
`;

test('a program with AddressSanitizer built in runs under every engine, and is checked', async t => {
	if (!need(t, 'gcc')) return;
	const program = await compile(t, checked, ['-fsanitize=address']);
	const bundle = join(await scratch(t), 'a bundle');
	const licence = '/usr/share/common-licenses/BSD';
	const packed = await runDynpk(['pack', program, '--with', licence, '-o', bundle]);
	t.is(packed.status, 0, packed.stderr);
	const start = `bin/${basename(program)}`;
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		for (const env of [
			{DYNPK_ENGINE: 'shim'},
			{DYNPK_ENGINE: 'userns'},
			{DYNPK_AUDIT: 'enforce'},
		]) {
			const run = (...more: string[]): Promise<HostAnswer> =>
				runOnHost(host, {
					bundle,
					argv: [start, licence, ...more],
					env: {...env, ASAN_OPTIONS: 'detect_leaks=0'},
				});
			const where = `${name} ${JSON.stringify(env)}`;
			t.deepEqual(
				await run(),
				{status: 0, signal: undefined, stdout: 'Copyright (c) T\n', stderr: ''},
				where,
			);
			t.regex((await run('x')).stderr, /ERROR: AddressSanitizer: heap-buffer-overflow/u, where);
		}
	}
});
