/**
 * Programs that no package owns, compiled here, in directories with awkward names; and scripts of
 * the user's own. They travel with what they link to and nothing else.
 */
import {chmodSync, lstatSync, symlinkSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {payloadPath, sysrootPath} from '../../lib/paths/paths.js';
import {buildObjects, type FileSpec, type World} from '../helpers/elf/build-objects.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost, type CapturedRun, type HostAnswer} from '../hosts/lib/run-on-host.js';

const prints = (text: string) =>
	`#include <stdio.h>\nextern int number(void) __attribute__((weak));\nint main(int c, char **v) { printf("${text} %d %s\\n", number(), c > 1 ? v[1] : "-"); return c; }`;
/** The stub a program is linked against offers no symbols. */
const flags = ['-Wl,-z,dynamic-undefined-weak'];
const returns = (value: number) => `int number(void) { return ${value}; }`;

/** Pack something of a made world as a user would who stands in it. */
async function packWorld(
	t: ExecutionContext,
	files: Readonly<Record<string, FileSpec>>,
	argv: readonly string[],
): Promise<{readonly world: World; readonly bundle: string} | undefined> {
	if (!need(t, 'gcc')) {
		return undefined;
	}

	const world = await buildObjects(t, files);
	for (const [name, spec] of Object.entries(files)) {
		if ('text' in spec && spec.text.startsWith('#!')) {
			chmodSync(world.path(name), 0o755);
		}
	}

	const bundle = join(world.directory, 'out of here');
	const answer = await runDynpk(['pack', ...argv, '-o', bundle], {
		cwd: world.directory,
		env: {PATH: '/usr/bin:/bin'},
	});
	t.deepEqual(answer, {status: 0, signal: undefined, stdout: `${bundle}\n`, stderr: ''});
	return {world, bundle};
}

async function onEmptyHost(
	t: ExecutionContext,
	bundle: string,
	run: CapturedRun,
): Promise<HostAnswer | undefined> {
	const host = await needHost(t, 'empty');
	return host && runOnHost(host, {bundle, ...run});
}

test('a program finds a library beside it by $ORIGIN, blanks in both names', async t => {
	const packed = await packWorld(
		t,
		{
			'my tools/bin/say it': {
				libc: true,
				flags,
				source: prints('it is'),
				needs: ['my tools/lib/lib number.so.1'],
				runpath: '$ORIGIN/../lib',
			},
			'my tools/lib/lib number.so.1': {source: returns(7)},
		},
		['my tools/bin/say it'],
	);
	if (packed === undefined) return;

	const answer = await onEmptyHost(t, packed.bundle, {argv: ['bin/say it', "a 'b"]});
	if (answer)
		t.deepEqual(answer, {status: 2, signal: undefined, stdout: "it is 7 a 'b\n", stderr: ''});
});

test('a directory with bin/ offers its programs, and its run paths hold where they lie', async t => {
	const packed = await packWorld(
		t,
		{
			'tree/bin/tool': {
				libc: true,
				flags,
				source: prints('tool'),
				needs: ['tree/lib/libnumber.so'],
				runpath: '$ORIGIN/../lib',
			},
			'tree/bin/alias': {symlink: 'tool'},
			'tree/lib/libnumber.so': {
				source: returns(3),
				needs: ['tree/lib/deep/libless.so'],
				runpath: '$ORIGIN/deep',
			},
			'tree/lib/deep/libless.so': {},
			'tree/share/words': {text: 'words'},
		},
		['./tree'],
	);
	if (packed === undefined) return;

	for (const name of ['tool', 'alias']) {
		const answer = await onEmptyHost(t, packed.bundle, {argv: [`bin/${name}`]});
		if (answer)
			t.deepEqual(answer, {status: 1, signal: undefined, stdout: 'tool 3 -\n', stderr: ''});
	}

	const place = (name: string) =>
		join(packed.bundle, payloadPath(sysrootPath(join(packed.world.directory, name))));
	t.true(lstatSync(place('tree/lib/deep/libless.so')).isFile());
	t.true(lstatSync(place('tree/share/words')).isFile());
	t.throws(() => lstatSync(join(packed.bundle, 'lib/libless.so')), {code: 'ENOENT'});
});

test('absolute links, chains of them and links to directories lead inside the bundle', async t => {
	if (!need(t, 'gcc')) return;
	const files = {
		'store/v1/prog': {
			libc: true,
			flags,
			source: prints('linked'),
			needs: ['store/v1/libnumber.so'],
			runpath: '$ORIGIN',
		},
		'store/v1/libnumber.so': {source: returns(1)},
		'store/current': {symlink: 'v1'},
		'bin/relative': {symlink: '../store/current/prog'},
	} as const;
	const world = await buildObjects(t, files);
	symlinkSync(world.path('bin/relative'), world.path('bin/absolute'));
	const bundle = join(world.directory, 'bundle');
	const answer = await runDynpk(['pack', './bin/absolute', '-o', bundle], {cwd: world.directory});
	t.deepEqual([answer.status, answer.stderr], [0, '']);

	const said = await onEmptyHost(t, bundle, {argv: ['bin/absolute', 'x']});
	if (said) t.deepEqual(said, {status: 2, signal: undefined, stdout: 'linked 1 x\n', stderr: ''});
});

test('a script for env -S starts its interpreter with every word of the line', async t => {
	const packed = await packWorld(
		t,
		{
			'a script': {
				text: '#!/usr/bin/env -S GREETING="hi\\_there" perl -w -s\nprint "$ENV{GREETING} $main::x $^W @ARGV\\n"; print "$0\\n" =~ s,.*/,,r; exit 3;\n',
			},
		},
		['./a script'],
	);
	if (packed === undefined) return;

	const answer = await onEmptyHost(t, packed.bundle, {argv: ['bin/a script', '-x=5', 'y z']});
	if (answer) {
		t.deepEqual(answer, {
			status: 3,
			signal: undefined,
			stdout: 'hi there 5 1 y z\na script\n',
			stderr: '',
		});
	}
});

test('a script whose interpreter is a script is started through both', async t => {
	const packed = await packWorld(
		t,
		{
			inner: {text: '#!/bin/bash\nprintf "<%s>" "${@:2}" "${1##*/}"; exit 4\n'},
			outer: {text: ''},
		},
		['./inner'],
	);
	if (packed === undefined) return;
	const outer = packed.world.path('outer');
	writeFileSync(outer, `#!${packed.world.path('inner')} one two\n`, {mode: 0o755});
	chmodSync(outer, 0o755);
	const bundle = join(packed.world.directory, 'chained');
	const packedAgain = await runDynpk(['pack', outer, '-o', bundle], {env: {PATH: '/usr/bin:/bin'}});
	t.deepEqual([packedAgain.status, packedAgain.stderr], [0, '']);

	const answer = await onEmptyHost(t, bundle, {argv: ['bin/outer', 'three']});
	// bash was given `one two`, the outer script and `three`.
	if (answer) t.regex(answer.stdout, /^<[^>]*\/outer><three><one two>$/);
	if (answer) t.is(answer.status, 4);
});

test('two programs that disagree on a library each get their own', async t => {
	const packed = await packWorld(
		t,
		{
			'a/first': {
				libc: true,
				flags,
				source: prints('first'),
				needs: ['a/libnumber.so.1'],
				runpath: '$ORIGIN/../a-lib',
			},
			'a-lib/libnumber.so.1': {source: returns(1)},
			'a/libnumber.so.1': {source: returns(0)},
			'b/second': {
				libc: true,
				flags,
				source: prints('second'),
				needs: ['b/libnumber.so.1'],
				runpath: '$ORIGIN',
			},
			'b/libnumber.so.1': {source: returns(2)},
		},
		['a/first', 'b/second'],
	);
	if (packed === undefined) return;

	const first = await onEmptyHost(t, packed.bundle, {argv: ['bin/first']});
	const second = await onEmptyHost(t, packed.bundle, {argv: ['bin/second']});
	if (first) t.is(first.stdout, 'first 1 -\n');
	if (second) t.is(second.stdout, 'second 2 -\n');
});

test('a signal that ends the program is what the caller sees', async t => {
	const packed = await packWorld(
		t,
		{
			killed: {
				libc: true,
				source: '#include <signal.h>\nint main(void) { return raise(SIGUSR1); }',
			},
		},
		['./killed'],
	);
	if (packed === undefined) return;

	const answer = await onEmptyHost(t, packed.bundle, {argv: ['bin/killed']});
	if (answer) t.deepEqual(answer, {status: undefined, signal: 'SIGUSR1', stdout: '', stderr: ''});
});

/** What the loader says of each object that the program opens, without the name. */
const loadsItself = `#include <dlfcn.h>
#include <stdio.h>
#include <string.h>
static void load(const char *path) {
	const char *said = dlopen(path, RTLD_NOW) ? ": loaded" : dlerror();
	printf("%s\\n", strchr(said, ':') + 2);
}
int main(int c, char **v) { load(v[0]); load("/proc/self/exe"); return c != 1; }`;

/** Starts another program by the directory it was started from itself, then by its name alone. */
const startsAnother = `#include <libgen.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>
int main(int c, char **v) {
	char path[4096];
	snprintf(path, sizeof path, "%s/other", dirname(strdup(v[0])));
	if (fork() == 0) { execl(path, path, "by directory", NULL); return 1; }
	wait(NULL);
	execlp("other", "other", "by name", NULL);
	return 2;
}`;

/** Packed with what lies beside it, and run on every host under both engines. */
async function onAllHosts(
	t: ExecutionContext,
	files: Readonly<Record<string, FileSpec>>,
	stdout: string,
): Promise<void> {
	const tree = {...files, 'tree/share/data': {text: 'data'}};
	const packed = await packWorld(t, tree, ['./tree/bin/tool', '--with', './tree']);
	if (packed === undefined) return;
	for (const name of targetHosts) {
		const host = await needHost(t, name);
		if (host === undefined) return;
		for (const engine of ['shim', 'userns']) {
			const answer = await runOnHost(host, {
				argv: ['bin/tool'],
				bundle: packed.bundle,
				env: {DYNPK_ENGINE: engine},
				noUserNamespaces: engine === 'shim',
			});
			const expected = {status: 0, signal: undefined, stdout, stderr: ''};
			t.deepEqual(answer, expected, `${name}, ${engine}`);
		}
	}
}

test('a program that loads itself is refused by the loader, as here', async t => {
	const refusal = 'cannot dynamically load position-independent executable\n';
	const spec = {libc: true, flags: [...flags, '-pie'], source: loadsItself};
	await onAllHosts(t, {'tree/bin/tool': spec}, refusal.repeat(2));
});

test('a program that was not asked for is found beside the one that was, and by its name', async t => {
	const files = {
		'tree/bin/tool': {libc: true, flags, source: startsAnother},
		'tree/bin/other': {
			libc: true,
			flags,
			source: '#include <stdio.h>\nint main(int c, char **v) { return puts(v[1]) < 0; }',
		},
	};
	await onAllHosts(t, files, 'by directory\nby name\n');
});
