/** --max-size refuses before anything is written. */
import {existsSync, writeFileSync} from 'node:fs';
import test from 'ava';
import {buildObjects} from '../../helpers/elf/build-objects.js';
import {need} from '../../helpers/run/need.js';
import {assertRefused} from '../../helpers/run/refusal.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';

test('a bundle larger than --max-size is refused, with what makes it so, and none is written', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {prog: {}});
	const cwd = world.directory;
	writeFileSync(world.path('data'), Buffer.alloc(3_000_000));
	const pack = ['./prog', '--with', 'data', '-o', 'bundle'];
	const rest = await assertRefused(t, {
		...{cwd, code: 'BUNDLE_TOO_LARGE', pack: [...pack, '--max-size', '2.5M']},
		says: /^dynpk: the bundle would have \d+\.\d MB, more than the 2\.5 MB of --max-size$/u,
	});
	t.regex(rest.join('\n'), /^ {2}\d+\.\d MB of no package$/mu);
	t.false(existsSync(world.path('bundle')));
	await assertRefused(t, {
		...{cwd, code: 'USAGE', pack: [...pack, '--max-size', 'much']},
		says: '--max-size is no size: much',
	});
	t.is((await runDynpk(['pack', ...pack, '--max-size', '40MB'], {cwd})).status, 0);
});
