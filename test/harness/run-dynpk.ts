import test from 'ava';
import {dynpkScript, runDynpk} from '../helpers/run/run-dynpk.js';

/** Runs a shell script in the place of dynpk, which becomes its arguments. */
function instead(script: string): readonly string[] {
	return ['sh', '-c', script, 'sh'];
}

test('status, output and input are those of the process', async t => {
	const answer = await runDynpk([], {under: instead('cat; echo err >&2; exit 7'), stdin: 'fed'});
	t.deepEqual(answer, {status: 7, signal: undefined, stdout: 'fed', stderr: 'err\n'});
});

test('a signal is not a status', async t => {
	const answer = await runDynpk([], {under: instead('kill -TERM $$')});
	t.deepEqual(answer, {status: undefined, signal: 'SIGTERM', stdout: '', stderr: ''});
});

test('the arguments come through unchanged, behind node and the built script', async t => {
	const answer = await runDynpk(['a b', "c'd"], {under: instead('printf "%s\\n" "$@"')});
	t.is(answer.stdout, `${process.execPath}\n${dynpkScript}\na b\nc'd\n`);
});

test('umask, directory and environment are what the test says', async t => {
	const answer = await runDynpk([], {
		under: instead('umask; pwd; echo "$ONLY-$LC_ALL-${HOME-unset}"'),
		umask: 0o077,
		cwd: '/usr',
		env: {ONLY: 'this', HOME: undefined},
	});
	t.is(answer.stdout, '0077\n/usr\nthis-C.UTF-8-unset\n');
});

test('variables of the tester do not reach it', async t => {
	t.true(Object.keys(process.env).length > 4);
	const answer = await runDynpk([], {under: instead('env | cut -d= -f1 | grep -v -e PWD -e _')});
	const allowed = ['PATH', 'HOME', 'TMPDIR'];
	t.deepEqual(
		answer.stdout
			.trim()
			.split('\n')
			.filter(name => !allowed.includes(name)),
		[],
	);
});
