import {
	chmodSync,
	chownSync,
	existsSync,
	mkdirSync,
	readFileSync,
	readdirSync,
	rmSync,
	symlinkSync,
} from 'node:fs';
import {totalmem} from 'node:os';
import test, {type ExecutionContext} from 'ava';
import {runCommand, type CommandResult} from '../helpers/run/command.js';
import {missingHere, need} from '../helpers/run/need.js';
import {NOBODY} from '../helpers/run/as-nobody.js';
import {entriesOf, makeRunFile, onlyEntry, type RunFile} from '../helpers/run/run-files.js';

const user = process.getuid?.() ?? 0;

/** `script`, in a namespace of mounts of its own, where the file is /mnt/x.run and nothing else is kept. */
async function runInside(
	{directory}: RunFile,
	script: string,
	env: NodeJS.ProcessEnv = {},
): Promise<CommandResult> {
	const bound = `set -e; mount --bind "$0" /mnt; ${script}`;
	return runCommand('unshare', ['-rm', 'sh', '-c', bound, directory], {
		env: {PATH: process.env.PATH, ...env},
	});
}

/** Mounts of tmpfs at places of everybody's, with options. */
function mounts(places: Readonly<Record<string, string>>): string {
	return Object.entries(places)
		.map(([place, options]) => `mount -t tmpfs -o mode=1777${options} none ${place}; `)
		.join('');
}

async function refusal(
	t: ExecutionContext,
	made: RunFile,
	cache: string,
	sentence: RegExp,
): Promise<void> {
	const {status, stdout, stderr} = await made.start(['--dynpk-cache', cache]);
	t.is(status, 125);
	t.is(stdout, '');
	t.regex(stderr, sentence);
	t.regex(stderr, /^dynpk: .*x\.run cannot be unpacked: [^\n]*\n$/u);
}

test('an asked place that is of no use is told, and no other is taken', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	const home = made.path('home');
	// What others cannot get to, they cannot change.
	chmodSync(made.directory, 0o755);
	mkdirSync(home);
	mkdirSync(made.path('real'));
	symlinkSync('real', made.path('link'));
	symlinkSync('link2', made.path('link2'));
	mkdirSync(made.path('open'));
	chmodSync(made.path('open'), 0o777);
	mkdirSync(made.path('group'));
	chmodSync(made.path('group'), 0o775);
	await refusal(t, made, made.file, / \/.*\/x\.run is not a directory\n$/u);
	await refusal(t, made, made.path('link'), /\/link is a symbolic link\n$/u);
	await refusal(t, made, made.path('link2/x'), /\/link2 cannot be followed\n$/u);
	await refusal(t, made, made.path('open'), /\/open can be written to by others, who may have/u);
	await refusal(t, made, made.path('open/below'), /\/open can be written to by others\n$/u);
	await refusal(t, made, made.path('group/below'), /\/group can be written to by others\n$/u);
	await refusal(t, made, made.path('x'.repeat(300)), / leads to a name that is too long\n$/u);
	t.deepEqual(readdirSync(home), []);
	t.false(existsSync(made.path('open/below')));
});

test('links further up are followed, where nobody else can change them', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	mkdirSync(made.path('a/b'), {recursive: true});
	symlinkSync('../a/./b/..', made.path('a/up'));
	symlinkSync(made.path('a/up'), made.path('first'));
	t.is((await made.start([], {DYNPK_CACHE: made.path('first/c d')})).status, 0);
	t.regex(onlyEntry(made.path('a/c d')), /\/a\/c d\/runs\/[0-9a-f]{64}$/u);
});

test('another user owns the place, or a directory or link above it', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	if (user !== 0) {
		missingHere(t, 'needs to be root, to give directories away');
		return;
	}

	mkdirSync(made.path('theirs'));
	chownSync(made.path('theirs'), NOBODY, NOBODY);
	await refusal(t, made, made.path('theirs'), /\/theirs belongs to another user\n$/u);
	await refusal(t, made, made.path('theirs/x'), /\/theirs belongs to another user\n$/u);
	mkdirSync(made.path('ours/runs'), {recursive: true});
	chownSync(made.path('ours/runs'), NOBODY, NOBODY);
	await refusal(t, made, made.path('ours'), /\/ours\/runs belongs to another user\n$/u);
});

