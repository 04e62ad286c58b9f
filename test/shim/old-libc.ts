/** C libraries whose calls have the names from before glibc 2.33. */
import {execFile} from 'node:child_process';
import {copyFileSync, mkdirSync, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {fileURLToPath} from 'node:url';
import {promisify} from 'node:util';
import test from 'ava';
import {compilePathTable} from '../../lib/engine/compile-path-table.js';
import {projectedPaths} from '../../lib/engine/projected-paths.js';
import {bundlePath} from '../../lib/paths/paths.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {builtDirectory} from '../helpers/worlds/built-kit.js';
import {makeScratch} from '../helpers/worlds/scratch.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const run = promisify(execFile);
const sources = fileURLToPath(new URL('../../../', import.meta.url));

test('trees and patterns are answered where the C library has no function called stat', async t => {
	const host = await needHost(t, 'bullseye');
	if (!host || !need(t, 'gcc')) return;
	const bundle = makeScratch(t);
	const tree = join(bundle, 'root/usr/share/dynpk-view');
	const tools = join(bundle, 'libexec/dynpk');
	mkdirSync(join(tree, 'sub'), {recursive: true});
	mkdirSync(join(bundle, 'bin'));
	mkdirSync(tools, {recursive: true});
	const names = ['a', 'sub/b'];
	for (const name of names) writeFileSync(join(tree, name), name);
	const files = names.map(name => ({
		path: bundlePath(`root/usr/share/dynpk-view/${name}`),
		kind: 'file' as const,
		reason: 'package view',
	}));
	writeFileSync(join(tools, 'paths.tbl'), compilePathTable(projectedPaths(files, []), []));
	copyFileSync(join(builtDirectory(), 'path-shim.so'), join(tools, 'path-shim.so'));
	const flags = ['-O1', '-nostartfiles', '-fno-stack-protector', '-mstackrealign'];
	const program = join(bundle, 'bin/old-libc');
	await run('gcc', [...flags, '-o', program, join(sources, 'test/shim/lib/old-libc.c')]);
	const answer = await runOnHost(host, {
		argv: ['sh', '-c', 'LD_PRELOAD=./libexec/dynpk/path-shim.so exec bin/old-libc'],
		bundle,
	});
	t.is(answer.stderr, '');
	t.deepEqual(answer.stdout.split('\n'), [
		...['/usr/share/dynpk-view/a', '/usr/share/dynpk-view/sub/', 'nftw 0 4, fts 6', ''],
	]);
});
