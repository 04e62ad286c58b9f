/** A signal while a bundle is unpacked: nothing stays behind, and the status says so. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {mkdirSync, readdirSync, watch} from 'node:fs';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import test from 'ava';
import {dynpkScript, runDynpk} from '../helpers/run/run-dynpk.js';
import {listTree} from '../helpers/worlds/list-tree.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** Start dynpk, and send it the signal as soon as something appears in a directory. */
async function interrupt(
	argv: readonly string[],
	{signal, env, watched}: {signal: NodeJS.Signals; env: Record<string, string>; watched: string},
) {
	const watcher = watch(watched);
	const child = spawn(process.execPath, [dynpkScript, ...argv], {
		env: {PATH: process.env.PATH, ...env},
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	const closed = once(child, 'close');
	const stderr = text(child.stderr);
	await once(watcher, 'change');
	watcher.close();
	child.kill(signal);
	await closed;
	return {status: child.exitCode, stderr: await stderr};
}

test('a signal while an archive is unpacked leaves nothing of it behind', async t => {
	const cwd = makeScratch(t);
	const bundle = join(cwd, 'node.tar');
	// Large enough to be met in the middle.
	const packed = await runDynpk(['pack', process.execPath, '--scope', 'closure', '-o', bundle]);
	t.is(packed.status, 0, packed.stderr);
	const temporary = join(cwd, 'temporary');
	const cache = join(cwd, 'cache');
	mkdirSync(temporary);
	const bundles = join(cache, 'dynpk/bundles');
	mkdirSync(bundles, {recursive: true, mode: 0o700});
	const env = {XDG_CACHE_HOME: cache, TMPDIR: temporary};
	for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
		for (const [argv, watched] of [
			[['run', bundle, 'node', '--version'], bundles],
			[['run', '--explain', bundle], bundles],
			[['verify', bundle], temporary],
		] as const) {
			const answer = await interrupt(argv, {signal, env, watched});
			t.is(answer.status, 130, answer.stderr);
			t.true(answer.stderr.endsWith('dynpk: interrupted\n'), answer.stderr);
			t.deepEqual([...listTree(bundles), ...readdirSync(temporary)], []);
		}
	}
});
