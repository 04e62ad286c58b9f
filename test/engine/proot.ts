/**
 * How a launcher comes to the words with which it starts the host's PRoot. A script in PRoot's place
 * says them.
 */
import {execFile} from 'node:child_process';
import {chmodSync, mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import {promisify} from 'node:util';
import test, {type ExecutionContext} from 'ava';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {call} from '../helpers/worlds/mini-bundle.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const run = promisify(execFile);

const withoutNamespaces = [
	...['--user', '--map-root-user', '--', '/bin/sh', '-c'],
	'echo 0 > /proc/sys/user/max_user_namespaces; exec setpriv --bounding-set=-all --inh-caps=-all "$@"',
	'sh',
];

interface World {
	/** The launcher of a static program. */
	readonly program: string;
	/** Links that the bundle has and this machine too, saying the same. */
	readonly links: readonly string[];
	/** Where the stand-in for PRoot lies. */
	readonly tools: string;
}

async function makeWorld(t: ExecutionContext): Promise<World | undefined> {
	if (!need(t, 'gcc', 'unshare', 'setpriv', 'strace')) return undefined;
	const scratch = makeScratch(t);
	const [root, shared, tools] = ['root', 'shared', 'tools'].map(name => join(scratch, name));
	const program = join(root!, 'usr/bin/tool');
	const links = [...Array(8).keys()].map(n => join(shared!, `link${n}`));
	for (const directory of [dirname(program), join(root!, shared!), shared!, tools!]) {
		mkdirSync(directory, {recursive: true});
	}

	for (const link of links) {
		symlinkSync('nowhere', link);
		symlinkSync('nowhere', join(root!, link));
	}

	const data = join(shared!, 'data');
	writeFileSync(join(root!, data), '');
	writeFileSync(
		join(scratch, 'tool.c'),
		`#include <stdio.h>\nint main(void) { return fopen("${data}", "r") == NULL; }\n`,
	);
	await run('gcc', ['-static', '-o', program, join(scratch, 'tool.c')]);
	const bundle = join(scratch, 'bundle');
	const words = ['/usr/bin/tool', '--sysroot', root!, '--with', shared!, '--quiet', '-o', bundle];
	const packed = await runDynpk(['pack', ...words]);
	t.is(packed.status, 0, packed.stderr);
	writeFileSync(join(tools!, 'proot'), '#!/bin/sh\nprintf "%s\\n" "$@"\n');
	chmodSync(join(tools!, 'proot'), 0o755);
	return {program: join(bundle, 'bin/tool'), links, tools: tools!};
}

/** Start the launcher where there are no user namespaces. */
function start(world: World, path: string, under: readonly string[] = []) {
	const words = ['/usr/bin/env', '-C', world.tools, `PATH=${path}`, world.program];
	const env = {PATH: '/usr/bin:/bin', DYNPK_ENGINE: 'auto'};
	return call('/usr/bin/unshare', [...withoutNamespaces, ...under, ...words], {env});
}

test('PRoot is looked for in directories that PATH names in full', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const found = await start(world, `:.:${world.tools}`);
	t.deepEqual([found.status, found.stderr], [0, '']);
	t.true(found.stdout.startsWith('-b\n'), found.stdout);
	t.is((await start(world, ':.')).status, 125);
});

test('what changes on the host while words are counted overflows nothing', async t => {
	const world = await makeWorld(t);
	if (world === undefined) return;
	const {links, tools} = world;
	// Seen when the words are counted, and gone when they are written.
	const gone = `--inject=readlinkat:error=ENOENT:when=${links.length + 1}+`;
	const strace = ['strace', '-o', '/dev/null', ...links.flatMap(link => ['-P', link]), gone];
	const answer = await start(world, tools, strace);
	t.deepEqual([answer.status, answer.stdout], [125, '']);
	t.regex(answer.stderr, /^dynpk: root\/usr\/bin\/tool needs a namespace/u);
});
