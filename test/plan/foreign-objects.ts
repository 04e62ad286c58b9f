/** Objects of another machine among those of this one. */
import {existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {BundleManifest} from '../../lib/manifest/manifest.js';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';

const EM_AARCH64 = 183;
const interpreter = '/lib/ld-linux-aarch64.so.1';

/** A tree with a program of this machine, and a program and a library of another. */
async function makeTree(t: ExecutionContext): Promise<string | undefined> {
	if (!need(t, 'gcc')) return undefined;
	const program = writeElf({machine: EM_AARCH64, interpreter, dynamic: {needed: ['libc.so.6']}});
	const library = writeElf({machine: EM_AARCH64, dynamic: {needed: ['libgone.so']}});
	const source = 'int main(void) { return 7; }';
	const world = await buildObjects(t, {'tree/bin/prog': {libc: true, source}});
	mkdirSync(dirname(world.path('tree/bin/arm')), {recursive: true});
	writeFileSync(world.path('tree/bin/arm'), program.bytes, {mode: 0o755});
	mkdirSync(dirname(world.path('tree/lib/arm.so')), {recursive: true});
	writeFileSync(world.path('tree/lib/arm.so'), library.bytes, {mode: 0o755});
	return world.directory;
}

for (const words of [
	['./tree'],
	['./tree/bin/prog', '--scan', 'tree'],
	['./tree/bin/prog', '--with', 'tree'],
]) {
	test(`${words.join(' ')}: they travel as they are, and are said`, async t => {
		const cwd = await makeTree(t);
		if (cwd === undefined) return;
		const packed = await runDynpk(['pack', ...words, '-o', 'bundle'], {cwd});
		t.is(
			packed.stderr.replaceAll(cwd, '$PWD'),
			`dynpk: $PWD/tree/bin/arm: its loader ${interpreter} is not here; it travels as it is, without libraries (and 1 more such)\n`,
		);
		t.is(packed.status, 0);
		t.deepEqual(readdirSync(join(cwd, 'bundle/bin')), ['prog']);
		t.is((await runDynpk(['run', 'bundle'], {cwd})).status, 7);
		for (const path of ['tree/bin/arm', 'tree/lib/arm.so']) {
			const carried = readFileSync(join(cwd, `bundle/root${cwd}`, path));
			t.deepEqual(carried, readFileSync(join(cwd, path)));
		}

		const manifest = JSON.parse(
			readFileSync(join(cwd, 'bundle/dynpk.json'), 'utf8'),
		) as BundleManifest;
		t.deepEqual(
			manifest.findings.filter(({code}) => code === 'FOREIGN_OBJECT').map(({path}) => path),
			[join(cwd, 'tree/bin/arm'), join(cwd, 'tree/lib/arm.so')],
		);
		t.is((await runDynpk(['verify', 'bundle', '--static'], {cwd})).status, 0);
	});
}

test('one that is named as a target is refused, whatever else is packed', async t => {
	const cwd = await makeTree(t);
	if (cwd === undefined) return;
	const rest = await assertRefused(t, {
		cwd,
		pack: ['./tree/bin/prog', './tree/bin/arm', '-o', 'bundle'],
		code: 'UNSUPPORTED_LOADER',
		says: `the loader ${interpreter} is not there`,
	});
	t.is(rest.length, 1);
	t.false(existsSync(join(cwd, 'bundle')));
});