test('two users on one node, neither with a home: each has a tree of his own', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh', 'setpriv')) return;
	if (user !== 0) {
		missingHere(t, 'needs to be root, to start as two users');
		return;
	}

	chmodSync(made.directory, 0o755);
	const others = [NOBODY, NOBODY - 1];
	const starts = others.map(
		id =>
			`setpriv --reuid=${id} --regid=${id} --clear-groups -- /mnt/x.run > /mnt/told/${id} 2>&1 &`,
	);
	const script =
		mounts({'/tmp': '', '/var/tmp': '', '/dev/shm': ''}) +
		`${Array.from({length: 5}, () => starts.join(' ')).join(' ')} wait; ` +
		"find /tmp /var/tmp /dev/shm -mindepth 1 -maxdepth 3 -printf '%U %m %p\\n' | sort";
	mkdirSync(made.path('told'));
	const bound = `set -e; mount --bind "$0" /mnt; ${script}`;
	const {status, stdout, stderr} = await runCommand(
		'unshare',
		['-m', 'sh', '-c', bound, made.directory],
		{
			env: {PATH: process.env.PATH},
		},
	);
	t.is(status, 0, stderr);
	for (const id of others) {
		t.regex(
			readFileSync(made.path(`told/${id}`), 'utf8'),
			new RegExp(`^exe /tmp/dynpk-${id}/runs/`, 'mu'),
		);
	}

	const lines = stdout.trim().split('\n');
	t.is(lines.length, others.length * 5, stdout);
	for (const line of lines) t.regex(line, /^(\d+) (?:700|600|755|555) \/tmp\/dynpk-\1(?:\/|$)/u);
});

test('a planted directory in a shared place is passed by', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh')) return;
	const script =
		mounts({'/tmp': '', '/var/tmp': '', '/dev/shm': ''}) +
		'mkdir -m 777 /tmp/dynpk-0; mkdir /var/tmp/there; ln -s there /var/tmp/dynpk-0; exec /mnt/x.run';
	const {status, stderr} = await runInside(made, script, {DYNPK_EXPLAIN: '1'});
	t.is(status, 0);
	t.regex(stderr, /^dynpk: cache: \/tmp\/dynpk-0 can be written to by others, who may have/mu);
	t.regex(stderr, /^dynpk: cache: \/var\/tmp\/dynpk-0 is a symbolic link$/mu);
	t.regex(stderr, /^dynpk: cache: using \/dev\/shm\/dynpk-0\/runs\/[0-9a-f]{64}$/mu);
});

test('where nothing can be written to, one sentence names each place and why', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh')) return;
	const script = mounts({'/tmp': ',ro', '/var/tmp': ',ro', '/dev/shm': ',ro'});
	const {status, stdout, stderr} = await runInside(made, `${script} exec /mnt/x.run`, {
		HOME: '/proc/none',
	});
	t.is(status, 125);
	t.is(stdout, '');
	t.is(
		stderr,
		'dynpk: /mnt/x.run can be unpacked nowhere: /proc/none is not there; ' +
			['/tmp', '/var/tmp', '/dev/shm']
				.map(place => `${place}/dynpk-0 cannot be made: read-only file system`)
				.join('; ') +
			'\n',
	);
});

test('a noexec place is passed over, for a new entry and for an old one', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh')) return;
	const script =
		mounts({'/tmp': '', '/var/tmp': ''}) +
		'HOME=/tmp; export HOME; /mnt/x.run; mount -o remount,noexec /tmp; exec /mnt/x.run';
	const {status, stdout, stderr} = await runInside(made, script, {DYNPK_EXPLAIN: '1'});
	t.is(status, 0);
	t.regex(stdout, /argv \/tmp\/\.cache\/dynpk\/runs\/.*argv \/var\/tmp\/dynpk-0\/runs\//su);
	t.regex(stderr, /^dynpk: cache: \/tmp\/\.cache\/dynpk\/runs is mounted noexec$/mu);
	const asked = await runInside(made, `${mounts({'/tmp': ',noexec'})} exec /mnt/x.run`, {
		DYNPK_CACHE: '/tmp/c',
	});
	t.is(asked.status, 125);
	t.is(asked.stderr, 'dynpk: /mnt/x.run cannot be unpacked: /tmp/c/runs is mounted noexec\n');
});

test('a job unpacks into its own directories, in their order', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	const variables = ['SLURM_TMPDIR', 'LSB_JOB_TMPDIR', 'PBS_JOBFS', 'TMPDIR', 'LOCAL_SCRATCH'];
	const env: NodeJS.ProcessEnv = {SLURM_JOB_ID: '7', DYNPK_CACHE: '', HOME: made.path('home')};
	for (const name of ['home', ...variables]) mkdirSync(made.path(name));
	for (const name of variables.toReversed()) {
		env[name] = made.path(name);
		const {stdout} = await made.start([], {...env, XDG_CACHE_HOME: 'relative'});
		t.regex(stdout, new RegExp(`^argv ${made.path(name)}/dynpk-${user}/runs/`, 'mu'), name);
		// Else the next start would find it, though there is a place before it.
		rmSync(made.path(name), {recursive: true});
		mkdirSync(made.path(name));
	}

	// Outside of jobs, TMPDIR may be anything.
	const outside = {DYNPK_CACHE: '', HOME: made.path('home'), TMPDIR: made.path('TMPDIR')};
	const {stdout} = await made.start([], outside);
	t.regex(stdout, new RegExp(`^argv ${made.path('home')}/\\.cache/dynpk/runs/`, 'mu'));
});

