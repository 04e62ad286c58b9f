/** What ends a command, as its last words and its status. */
import {openSync} from 'node:fs';
import {join} from 'node:path';
import test from 'ava';
import {cacheDirectory} from '../../cmd/cache-directory.js';
import {reportFault} from '../../cmd/report-fault.js';
import {temporaryPlaces} from '../../cmd/temporary-places.js';
import {runCommand} from '../helpers/run/command.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

function reported(error: unknown): readonly [number, string] {
	let said = '';
	const status = reportFault(error, text => {
		said += text;
	});
	return [status, said];
}

test('what the system refused is a sentence, no bug', t => {
	const error = t.throws(() => openSync('/nowhere/at all', 'r'));
	t.deepEqual(reported(error), [
		6,
		'dynpk: the system refused open of /nowhere/at all: there is no such file or directory\n',
	]);
});

test('a bug is told with its stack, and no control character of a name in it', t => {
	const [status, said] = reported(new Error('cannot bear a\u001b[2Jb'));
	t.is(status, 70);
	t.true(said.includes('cannot bear a\\x1b[2Jb'));
	t.regex(said, /\n +at /u);
	t.notRegex(said, /[\u0000-\u0009\u000b-\u001f]/u);
});

test('a limit of open files that is too low is said, whoever meets it', async t => {
	const script = join(import.meta.dirname, '../../cmd/dynpk.js');
	const tries = Array.from({length: 12}, async (_, index) => {
		const limit = 16 + index;
		const answer = await runCommand('prlimit', [
			`--nofile=${limit}`,
			process.execPath,
			script,
			'run',
			'/bin/true',
		]);
		return answer;
	});
	for (const {stderr} of await Promise.all(tries)) {
		// With the lowest, Node.js itself does not come as far as dynpk.
		t.notRegex(stderr, /a bug in dynpk/u);
	}
});

test('an empty TMPDIR or XDG_CACHE_HOME counts as none', t => {
	const home = makeScratch(t);
	t.deepEqual(temporaryPlaces({TMPDIR: ''}), temporaryPlaces({}));
	t.is(temporaryPlaces({TMPDIR: '/own'})[0], temporaryPlaces({TMPDIR: '/own/'})[0]);
	t.is(cacheDirectory({HOME: home, XDG_CACHE_HOME: ''}), cacheDirectory({HOME: home}));
	t.is(cacheDirectory({HOME: home, XDG_CACHE_HOME: '/own'}) as string, '/own/dynpk');
});

test('a program’s name that is too long, or a link to itself, is one that is not there', async t => {
	const cwd = makeScratch(t);
	const packed = await runDynpk(['pack', '/bin/true', '--scope', 'closure', '-o', 'b'], {cwd});
	t.is(packed.status, 0, packed.stderr);
	await runCommand('ln', ['-s', 'loop', join(cwd, 'b/bin/loop')]);
	for (const name of ['x'.repeat(256), 'loop']) {
		const answer = await runDynpk(['run', 'b', name], {cwd});
		t.is(answer.status, 127);
		t.true(answer.stderr.startsWith(`dynpk: there is no program ${name} in `), answer.stderr);
	}
});
