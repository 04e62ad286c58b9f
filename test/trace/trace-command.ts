/** `dynpk trace` as its user meets it: status, streams, what it writes, what pack leaves out. */
import {
	existsSync,
	mkdirSync,
	readdirSync,
	readFileSync,
	symlinkSync,
	writeFileSync,
} from 'node:fs';
import {join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import type {BundleManifest} from '../../lib/manifest/manifest.js';
import type {TraceEvidence} from '../../lib/trace/trace-evidence.js';
import {need} from '../helpers/run/need.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {compileProgram} from '../helpers/worlds/audit-world.js';
import {makeScratch} from '../helpers/worlds/scratch.js';

const systemPath = '/usr/bin:/bin';

function readTraceFile(file: string): TraceEvidence {
	return JSON.parse(readFileSync(file, 'utf8')) as TraceEvidence;
}

async function trace(t: ExecutionContext, command: readonly string[], path = systemPath) {
	const directory = makeScratch(t);
	const file = join(directory, 'trace');
	const answer = await runDynpk(['trace', '-o', file, '--', ...command], {
		cwd: directory,
		env: {PATH: path, HOME: directory},
	});
	return {answer, directory, evidence: existsSync(file) ? readTraceFile(file) : undefined};
}

test('the program’s status, signal and streams are its own', async t => {
	const status = await trace(t, ['sh', '-c', 'echo out; echo err >&2; exit 7']);
	t.deepEqual(status.answer, {status: 7, signal: undefined, stdout: 'out\n', stderr: 'err\n'});
	t.deepEqual(status.evidence?.ended, {status: 7});

	const signal = await trace(t, ['sh', '-c', 'kill -TERM $$']);
	t.is(signal.answer.signal, 'SIGTERM');
	t.deepEqual(signal.evidence?.ended, {signal: 'SIGTERM'});
});

test('without strace it says so and still records objects and dynamic programs', async t => {
	if (!need(t, 'gcc')) return;
	const bin = makeScratch(t);
	for (const name of ['sh', 'cat']) {
		symlinkSync(`/bin/${name}`, join(bin, name));
	}

	const {answer, evidence} = await trace(t, ['sh', '-c', 'cat /etc/os-release; :'], bin);
	t.is(answer.status, 0);
	t.is(answer.stderr, 'dynpk: files and most programs are not recorded: strace is not installed\n');
	t.is(evidence?.observers.strace, 'strace is not installed');
	t.deepEqual(evidence?.files, []);
	t.true(evidence?.programs.some(({path}) => path.endsWith('/bin/cat')));
	t.true(
		evidence?.objects.some(({name, place}) => name === 'libc.so.6' && place === 'ld-so-cache'),
	);
});

test('what is read, started and loaded is recorded, what is written is not', async t => {
	if (!need(t, 'strace', 'gcc')) return;
	const place = makeScratch(t);
	const at = (name: string): string => join(place, name);
	mkdirSync(at('d'));
	writeFileSync(at('d/read'), 'x');
	writeFileSync(at('d/seen'), 'x');
	symlinkSync('d', at('link'));
	await compileProgram('prober.c', at('prober'));
	await compileProgram('object.c', at('object.so'), ['-shared', '-fPIC']);
	const script = `cd ${place}/d && cat read ../link/../d/read >/dev/null && echo x > written &&
		test -e ${at('link/seen')} && ${at('prober')} dlopen ${at('object.so')} >/dev/null`;
	const {answer, evidence} = await trace(t, ['sh', '-c', script]);

	t.is(answer.status, 0, answer.stderr);
	const uses = new Map<string, string>(evidence?.files.map(({path, use}) => [path, use]));
	t.is(uses.get(at('d/read')), 'read');
	t.is(uses.get(at('link/seen')), 'looked-at');
	t.false(uses.has(at('d/written')));
	t.true(evidence?.programs.some(({path}) => path === at('prober')));
	t.like(
		evidence?.objects.find(({path}) => path === at('object.so')),
		{name: at('object.so'), requester: at('prober')},
	);
});

test('where a trace cannot be written, nothing is run', async t => {
	const directory = makeScratch(t);
	mkdirSync(join(directory, 'directory'));
	symlinkSync('/dev/null', join(directory, 'link'));
	for (const [file, status, says] of [
		['directory', 6, 'is there, and is no regular file'],
		// rename(2) would take the place of a device too, and root may do that.
		['link', 6, 'is there, and is no regular file'],
		['none/trace', 6, `there is no directory ${directory}/none`],
	] as const) {
		const answer = await runDynpk(['trace', '-o', file, '--', 'sh', '-c', 'echo ran'], {
			cwd: directory,
		});
		t.is(answer.status, status);
		t.is(answer.stdout, '');
		t.true(answer.stderr.includes(says), answer.stderr);
	}

	t.deepEqual(readdirSync(directory).sort(), ['directory', 'link']);
});

test('a trace takes the place of an older one, and of nothing else', async t => {
	const directory = makeScratch(t);
	const file = join(directory, 'trace');
	writeFileSync(file, 'older');
	writeFileSync(`${file}.${process.pid}.new`, 'mine');
	// What stands behind the command is its own, with and without a `--` before it.
	const answer = await runDynpk(['trace', '-o', file, 'env', '--version', '-o']);
	t.regex(answer.stdout, /^env .*\d/u);
	t.deepEqual(readTraceFile(file).command, ['env', '--version', '-o']);
	t.deepEqual(readdirSync(directory).sort(), ['trace', `trace.${process.pid}.new`]);
});

test('a command that is not there leaves no trace; one is wanted', async t => {
	const {answer, evidence} = await trace(t, ['no-such-command']);
	t.is(answer.status, 2);
	t.is(answer.stderr, 'dynpk: cannot find a program named no-such-command\n');
	t.is(evidence, undefined);
	t.is((await trace(t, [])).answer.status, 2);
});

test('keys, tokens and what lies in a home stay behind, said so, unless --with names them', async t => {
	const directory = makeScratch(t);
	const at = (name: string): string => join(directory, name);
	const home = at('home');
	mkdirSync(home);
	for (const name of ['notes', 'more']) {
		writeFileSync(join(home, name), 'private');
	}

	const paths = ['/etc/shadow', '/etc/passwd', '/etc/os-release', '/etc/debian_version'];
	const evidence = {
		schema: 'dynpk-trace/1',
		command: ['sh'],
		home,
		ended: {status: 0},
		observers: {stub: 'used', strace: 'used'},
		programs: [{path: '/bin/cat'}],
		objects: [],
		files: [...paths, join(home, 'notes'), join(home, 'more')].map(path => ({path, use: 'read'})),
	};
	writeFileSync(at('trace'), JSON.stringify(evidence));
	const pack = ['pack', '/bin/sh', '--scope', 'closure', '--trace', at('trace')];
	const withOne = ['--with', join(home, 'more'), '-o', at('bundle')];
	const answer = await runDynpk([...pack, ...withOne], {env: {PATH: systemPath}});

	t.is(answer.status, 0, answer.stderr);
	const {files, findings} = JSON.parse(
		readFileSync(at('bundle/dynpk.json'), 'utf8'),
	) as BundleManifest;
	const carried = new Map(files.map(({path, reason}) => [path as string, reason]));
	t.is(carried.get('root/etc/debian_version'), 'trace: read');
	t.is(carried.get('root/usr/bin/.cat.dynpk'), 'trace: started');
	t.is(carried.get(`root${join(home, 'more')}`), '--with');
	const left = findings.flatMap(({code, path}) =>
		code.startsWith('TRACE_') ? [[code, path]] : [],
	);
	t.deepEqual(left, [
		['TRACE_PRIVATE_LEFT_OUT', '/etc/shadow'],
		['TRACE_OF_HOST_LEFT_OUT', '/etc/passwd'],
		['TRACE_PRIVATE_LEFT_OUT', join(home, 'notes')],
	]);
	t.is(
		answer.stderr,
		`dynpk: of the traced run stays behind: /etc/shadow (holds secrets of this machine); ${home}/notes (${
			home.startsWith('/tmp/') ? 'is a temporary file' : 'lies in a home directory'
		}); --with takes a file along\n`,
	);
});
