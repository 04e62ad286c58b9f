/** Libraries that are nowhere, or are two: told all at once, with what settles it. */
import {statSync} from 'node:fs';
import test, {type ExecutionContext} from 'ava';
import {buildObjects, type World} from '../helpers/elf/build-objects.js';
import {need} from '../helpers/run/need.js';
import {assertRefused} from '../helpers/run/refusal.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';

const program = {libc: true, source: 'int main(void) { return 0; }'} as const;

test('one library that is nowhere: who needs it, and where was looked', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		prog: {...program, needs: ['libgone.so.1'], runpath: '$ORIGIN/lib:/opt/none'},
		'lib/libother.so': {},
	});
	const rest = await assertRefused(t, {
		cwd: world.directory,
		pack: ['./prog', '-o', 'out'],
		code: 'UNRESOLVED_NEEDED',
		says: 'cannot find libgone.so.1, needed by $PWD/prog',
	});

	const places = rest.slice(0, -1);
	t.is(places[0], '  runpath: $PWD/lib (absent)');
	t.is(places[1], '  runpath: /opt/none (absent)');
	t.true(places.some(line => line.startsWith('  ld-so-cache: ')));
	t.true(places.some(line => line.startsWith('  default: ')));
	t.is(
		rest.at(-1),
		'hint: install what owns it on this machine, name it as a target or its directory with --library-path, or pack without it: --missing warn',
	);
});

test('several libraries that are nowhere are told together', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		one: {...program, needs: ['libfirst.so', 'lib/libmiddle.so'], runpath: '$ORIGIN/lib'},
		two: {...program, needs: ['libfirst.so']},
		'lib/libmiddle.so': {needs: ['libsecond.so']},
	});
	const rest = await assertRefused(t, {
		cwd: world.directory,
		pack: ['./one', './two', '-o', 'out'],
		code: 'UNRESOLVED_NEEDED',
		says: 'cannot find 2 libraries',
	});

	const missing = rest.filter(line => line.includes(', needed by '));
	t.deepEqual(missing, [
		'  libfirst.so, needed by $PWD/one',
		'  libsecond.so, needed by $PWD/lib/libmiddle.so',
		'  libfirst.so, needed by $PWD/two',
	]);
});

test('a file that stops the real loader is named with what is wrong with it', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		prog: {...program, needs: ['libbad.so'], runpath: '$ORIGIN/lib'},
		'lib/libbad.so': {
			text: 'no library, but longer than the header of an ELF file would have to be',
		},
	});
	const rest = await assertRefused(t, {
		cwd: world.directory,
		pack: ['./prog'],
		code: 'UNRESOLVED_NEEDED',
		says: 'cannot find libbad.so, needed by $PWD/prog',
	});
	t.true(
		rest.some(line => line.startsWith('  $PWD/lib/libbad.so: ')),
		rest.join('\n'),
	);
});

for (const policy of ['warn', 'ignore']) {
	test(`with --missing ${policy} the rest is packed`, async t => {
		if (!need(t, 'gcc')) return;
		const world = await buildObjects(t, {prog: {...program, needs: ['libgone.so.1']}});
		const answer = await runDynpk(['pack', './prog', '--missing', policy, '-o', 'out.tar'], {
			cwd: world.directory,
		});

		t.is(answer.status, 0);
		t.is(answer.stdout, `${world.path('out.tar')}\n`);
		const warning = `dynpk: ${world.path('prog')}: needs libgone.so.1, which is not here\n`;
		t.is(answer.stderr, policy === 'warn' ? warning : '');
	});
}

/** Two libraries of one soname, below different directories, and what needs each by name. */
async function rivals(t: ExecutionContext, second: string): Promise<World> {
	return buildObjects(t, {
		prog: program,
		'a/image.so': {flags: ['-Wl,--build-id=none'], source: 'int image(void) { return 1; }'},
		'b/deep/image.so': {flags: ['-Wl,--build-id=none'], source: second},
		'c/image.so': {
			flags: ['-Wl,--build-id=none'],
			source: 'int third(void) { return 3; }',
			soname: 'other.so',
		},
		'd/other.so': {source: 'int fourth(void) { return 4; }'},
	});
}

const packing = ['pack', './prog', '--scan', '.', '-o', 'out.tar'];

