/** The recipes of docs/clusters.md, under a Slurm of two nodes. */
import {
	chmodSync,
	copyFileSync,
	cpSync,
	existsSync,
	mkdirSync,
	readFileSync,
	rmSync,
	writeFileSync,
} from 'node:fs';
import {spawn, type ChildProcess} from 'node:child_process';
import {once} from 'node:events';
import {setTimeout as sleep} from 'node:timers/promises';
import test, {type ExecutionContext} from 'ava';
import {need} from '../helpers/run/need.js';
import {asOrdinaryUser} from '../helpers/run/ordinary-user.js';
import {packOnce} from '../helpers/run/packed.js';
import {dynpkScript, runDynpk} from '../helpers/run/run-dynpk.js';
import {
	builtRunner,
	entriesOf,
	impatientRunner,
	isTidy,
	told,
	usualWorld,
} from '../helpers/run/run-files.js';
import {writeRunFile, type RunWorld} from '../helpers/worlds/run-file-writer.js';
import {clusterOfFile} from './lib/cluster-of-file.js';
import {clusterEnvironment, nodeNames, type Cluster, type NodeName} from './lib/cluster.js';

/** Its program ends when somebody writes to `/srv/gate`. */
const waitingWorld: RunWorld = {
	entry: 'solver',
	entries: [
		{path: 'bin'},
		{path: 'bin/solver', body: '#!/bin/sh\necho "$0"; read word </srv/gate\n', mode: 0o755},
	],
};

/** Long enough to be caught at work. */
const slowWorld: RunWorld = {
	entry: 'p',
	entries: [
		{path: 'bin'},
		{path: 'bin/p', body: '#!/bin/sh\necho "$0"\n', mode: 0o755},
		...Array.from({length: 20}, (_, at) => ({path: `d${at}`})),
		...Array.from({length: 4000}, (_, at) => ({path: `d${at % 20}/f${at}`, body: `${at}`})),
	],
};

interface Prepared {
	readonly name?: string;
	readonly world?: RunWorld;
	readonly runner?: string;
}

/** A cluster, and `/srv/solver` on it: a `.run` file that tells how it was started. */
async function prepare(
	t: ExecutionContext,
	{name = 'solver', world, runner = builtRunner()}: Prepared = {},
): Promise<Cluster | undefined> {
	if (!need(t, 'gcc', 'zstd')) return undefined;
	const cluster = await clusterOfFile(t);
	if (cluster === undefined) return undefined;
	const salted = {...(world ?? (await usualWorld())), salt: t.title};
	// Of another inode than what may still run.
	rmSync(cluster.shared(name), {force: true});
	writeFileSync(cluster.shared(name), writeRunFile(runner, salted), {mode: 0o755});
	for (const node of nodeNames) rmSync(cacheOn(cluster, node), {recursive: true, force: true});
	return cluster;
}

function writeScript(cluster: Cluster, name: string, ...lines: readonly string[]): void {
	const content = ['#!/bin/sh', ...lines, ''].join('\n');
	writeFileSync(cluster.shared(name), content, {mode: 0o755});
}

/** What a job has become, when nothing of it is left on a node. */
async function stateOf(cluster: Cluster, job: string): Promise<string> {
	for (;;) {
		// Nothing where it is forgotten already.
		const {stdout} = await cluster.run(['squeue', '--noheader', '--format=%T', `--jobs=${job}`]);
		if (stdout === '') break;
		await sleep(50);
	}

	const log = readFileSync(cluster.shared('jobs'), 'utf8');
	return new RegExp(`^JobId=${job} .* JobState=(\\S+)`, 'mu').exec(log)?.[1] ?? log;
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
	while (!(await holds())) await sleep(20);
}

/** Of the root's cache in the `/tmp` of a node. */
function cacheOn(cluster: Cluster, node: NodeName): string {
	return cluster.tmpOf(node, 'dynpk-0');
}

function countUnpackings(stderr: string): number {
	return stderr.split('\n').filter(line => line.includes('dynpk: cache: unpacking ')).length;
}

