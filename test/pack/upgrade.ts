/** A package manager that is at work while its packages are read. */
import {spawn} from 'node:child_process';
import {randomBytes} from 'node:crypto';
import {once} from 'node:events';
import {appendFileSync, existsSync, mkdirSync, watch, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import test from 'ava';
import {managersAtWork, watchUpgrades} from '../../lib/installed/upgrade-watch.js';
import {hostPath} from '../../lib/paths/paths.js';
import {missingHere, need} from '../helpers/run/need.js';
import {dynpkScript} from '../helpers/run/run-dynpk.js';
import {buildInstalled} from '../helpers/worlds/installed-world.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

test('a lock that is held tells which package manager is at work', async t => {
	if (!need(t, 'flock')) return;
	if (!existsSync('/proc/locks')) {
		missingHere(t, 'needs /proc/locks');
		return;
	}

	const root = hostPath(makeScratch(t));
	mkdirSync(join(root, 'var/lib/dpkg'), {recursive: true});
	const lock = join(root, 'var/lib/dpkg/lock');
	writeFileSync(lock, '');
	t.deepEqual(managersAtWork(root), []);
	const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; read -r end'], {
		stdio: ['pipe', 'pipe', 'inherit'],
	});
	await once(holder.stdout, 'data');
	t.deepEqual(managersAtWork(root), ['dpkg']);
	holder.stdin.end('\n');
	await once(holder, 'close');
	t.deepEqual(managersAtWork(root), []);
});

test('a database that is written to, comes or goes has changed', t => {
	const root = hostPath(makeScratch(t));
	for (const [manager, database] of [
		['dpkg', 'var/lib/dpkg/status'],
		['rpm', 'var/lib/rpm/rpmdb.sqlite'],
		['rpm', 'usr/lib/sysimage/rpm/rpmdb.sqlite-wal'],
	] as const) {
		mkdirSync(join(root, database, '..'), {recursive: true});
		const before = watchUpgrades(root);
		t.deepEqual(before.changed(), []);
		writeFileSync(join(root, database), 'a');
		t.deepEqual(before.changed(), [manager]);
		const between = watchUpgrades(root);
		appendFileSync(join(root, database), 'b');
		t.deepEqual(between.changed(), [manager]);
	}
});

test('packages that are changed while they are packed: pack says so', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildInstalled(t, {
		tool: {files: {'/usr/bin/tool': {libc: true, source: 'int main(void) { return 0; }'}}},
	});
	// Large enough to be met in the middle.
	writeFileSync(join(world.root, 'usr/bin/data'), randomBytes(24 << 20));
	const cwd = makeScratch(t);
	const words = ['tool', '--with', '/usr/bin/data', '--sysroot', world.root, '-o', 'out.tar.gz'];
	const child = spawn(process.execPath, [dynpkScript, 'pack', ...words], {
		cwd,
		env: {...process.env, PATH: '/usr/bin:/bin'},
		stdio: ['ignore', 'ignore', 'pipe'],
	});
	const watcher = watch(cwd);
	const closed = once(child, 'close');
	const stderr = text(child.stderr);
	await once(watcher, 'change');
	watcher.close();
	appendFileSync(join(world.root, 'var/lib/dpkg/status'), '\n');
	await closed;
	t.is(child.exitCode, 0);
	t.is(
		await stderr,
		'dynpk: dpkg changed packages while they were read: pack again, what is packed may be half old\n',
	);
});