test('two files with one soname stop the pack: both paths, sizes and who needs them, all clashes at once', async t => {
	if (!need(t, 'gcc')) return;
	const world = await rivals(t, 'int image(void) { return 2; }');
	const rest = await assertRefused(t, {
		cwd: world.directory,
		pack: packing.slice(1),
		code: 'SONAME_CLASH',
		says: 'two different files claim one library name',
	});

	const size = (name: string) => String(statSync(world.path(name)).size);
	t.deepEqual(rest, [
		'  image.so:',
		`    $PWD/a/image.so (${size('a/image.so')} bytes), for $PWD/a/image.so`,
		`    $PWD/b/deep/image.so (${size('b/deep/image.so')} bytes), for $PWD/b/deep/image.so`,
		'  other.so:',
		`    $PWD/c/image.so (${size('c/image.so')} bytes), for $PWD/c/image.so`,
		`    $PWD/d/other.so (${size('d/other.so')} bytes), for $PWD/d/other.so`,
		'hint: leave one out with --exclude PATH',
	]);
});

test('of two files with one soname the member that cannot be loaded here gives way', async t => {
	if (!need(t, 'gcc')) return;
	const world = await buildObjects(t, {
		prog: program,
		'a/image.so': {source: 'int image(void) { return 1; }', needs: ['libgone.so.1']},
		'b/image.so': {source: 'int image(void) { return 2; }'},
	});
	const finding = `dynpk: ${world.path('a/image.so')}: needs libgone.so.1, which is not here\n`;
	const answer = await runDynpk(['pack', './prog', '--scan', '.', '--dry-run'], {
		cwd: world.directory,
	});
	t.deepEqual([answer.status, answer.stderr], [0, finding]);
	const link = answer.stdout.split('\n').find(line => line.includes('lib/image.so'));
	t.regex(link ?? '', /b\/image\.so/u);

	const strict = ['pack', './prog', '--scan', '.', '--strict', '-o', 'out.tar'];
	t.not((await runDynpk(strict, {cwd: world.directory})).status, 0);
});

test('--exclude with a pattern of paths settles a clash', async t => {
	if (!need(t, 'gcc')) return;
	const world = await rivals(t, 'int image(void) { return 2; }');
	const answer = await runDynpk(
		[...packing, '--exclude', 'b/**/image.so', '--exclude', 'd/other.so'],
		{
			cwd: world.directory,
		},
	);
	t.deepEqual([answer.status, answer.stderr], [0, '']);
});

test('equal bytes become one file, whatever they are called', async t => {
	if (!need(t, 'gcc')) return;
	const world = await rivals(t, 'int image(void) { return 1; }');
	const answer = await runDynpk([...packing, '--exclude', 'd/other.so'], {cwd: world.directory});
	t.deepEqual([answer.status, answer.stderr], [0, '']);
});

for (const pattern of ['libnope.so', 'lib*nope*', '/opt/none/**']) {
	test(`--exclude ${pattern}, which matches nothing, is an error`, async t => {
		if (!need(t, 'gcc')) return;
		const world = await buildObjects(t, {prog: program});
		await assertRefused(t, {
			cwd: world.directory,
			pack: ['./prog', '--exclude', pattern],
			code: 'PATTERN_MATCHES_NOTHING',
			says: `--exclude ${pattern} matches nothing`,
		});
	});
}

test('control characters in names of the input never reach the terminal', async t => {
	if (!need(t, 'gcc')) return;
	const escape = '\u001b[31mred\u001b[m\u0007\n';
	const world = await buildObjects(t, {
		[`pr${escape}og`]: {...program, needs: [`lib${escape}.so`], runpath: `$ORIGIN/${escape}`},
	});
	const answer = await runDynpk(['pack', `./pr${escape}og`, '--name', 'plain'], {
		cwd: world.directory,
	});

	t.is(answer.status, 4);
	t.regex(answer.stderr, /^dynpk: cannot find lib\\x1b\[31mred\\x1b\[m\\x07\\x0a\.so, needed by /);
	t.notRegex(answer.stderr, /[\u0000-\u0009\u000b-\u001f\u007f]/);
	for (const line of answer.stderr.trimEnd().split('\n').slice(1)) {
		t.regex(line, /^(?: {2}|hint: )/);
	}
});