/** Whole entries of the cache of each node. */
function unpackedOn(cluster: Cluster): readonly number[] {
	return nodeNames.map(
		node => entriesOf(cacheOn(cluster, node)).filter(name => name.length === 64).length,
	);
}

test.serial('of eight tasks on two nodes one on each unpacks, and all start', async t => {
	const cluster = await prepare(t);
	if (cluster === undefined) return;
	const {status, stdout, stderr} = await cluster.run(
		['srun', '--nodes=2', '--ntasks=8', './solver', 'seven'],
		{DYNPK_EXPLAIN: '1'},
	);
	t.is(told(stdout, 'comm').length, 8);
	t.deepEqual(
		new Set(told(stdout, 'env').filter(word => word.startsWith('SLURM_PROCID='))).size,
		8,
	);
	t.is(countUnpackings(stderr), 2);
	t.deepEqual(unpackedOn(cluster), [1, 1]);
	// That of the tasks.
	t.is(status, 7);
	for (const node of nodeNames) t.true(isTidy(cacheOn(cluster, node)), node);
});

test.serial('a user who is not root has an unpacked bundle of his own', async t => {
	const cluster = await prepare(t);
	if (cluster === undefined) return;
	const {status, stdout, stderr} = await cluster.run([
		...[...asOrdinaryUser(), 'srun', '--nodes=2', '--ntasks=8', './solver'],
	]);
	t.deepEqual([status, stderr], [0, '']);
	t.is(told(stdout, 'exe').filter(path => path.startsWith('/tmp/dynpk-65534/runs/')).length, 8);
	t.deepEqual(unpackedOn(cluster), [0, 0]);
});

test.serial('srun --bcast starts the copy on each node, whatever Slurm sends with it', async t => {
	const cluster = await prepare(t);
	if (cluster === undefined) return;
	for (const [copy, libraries, isTold] of [
		['copy', '--send-libs=no', false],
		['other-copy', '--send-libs', true],
	] as const) {
		const options = ['--nodes=2', '--ntasks=4', `--bcast=/tmp/${copy}`, libraries];
		const {status, stdout, stderr} = await cluster.run(['srun', ...options, './solver'], {
			DYNPK_EXPLAIN: '1',
		});
		t.is(status, 0, stderr);
		t.is(told(stdout, 'comm').length, 4);
		t.is(stderr.includes('Cannot autodetect libraries'), isTold, stderr);
		t.deepEqual(
			told(stdout, 'env').filter(word => word.startsWith('LD_LIBRARY_PATH=')),
			[],
		);
		for (const node of nodeNames) t.true(existsSync(cluster.tmpOf(node, copy)), node);
	}
});

test.serial('a libc that Slurm has sent does not reach a packed program', async t => {
	const cluster = await prepare(t);
	const bundle = cluster && (await packOnce(t, ['/bin/cat']));
	if (bundle === undefined) return;
	cpSync(bundle, cluster!.shared('cat'), {recursive: true, verbatimSymlinks: true});
	// A dynamic program of the host's, and in LD_LIBRARY_PATH of all that it starts what it needs.
	copyFileSync('/usr/bin/env', cluster!.shared('env'));
	chmodSync(cluster!.shared('env'), 0o755);
	const sent = ['srun', '--send-libs', '--bcast-exclude=NONE', '--nodelist=n1'];
	const first = await cluster!.run([...sent, '--bcast=/tmp/env', './env']);
	t.regex(first.stdout, /^LD_LIBRARY_PATH=\/tmp\/env_libs/mu);
	t.true(existsSync(cluster!.tmpOf('n1', 'env_libs/libc.so.6')));
	const {status, stdout, stderr} = await cluster!.run([
		...[...sent, '--bcast=/tmp/way', './env', './cat/bin/cat', '/proc/self/maps'],
	]);
	t.is(status, 0, stderr);
	t.regex(stdout, /\/srv\/cat\/\S*\/libc\.so\.6$/mu);
	t.notRegex(stdout, /way_libs/u);
});