test('XDG_CACHE_HOME is made where it is not there, and goes before HOME', async t => {
	const made = await makeRunFile(t);
	if (made === undefined) return;
	const env = {DYNPK_CACHE: '', HOME: made.path('home'), XDG_CACHE_HOME: made.path('x/y')};
	t.is((await made.start([], env)).status, 0);
	t.regex(onlyEntry(made.path('x/y/dynpk')), /\/runs\//u);
	t.false(existsSync(made.path('home')));
});

test('a place without room or inodes is left as it was', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh')) return;
	const script =
		mounts({'/tmp': ',size=500k', '/var/tmp': ',nr_inodes=12', '/dev/shm': ''}) +
		'/mnt/x.run; ls -A /tmp /var/tmp >&2';
	const {stderr} = await runInside(made, script, {DYNPK_EXPLAIN: '1'});
	t.regex(stderr, /^dynpk: cache: \/tmp\/dynpk-0\/runs has too little room$/mu);
	t.regex(stderr, /^dynpk: cache: \/var\/tmp\/dynpk-0\/runs has too few inodes left$/mu);
	t.regex(stderr, /^dynpk: cache: using \/dev\/shm\/dynpk-0\/runs\//mu);
	t.regex(stderr, /\n\/tmp:\n\n\/var\/tmp:\n$/u);
});

test('a place that fills up while it is unpacked into is emptied again, and the next one taken', async t => {
	const made = await makeRunFile(t, {
		// By their sizes they fit; by the pages that they take, they do not.
		entries: [
			{path: 'bin'},
			{path: 'bin/p', body: '#!/bin/sh\necho $0\n', mode: 0o755},
			...Array.from({length: 400}, (_, at) => ({path: `f${at}`, body: `${at}`})),
		],
		...{entry: 'p', cuts: [4096, 65_536]},
	});
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh')) return;
	const script = `${mounts({'/tmp': ',size=200k', '/var/tmp': ''})} /mnt/x.run; find /tmp -type f >&2`;
	const {stdout, stderr} = await runInside(made, script, {DYNPK_EXPLAIN: '1'});
	t.regex(stdout, /^\/var\/tmp\/dynpk-0\/runs\/[0-9a-f]{64}\/bin\/p\n$/u);
	t.regex(stderr, /unpacking 403 entries into \/tmp\/dynpk-0\/runs\//u);
	t.regex(stderr, /\/tmp\/dynpk-0\/runs cannot be unpacked into: no space left on device\n/u);
	t.regex(stderr, /using \/var\/tmp\/[^\n]*\n$/u);

	const asked = await runInside(made, `${mounts({'/tmp': ',size=200k'})} exec /mnt/x.run`, {
		DYNPK_CACHE: '/tmp/c',
	});
	t.is(asked.status, 125);
	t.regex(asked.stderr, /: \/tmp\/c\/runs cannot be unpacked into: no space left on device\n$/u);
});

test('a file that may not grow that large is an error of the place', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'bash')) return;
	const {status, stderr} = await runCommand('bash', [
		...['-c', 'ulimit -f 100; exec "$0" --dynpk-cache "$1"', made.file, made.cache],
	]);
	t.is(status, 125);
	t.regex(stderr, /cannot be unpacked into: file too large\n$/u);
	t.deepEqual(entriesOf(made.cache), []);
	const extracted = await runCommand('bash', [
		...['-c', 'ulimit -f 100; exec "$0" --dynpk-extract "$1"', made.file, made.path('out')],
	]);
	t.is(extracted.status, 125);
	t.false(existsSync(made.path('out')));
	t.deepEqual(readdirSync(made.directory).sort(), ['cache', 'x.run']);
});

test('an entry that is there is used, though nothing can be written any more', async t => {
	const made = await makeRunFile(t);
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh')) return;
	const script =
		mounts({'/tmp': '', '/var/tmp': ''}) +
		'/mnt/x.run >/tmp/out; HOME=/root; export HOME; mount -o remount,ro /tmp; exec /mnt/x.run';
	const {status, stdout} = await runInside(made, script);
	t.is(status, 0);
	t.regex(stdout, /^argv \/tmp\/dynpk-0\/runs\//mu);
});

test('a place in memory holds up to a quarter of it, unless it is asked for', async t => {
	const made = await makeRunFile(t, undefined, {
		// What the head says decides, before the index tells it wrong.
		parts({head}) {
			Object.assign(head, {frames: 1 << 20, largest: 8 << 20, indexPlain: 255 << 20});
			head.bytes = Math.floor(totalmem() / 4);
		},
	});
	if (made === undefined || !need(t, 'unshare', 'mount', 'sh')) return;
	const script = mounts({'/tmp': ',size=200%', '/var/tmp': ',ro', '/dev/shm': ',ro'});
	const {status, stderr} = await runInside(made, `${script} exec /mnt/x.run`);
	t.is(status, 125);
	t.regex(
		stderr,
		/: \/tmp\/dynpk-0\/runs lies in memory, and a quarter of what there is would not/u,
	);
	const asked = await runInside(made, `${script} exec /mnt/x.run`, {DYNPK_CACHE: '/tmp/c'});
	t.regex(
		asked.stderr,
		/^dynpk: \/mnt\/x\.run is damaged, its index cannot be read: copy it again\n$/u,
	);
});
