/** Outputs that cannot be written: nothing is overwritten, and nothing is left behind. */
import {spawn} from 'node:child_process';
import {once} from 'node:events';
import {chmodSync, mkdirSync, readdirSync, watch, writeFileSync} from 'node:fs';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import test from 'ava';
import {missingHere, need} from '../helpers/run/need.js';
import {asOrdinaryUser} from '../helpers/run/ordinary-user.js';
import {assertRefused, makeFiles} from '../helpers/run/refusal.js';
import {dynpkScript, runDynpk} from '../helpers/run/run-dynpk.js';
import {listTree} from '../helpers/worlds/list-tree.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

/** A package of some megabytes that every Debian has. */
const small = '/bin/dash';

for (const output of ['out', 'out.tar', 'out.tar.gz']) {
	test(`a file where the directory of ${output} should be`, async t => {
		await assertRefused(t, {
			cwd: makeFiles(t, {file: 'precious'}),
			pack: [small, '-o', `file/${output}`],
			code: 'IO',
			says: `cannot write $PWD/file/${output}: a part of that path is no directory`,
		});
	});

	test(`a file in the place of ${output} stays`, async t => {
		await assertRefused(t, {
			cwd: makeFiles(t, {[output]: 'precious'}),
			pack: [small, '-o', output],
			code: 'OUTPUT_EXISTS',
			says: `$PWD/${output} exists already`,
		});
	});

	test(`a directory in the place of ${output} stays, an empty one too`, async t => {
		for (const inner of [[], ['precious']]) {
			const cwd = makeScratch(t);
			mkdirSync(join(cwd, output, ...inner), {recursive: true});
			await assertRefused(t, {
				cwd,
				pack: [small, '-o', output],
				code: 'OUTPUT_EXISTS',
				says: `$PWD/${output} exists already`,
			});
		}
	});

	test(`a link in the place of ${output} stays and is not followed`, async t => {
		await assertRefused(t, {
			cwd: makeFiles(t, {[output]: '-> nowhere'}),
			pack: [small, '-o', output],
			code: 'OUTPUT_EXISTS',
			says: `$PWD/${output} exists already`,
		});
	});

	test(`a full disk under ${output}`, async t => {
		if (!need(t, 'unshare', 'mount')) return;
		const cwd = makeScratch(t);
		mkdirSync(join(cwd, 'full'));
		const inside =
			'mount -t tmpfs -o size=512k full full && { "$@"; s=$?; ls -A full; exit "$s"; }';
		const answer = await runDynpk(['pack', small, '-o', `full/${output}`], {
			cwd,
			under: ['unshare', '--user', '--map-root-user', '--mount', 'sh', '-c', inside, 'sh'],
		});
		if (/unshare|mount/u.test(answer.stderr)) {
			missingHere(t, answer.stderr);
			return;
		}

		t.is(answer.status, 6);
		t.regex(answer.stderr, /^dynpk: [^\n]*: no space left\n/);
		t.is(answer.stdout, '');
	});

	test(`a directory that ${output} may not be written to`, async t => {
		const cwd = makeScratch(t);
		mkdirSync(join(cwd, 'locked'), {mode: 0o555});
		chmodSync(cwd, 0o755);
		await assertRefused(t, {
			cwd,
			pack: [small, '-o', `locked/${output}`],
			code: 'PERMISSION',
			says: /^dynpk: [^\n]*\$PWD\/locked[^\n]*: permission denied$/,
			run: {under: asOrdinaryUser()},
		});
		chmodSync(join(cwd, 'locked'), 0o755);
	});

	test(`a limit on the size of files under ${output}`, async t => {
		if (!need(t, 'prlimit')) return;
		await assertRefused(t, {
			pack: [small, '-o', output],
			code: 'NO_SPACE',
			says: /^dynpk: [^\n]*: no space left$/,
			run: {under: ['prlimit', '--fsize=65536']},
		});
	});
}

test('an output without a name', async t => {
	const pack = [small, '-o', ''];
	await assertRefused(t, {pack, code: 'USAGE', says: '--output names nothing'});
});

test('a directory that is not there', async t => {
	await assertRefused(t, {
		pack: [small, '-o', 'none/out.tar'],
		code: 'IO',
		says: /^dynpk: [^\n]*\$PWD\/none/,
	});
});

for (const ending of ['.zip', '.tar.xz', '.tar.bz2']) {
	test(`a form that is not written, ${ending}`, async t => {
		const rest = await assertRefused(t, {
			pack: [small, '-o', `out${ending}`],
			code: 'USAGE',
			says: `dynpk does not write ${ending} files`,
		});
		t.deepEqual(rest, [
			'hint: name a directory, or a file ending in .run, .tar, .tar.gz, .tgz or .tar.zst',
		]);
	});
}

test('an output that cannot be is found out before any target is looked for', async t => {
	const nowhere = './nothing/here';
	await assertRefused(t, {
		pack: [nowhere, '-o', 'out.zip'],
		code: 'USAGE',
		says: 'dynpk does not write .zip files',
	});
	await assertRefused(t, {
		cwd: makeFiles(t, {'out.tar': 'precious'}),
		pack: [nowhere, '-o', 'out.tar'],
		code: 'OUTPUT_EXISTS',
		says: '$PWD/out.tar exists already',
	});
});

test('--dry-run tells what would stay behind, as packing does', async t => {
	const cwd = makeFiles(t, {
		'tool/bin/run': '#!/bin/sh\n',
		'tool/bin/raised': {mode: 0o4755, text: 'x'},
	});
	chmodSync(join(cwd, 'tool/bin/raised'), 0o4755);
	const planned = await runDynpk(['pack', './tool', '--dry-run'], {cwd});
	const packed = await runDynpk(['pack', './tool', '-o', 'out'], {cwd});
	t.is(planned.status, 0, planned.stderr);
	t.regex(planned.stderr, /^dynpk: [^\n]*\/tool\/bin\/raised: /);
	t.is(planned.stderr, packed.stderr);
	t.is((await runDynpk(['pack', './tool', '--dry-run', '-q'], {cwd})).stderr, '');
});

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
	for (const output of ['out', 'out.tar.gz']) {
		test.serial(`${signal} while ${output} is written leaves nothing behind`, async t => {
			const cwd = makeScratch(t);
			writeFileSync(join(cwd, 'other'), 'other');
			const child = spawn(process.execPath, [dynpkScript, 'pack', process.execPath, '-o', output], {
				cwd,
				env: {...process.env, PATH: '/usr/bin:/bin'},
				stdio: ['ignore', 'pipe', 'pipe'],
			});
			// What is written first is there under another name, until it is whole.
			const watcher = watch(cwd);
			const closed = once(child, 'close');
			const stderr = text(child.stderr);
			const stdout = text(child.stdout);
			await once(watcher, 'change');
			watcher.close();
			const partial = readdirSync(cwd);
			child.kill(signal);
			await closed;

			t.false(partial.includes(output), partial.join(' '));
			t.is(partial.length, 2, partial.join(' '));
			t.is(await stdout, '');
			t.is(await stderr, 'dynpk: interrupted\n');
			t.is(child.exitCode, 130);
			t.deepEqual([...listTree(cwd).keys()], ['other']);
		});
	}
}