test.serial('a launcher that was sent without its bundle says so', async t => {
	const cluster = await prepare(t);
	const bundle = cluster && (await packOnce(t, ['/bin/cat']));
	if (bundle === undefined) return;
	cpSync(bundle, cluster!.shared('cat'), {recursive: true, verbatimSymlinks: true});
	const {status, stderr} = await cluster!.run([
		...['srun', '--bcast=/tmp/alone', '--send-libs=no', './cat/bin/cat', '/dev/null'],
	]);
	t.not(status, 0);
	t.regex(stderr, /^dynpk: .*alone/mu);
});

test.serial('sbcast brings a .run file, or an archive, to each node of a job', async t => {
	const cluster = await prepare(t);
	const bundle = cluster && (await packOnce(t, ['/bin/cat']));
	if (bundle === undefined) return;
	cpSync(bundle, cluster!.shared('cat'), {recursive: true, verbatimSymlinks: true});
	writeScript(
		...[cluster!, 'job'],
		'set -e',
		'sbcast ./solver /tmp/sent.run',
		'srun /tmp/sent.run',
		'tar -cf cat.tar cat',
		'sbcast cat.tar /tmp/cat.tar',
		'srun --ntasks-per-node=1 --ntasks="$SLURM_NNODES" tar -xf /tmp/cat.tar -C /tmp',
		'srun /tmp/cat/bin/cat /etc/hostname',
	);
	const {status, stdout, stderr} = await cluster!.run([
		...['salloc', '--quiet', '--nodes=2', '--ntasks=8', './job'],
	]);
	t.deepEqual([status, stderr], [0, '']);
	t.is(told(stdout, 'comm').length, 8);
	t.is(stdout.split(readFileSync('/etc/hostname', 'utf8')).length - 1, 8);
	for (const node of nodeNames) t.true(existsSync(cluster!.tmpOf(node, 'cat/bin/cat')), node);
});

test.serial('an array of twenty jobs starts twenty times, and unpacks once a node', async t => {
	const cluster = await prepare(t);
	if (cluster === undefined) return;
	mkdirSync(cluster.shared('out'));
	writeScript(cluster, 'job', 'exec ./solver "$SLURM_ARRAY_TASK_ID"');
	const {status, stdout} = await cluster.run(
		['sbatch', '--parsable', '--array=1-20', '--output=/srv/out/%a', './job'],
		{DYNPK_EXPLAIN: '1'},
	);
	t.is(status, 0);
	const waited = await cluster.run([
		...['srun', `--dependency=afterany:${stdout.trim()}`, '--quiet', 'true'],
	]);
	t.is(waited.status, 0);
	const outputs = Array.from({length: 20}, (_, at) =>
		readFileSync(cluster.shared(`out/${at + 1}`), 'utf8'),
	);
	t.deepEqual(
		outputs.map(output => told(output, 'argv').at(-1)),
		outputs.map((_, at) => String(at + 1)),
	);
	t.is(
		countUnpackings(outputs.join('')),
		unpackedOn(cluster).reduce((sum, count) => sum + count),
	);
});

/** Start four tasks until they are seen at work on a tree that is not published; the process that waits for them. */
async function beginUntilAtWork(cluster: Cluster): Promise<ChildProcess> {
	const options = ['--quiet', '--job-name=victim', '--nodelist=n1', '--ntasks=4'];
	const [command, ...words] = cluster.commandLine(['srun', ...options, './solver']);
	for (;;) {
		rmSync(cacheOn(cluster, 'n1'), {recursive: true, force: true});
		const child = spawn(command!, words, {env: clusterEnvironment({}), stdio: 'ignore'});
		while (child.exitCode === null) {
			const names = entriesOf(cacheOn(cluster, 'n1'));
			if (names.some(name => name.includes('.new-'))) return child;
			await sleep(0);
		}
	}
}

/** What ends the tasks of the job `victim`. */
const endings = {
	scancel: ['scancel', '--name=victim'],
	// As the kernel does where memory is used up; Slurm itself begins with SIGTERM.
	SIGKILL: [
		...['sh', '-c'],
		'for process in /proc/[0-9]*; do [ "$(readlink "$process/exe")" != /srv/solver ] || echo "${process#/proc/}"; done | xargs -r kill -KILL',
	],
} as const;

