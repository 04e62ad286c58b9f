/** `dynpk inspect` of package files: what they say of themselves. */
import {createHash} from 'node:crypto';
import {writeFileSync} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {buildDeb} from '../../helpers/packages/deb-build.js';
import {writeRpms} from '../../helpers/packages/package-files.js';
import {need} from '../../helpers/run/need.js';
import {runDynpk} from '../../helpers/run/run-dynpk.js';
import {makeScratch} from '../../helpers/worlds/scratch.js';

const script = 'update-desktop-database\nglib-compile-schemas /usr/share/glib-2.0/schemas\n';

function makeRpm(t: ExecutionContext): string {
	const [path] = writeRpms(makeScratch(t), [
		{
			name: 'tool',
			version: '1.2',
			arch: 'x86_64',
			requires: ['libc.so.6()(64bit)', 'bash >= 5'],
			provides: ['tool(api) = 3'],
			files: [
				{path: '/usr/bin/tool', content: 'run', mode: 0o104755},
				{path: '/usr/bin/t', mode: 0o120777, linkTarget: 'tool'},
				{path: '/usr/share/tool', mode: 0o040755},
				{path: '/dev/tool', mode: 0o020600},
			],
			tags: {1014: {type: 'string', values: ['MIT']}, 1024: {type: 'string', values: [script]}},
		},
	]);
	return path!;
}

test('an RPM tells what it needs, offers, would run and brings', async t => {
	const answer = await runDynpk(['inspect', makeRpm(t)]);
	t.is(
		answer.stdout,
		[
			'package tool-1.2-1.x86_64 (rpm): made by a test',
			'license: MIT',
			'requires:',
			'  bash >= 5',
			'  libc.so.6()(64bit)',
			'provides:',
			'  tool = 1.2-1',
			'  tool(api) = 3',
			'scriptlets, never run:',
			'  post (/bin/sh)',
			'    would run glib-compile-schemas when installed, which makes ' +
				'gschemas.compiled, without which GSettings programs abort',
			'files:',
			'                  /dev/tool (character device)',
			'                  /usr/bin/t -> tool',
			'  4755          3 /usr/bin/tool',
			'  0755            /usr/share/tool/',
			'',
			'4 files, 0.0 MB',
			'',
		].join('\n'),
	);
	t.deepEqual([answer.status, answer.stderr], [0, '']);
});

test('the same as JSON', async t => {
	const answer = await runDynpk(['inspect', makeRpm(t), '--json']);
	const facts = JSON.parse(answer.stdout) as {readonly files: readonly unknown[]};
	t.like(facts, {
		schema: 'dynpk-inspect/1',
		kind: 'package',
		manager: 'rpm',
		name: 'tool',
		version: '1.2-1',
		architecture: 'x86_64',
		license: 'MIT',
		requires: ['bash >= 5', 'libc.so.6()(64bit)'],
		bytes: 3,
	});
	t.deepEqual(facts.files[2], {
		kind: 'file',
		path: '/usr/bin/tool',
		mode: '4755',
		size: 3,
		digest: `sha256:${createHash('sha256').update('run').digest('hex')}`,
	});
});

test('a Debian package tells the same', async t => {
	if (!need(t, 'dpkg-deb')) {
		return;
	}

	const path = buildDeb(makeScratch(t), {
		name: 'tool',
		version: '1:2-3',
		arch: 'arm64',
		control: ['Depends: libc6 (>= 2.36), a | b', 'Provides: tool-api', 'Conflicts: other'],
		controlFiles: {postinst: `#!/bin/sh\n${script}`},
		tree: {'/usr/bin/tool': {content: 'run', mode: 0o755}, '/usr/bin/t': {link: 'tool'}},
	});
	const answer = await runDynpk(['inspect', path]);
	t.is(
		answer.stdout,
		[
			'package tool_1:2-3_arm64 (deb): made by a test',
			'requires:',
			'  a | b',
			'  libc6 (>= 2.36)',
			'provides:',
			'  tool (= 1:2-3)',
			'  tool-api',
			'conflicts:',
			'  other',
			'scriptlets, never run:',
			'  postinst (/bin/sh)',
			'    would run glib-compile-schemas when installed, which makes ' +
				'gschemas.compiled, without which GSettings programs abort',
			'files:',
			'  0755            /usr/',
			'  0755            /usr/bin/',
			'                  /usr/bin/t -> tool',
			'  0755          3 /usr/bin/tool',
			'',
			'4 files, 0.0 MB',
			'',
		].join('\n'),
	);
	t.deepEqual([answer.status, answer.stderr], [0, '']);
});

test('a package whose header lies is refused, naming it', async t => {
	const path = join(makeScratch(t), 'broken.rpm');
	writeFileSync(path, Buffer.concat([Buffer.from('edabeedb', 'hex'), Buffer.alloc(200)]));
	const answer = await runDynpk(['inspect', path]);
	t.is(answer.status, 3);
	t.true(answer.stderr.startsWith(`dynpk: ${path}: `), answer.stderr);
});

test('--why is for objects', async t => {
	const answer = await runDynpk(['inspect', makeRpm(t), '--why', 'libc.so.6']);
	t.is(answer.status, 2);
	t.regex(answer.stderr, /^dynpk: --why asks about the objects of a program or a bundle\n/);
});
