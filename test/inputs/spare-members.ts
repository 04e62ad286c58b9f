/** What of a directory cannot work here is said and need not work there; what is named has to. */
import {mkdirSync, symlinkSync, writeFileSync} from 'node:fs';
import {dirname, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {buildObjects} from '../helpers/elf/build-objects.js';
import {writeElf} from '../helpers/elf/elf-writer.js';
import {needHost} from '../helpers/run/host-need.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {targetHosts} from '../hosts/lib/recipes.js';
import {runOnHost} from '../hosts/lib/run-on-host.js';

const EM_AARCH64 = 183;
const source = '#include <stdio.h>\nint main(void) { puts("works"); return 0; }\n';

/** A program that works beside what does not: for want of libraries or an interpreter, or of another machine. */
async function makeTree(t: ExecutionContext): Promise<string> {
	const world = await buildObjects(t, {
		'tree/bin/app': {libc: true, source},
		'tree/bin/broken': {libc: true, source, needs: ['libgone.so.1']},
		'tree/node_modules/x/android.node': {needs: ['libandroid.so']},
		'tree/node_modules/y/android.node': {needs: ['libandroid.so']},
		'other/linked': {libc: true, source, needs: ['libgone.so.1']},
	});
	const foreign = writeElf({machine: EM_AARCH64, dynamic: {needed: ['libc.so.6']}});
	const place = world.path('tree/node_modules/x/arm.node');
	mkdirSync(dirname(place), {recursive: true});
	writeFileSync(place, foreign.bytes);
	writeFileSync(world.path('tree/bin/old.sh'), '#!/opt/none/interpreter\n', {mode: 0o755});
	symlinkSync('../../other/linked', world.path('tree/bin/linked'));
	return world.directory;
}

const foreignLine =
	'tree/node_modules/x/arm.node: it is for aarch64, unlike the programs; it travels as it is, without libraries';
const scriptLine =
	'tree/bin/old.sh: its interpreter (/opt/none/interpreter) is not here to be packed';
const missing = (count: number): string =>
	`other/linked: needs libgone.so.1, which is not here (and ${count} more such)`;
const fromTree = [foreignLine, scriptLine, missing(3)];
const packings: readonly (readonly [words: readonly string[], said: readonly string[]])[] = [
	[['./tree'], fromTree],
	[['./tree/bin/app', '--with', 'tree'], fromTree],
	[
		['./tree/bin/app', '--scan', 'tree'],
		[foreignLine, missing(3)],
	],
];

test('members that cannot work are counted in a line for each kind, and the rest works', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = await makeTree(t);
	for (const [index, [words, said]] of packings.entries()) {
		const name = `bundle${index}`;
		const packed = await runDynpk(['pack', ...words, '-o', name], {cwd});
		t.is(packed.status, 0, packed.stderr);
		t.deepEqual(
			packed.stderr.replaceAll(`${cwd}/`, '').trimEnd().split('\n'),
			said.map(line => `dynpk: ${line}`),
			words.join(' '),
		);
		const strict = await assertRefused(t, {
			cwd,
			pack: [...words, '--strict', '-o', 'strict'],
			code: 'MEMBER_UNUSABLE',
			says: `of what would travel, ${said.length + 3} cannot work here`,
		});
		t.true(strict.some(line => line.includes('y/android.node: needs libandroid.so')));
	}

	for (const hostName of targetHosts) {
		const host = await needHost(t, hostName);
		if (host === undefined) return;
		const answer = await runOnHost(host, {bundle: join(cwd, 'bundle0'), argv: ['bin/app']});
		t.deepEqual(answer, {status: 0, signal: undefined, stdout: 'works\n', stderr: ''}, hostName);
	}
});

test('what is named beside its directory faults, in either order', async t => {
	if (!need(t, 'gcc')) return;
	const cwd = await makeTree(t);
	for (const words of [
		['./tree', './tree/bin/broken'],
		['./tree/bin/broken', './tree'],
		['./tree', '--with', 'tree/bin/broken'],
	]) {
		await assertRefused(t, {
			cwd,
			pack: [...words, '-o', 'bundle'],
			code: 'UNRESOLVED_NEEDED',
			says: 'cannot find libgone.so.1, needed by $PWD/tree/bin/broken',
		});
	}

	for (const words of [['./tree', './tree/bin/linked'], ['./tree/bin/linked']]) {
		await assertRefused(t, {
			cwd,
			pack: [...words, '-o', 'bundle'],
			code: 'UNRESOLVED_NEEDED',
			says: 'cannot find libgone.so.1, needed by $PWD/other/linked',
		});
	}

	await assertRefused(t, {
		cwd,
		pack: ['./tree', './tree/bin/old.sh', '-o', 'bundle'],
		code: 'TARGET_NOT_FOUND',
		says: '$PWD/tree/bin/old.sh: its interpreter (/opt/none/interpreter) is not here to be packed',
	});
});