for (const [how, words] of Object.entries(endings)) {
	test.serial(`${how} in mid-unpack leaves nothing that a later start uses`, async t => {
		const runner = await impatientRunner(5000);
		const cluster = await prepare(t, {world: slowWorld, runner});
		if (cluster === undefined) return;
		for (let isCaught = false; !isCaught;) {
			const child = await beginUntilAtWork(cluster);
			const closed = once(child, 'close') as Promise<[number | null]>;
			await cluster.run(words);
			const [status] = await closed;
			await until(async () => (await cluster.run(['squeue', '--noheader'])).stdout === '');
			// It may have published before the signal came.
			isCaught =
				status !== 0 && entriesOf(cacheOn(cluster, 'n1')).every(name => name.length !== 64);
		}

		const cache = cacheOn(cluster, 'n1');
		const left = entriesOf(cache);
		t.is(
			left.some(name => name.includes('.new-')),
			how === 'SIGKILL',
		);
		t.is(left.length === 0, how === 'scancel', left.join(', '));
		const {status, stdout, stderr} = await cluster.run(
			['srun', '--nodelist=n1', '--ntasks=4', './solver'],
			{DYNPK_EXPLAIN: '1'},
		);
		t.is(status, 0, stderr);
		t.is(new Set(stdout.trim().split('\n')).size, 1);
		t.is(stdout.trim().split('\n').length, 4);
		t.is(countUnpackings(stderr), 1, stderr);
		t.true(isTidy(cache));
		const verified = await cluster.run([
			'srun',
			'--nodelist=n1',
			'sh',
			'-c',
			'ls /tmp/dynpk-0/runs/*/d*/* | wc -l',
		]);
		t.is(verified.stdout.trim(), '4000');
	});
}

test.serial('a task prolog names the place, and a step behind the others empties it', async t => {
	const cluster = await prepare(t);
	if (cluster === undefined) return;
	writeScript(cluster, 'prolog', 'echo "export DYNPK_CACHE=/tmp/dynpk-$SLURM_JOB_ID"');
	writeScript(
		...[cluster, 'job'],
		'srun --task-prolog=/srv/prolog ./solver; status=$?',
		'ls -d /tmp/dynpk-$SLURM_JOB_ID/runs/*.state',
		'srun --ntasks-per-node=1 --ntasks="$SLURM_NNODES" rm -rf "/tmp/dynpk-$SLURM_JOB_ID"',
		'exit $status',
	);
	const {status, stdout} = await cluster.run([...['srun', '--quiet', '--nodes=1', 'true']]);
	t.deepEqual([status, stdout], [0, '']);
	const submitted = await cluster.run([
		...['sbatch', '--parsable', '--nodes=2', '--ntasks=8', '--output=/srv/log', './job'],
	]);
	const job = submitted.stdout.trim();
	t.is(await stateOf(cluster, job), 'COMPLETED');
	const log = readFileSync(cluster.shared('log'), 'utf8');
	t.is(told(log, 'comm').length, 8);
	t.deepEqual(
		new Set(told(log, 'env').filter(word => word.startsWith('DYNPK_CACHE='))),
		new Set([`DYNPK_CACHE=/tmp/dynpk-${job}`]),
	);
	t.regex(log, new RegExp(`^/tmp/dynpk-${job}/runs/[0-9a-f]{64}\\.\\d+\\.state$`, 'mu'));
	for (const node of nodeNames) t.false(existsSync(cluster.tmpOf(node, `dynpk-${job}`)), node);
	t.deepEqual(unpackedOn(cluster), [0, 0]);
});

test.serial("a site's prolog and epilog make and remove the directory of a job", async t => {
	const cluster = await prepare(t);
	if (cluster === undefined) return;
	const {status, stdout} = await cluster.run([
		...['srun', '--partition=scratch', '--nodes=2', '--ntasks=8', './solver'],
	]);
	t.is(status, 0);
	const [place] = told(stdout, 'env').filter(word => word.startsWith('SLURM_TMPDIR='));
	const directory = place?.split('=')[1] ?? '';
	t.regex(directory, /^\/tmp\/job-\d+$/u);
	for (const path of told(stdout, 'exe'))
		t.true(path.startsWith(`${directory}/dynpk-0/runs/`), path);
	for (const node of nodeNames) {
		await until(() => !existsSync(cluster.tmpOf(node, directory.slice(5))));
	}

	t.deepEqual(unpackedOn(cluster), [0, 0]);
});

test.serial('squeue, the accounting and the node show the name of the program', async t => {
	const cluster = await prepare(t, {world: waitingWorld});
	if (cluster === undefined || !need(t, 'mkfifo', 'ps')) return;
	await cluster.run(['mkfifo', '/srv/gate']);
	const [command, ...words] = cluster.commandLine(['srun', './solver']);
	const child = spawn(command!, words, {
		env: clusterEnvironment({}),
		stdio: ['ignore', 'pipe', 'inherit'],
	});
	const closed = once(child, 'close');
	await once(child.stdout, 'data');
	const queue = await cluster.run(['squeue', '--noheader', '--format=%i %j %T']);
	const [, job] = /^(\d+) solver RUNNING\n$/u.exec(queue.stdout) ?? [];
	t.not(job, undefined, queue.stdout);
	const steps = await cluster.run(['squeue', '--steps', '--noheader', '--format=%i %j']);
	t.is(steps.stdout, `${job}.0 solver\n`);
	const processes = await cluster.run(['ps', '-e', '-o', 'comm=']);
	t.true(processes.stdout.split('\n').includes('solver'), processes.stdout);
	await cluster.run(['sh', '-c', 'echo >/srv/gate']);
	t.deepEqual(await closed, [0, null]);
	t.is(await stateOf(cluster, job!), 'COMPLETED');
	t.regex(
		readFileSync(cluster.shared('jobs'), 'utf8'),
		new RegExp(`^JobId=${job} .* Name=solver `, 'mu'),
	);
});

test.serial('a time limit ends the program, and what it was unpacked from stays whole', async t => {
	const cluster = await prepare(t, {world: waitingWorld});
	if (cluster === undefined || !need(t, 'mkfifo')) return;
	await cluster.run(['mkfifo', '/srv/gate']);
	writeScript(cluster, 'job', 'exec srun ./solver');
	const {stdout} = await cluster.run([
		...['sbatch', '--parsable', '--time=1', '--nodelist=n1', '--output=/srv/limit', './job'],
	]);
	const job = stdout.trim();
	await until(
		() =>
			existsSync(cluster.shared('limit')) && readFileSync(cluster.shared('limit'), 'utf8') !== '',
	);
	// Limits are minutes; what the controller compares with, once in 30 seconds, is the time of the end.
	await cluster.run(['scontrol', 'update', `JobId=${job}`, 'EndTime=now']);
	t.is(await stateOf(cluster, job), 'TIMEOUT');
	t.true(isTidy(cacheOn(cluster, 'n1')));
	t.is(unpackedOn(cluster)[0], 1);
});

test.serial('dynpk run and a .run file choose the same place on the node', async t => {
	const cluster = await prepare(t);
	if (cluster === undefined) return;
	for (const name of ['readlink.run', 'readlink.tar.gz']) {
		const file = cluster.shared(name);
		const packed = await runDynpk([
			...['pack', '/usr/bin/readlink', '--scope', 'closure', '--name', 'readlink', '-o', file],
		]);
		t.is(packed.status, 0, packed.stderr);
	}

	const {status, stdout, stderr} = await cluster.run([
		...['srun', 'sh', '-c'],
		'./readlink.run "$0"; "$1" "$2" run readlink.run readlink "$0"; "$1" "$2" run readlink.tar.gz readlink "$0"',
		...['/proc/self/exe', process.execPath, dynpkScript],
	]);
	t.deepEqual([status, stderr], [0, '']);
	const place = /^\/tmp\/dynpk-0\/(\w+)\/[0-9a-f]{64}\/root\/usr\/bin\/readlink$/u;
	t.deepEqual(
		stdout
			.trimEnd()
			.split('\n')
			.map(path => place.exec(path)?.[1]),
		['runs', 'bundles', 'bundles'],
	);
});
