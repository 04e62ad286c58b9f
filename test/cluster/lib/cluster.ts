/**
 * A Slurm of Debian's packages: a controller and two nodes on this machine, in namespaces, so that no
 * name, port or process of it is this machine's, and nothing outlives the test.
 *
 * What a directory of its own holds lies at `/srv` on the login machine and on both nodes, as a file
 * system that all of a cluster share. `/tmp` is each node's own.
 */
import {spawn, type ChildProcess} from 'node:child_process';
import {
	chmodSync,
	copyFileSync,
	mkdirSync,
	mkdtempSync,
	readFileSync,
	writeFileSync,
} from 'node:fs';
import {once} from 'node:events';
import {tmpdir} from 'node:os';
import {join} from 'node:path';
import {text} from 'node:stream/consumers';
import type {ExecutionContext} from 'ava';
import {removeTree} from '../../../lib/archive/remove-tree.js';
import {hostPath} from '../../../lib/paths/paths.js';
import {patience} from '../../hosts/lib/patience.js';
import type {CommandResult} from '../../helpers/run/command.js';
import {missingHere, need} from '../../helpers/run/need.js';
import {projectRoot} from '../../helpers/worlds/audit-world.js';
import {compiledBy} from '../../helpers/worlds/made-file.js';

export interface Cluster {
	/** Where a file of the shared directory lies for this test. */
	shared(name: string): string;
	/** Where a file of a node's `/tmp` lies for this test. */
	tmpOf(node: NodeName, name?: string): string;
	/** A command line that runs `words` on the login machine, in `/srv`. */
	commandLine(words: readonly string[]): readonly string[];
	/** Run a command on the login machine to its end, in `/srv`, with `PATH` and what is given. */
	run(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<CommandResult>;
	/** End it, with all that runs on it. */
	end(): Promise<void>;
}

export const nodeNames = ['n1', 'n2'] as const;
export type NodeName = (typeof nodeNames)[number];

const sources = join(projectRoot, 'test/cluster/lib');

/** Lines of slurm.conf, for two nodes of four processors, whatever this machine has. */
const configuration = `
ClusterName=test
SlurmctldHost=login
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
CredType=cred/munge
StateSaveLocation=/srv/controller
SlurmctldPidFile=/run/slurmctld.pid
SlurmctldLogFile=/srv/controller/log
SlurmdSpoolDir=/srv/%n/spool
SlurmdPidFile=/run/%n.pid
SlurmdLogFile=/srv/%n/log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
SchedulerParameters=sched_min_interval=0,batch_sched_delay=0
MessageTimeout=60
MpiDefault=none
ReturnToService=2
MailProg=/bin/true
JobCompType=jobcomp/filetxt
JobCompLoc=/srv/jobs
NodeName=n1,n2 CPUs=4 RealMemory=1000
PartitionName=main Nodes=n1,n2 Default=YES MaxTime=INFINITE
PartitionName=scratch Nodes=n1,n2 MaxTime=INFINITE
Prolog=/srv/scripts/prolog
TaskProlog=/srv/scripts/task-prolog
Epilog=/srv/scripts/epilog
`;

/** As sites have them that give each job a directory on the node; here those of the partition `scratch`. */
const scripts = {
	prolog:
		'mkdir -m 700 "/tmp/job-$SLURM_JOB_ID" && chown "$SLURM_JOB_UID" "/tmp/job-$SLURM_JOB_ID"',
	'task-prolog': 'echo "export SLURM_TMPDIR=/tmp/job-$SLURM_JOB_ID"',
	epilog: 'rm -rf "/tmp/job-$SLURM_JOB_ID"',
};

/**
 * Start one, whose nodes give tasks the tree at `userland` as their root; `undefined`, with the test ended, where the machine lacks what it takes. The caller must
 * `end` it.
 */
export async function startCluster(
	t: ExecutionContext,
	userland?: string,
): Promise<Cluster | undefined> {
	t.timeout(2 * patience, 'a cluster');
	if (!need(t, 'slurmctld', 'slurmd', 'srun', 'munged', 'unshare', 'nsenter', 'ip')) {
		return undefined;
	}

	if (process.geteuid?.() !== 0) {
		missingHere(t, 'needs root: Slurm starts the tasks of users');
		return undefined;
	}

	const directory = hostPath(mkdtempSync(join(tmpdir(), 'dynpk-cluster-')));
	// Other users have jobs, too.
	chmodSync(directory, 0o755);
	writeFileSync(join(directory, 'slurm.conf'), configuration);
	if (userland !== undefined) {
		await giveUserland(directory, userland);
	}

	mkdirSync(join(directory, 'scripts'));
	for (const [name, line] of Object.entries(scripts)) {
		const script = `#!/bin/sh\n[ "$SLURM_JOB_PARTITION" != scratch ] || { ${line}; }\n`;
		writeFileSync(join(directory, 'scripts', name), script, {mode: 0o755});
	}

	const first = spawn(
		'unshare',
		[
			...['--mount', '--pid', '--net', '--uts', '--ipc', '--fork', '--mount-proc', '--kill-child'],
			...['sh', join(sources, 'start-cluster.sh'), directory, sources],
		],
		{stdio: ['pipe', 'pipe', 'pipe'], env: {PATH: process.env.PATH}},
	);
	const ended = once(first, 'close');
	const end = async (): Promise<void> => {
		first.stdin.end();
		await ended;
		removeTree(directory);
	};
	try {
		await isReady(first, directory);
	} catch (error) {
		await end();
		throw error;
	}

	const commandLine = (words: readonly string[]): readonly string[] => [
		...['nsenter', '--mount', '--pid', '--net', '--uts', '--ipc', `--target=${initOf(first)}`],
		...['--', 'env', '--chdir=/srv', ...words],
	];
	return {
		shared: name => join(directory, name),
		tmpOf: (node, name = '') => join(directory, node, 'tmp', name),
		commandLine,
		run: async (words, env = {}) => runWithin(commandLine(words), env),
		end,
	};
}

/** Found beside slurm.conf. */
async function giveUserland(directory: string, userland: string): Promise<void> {
	const plugin = await compiledBy('gcc', [
		...['-shared', '-fPIC', join(sources, 'root-of-node.c')],
	]);
	copyFileSync(plugin, join(directory, 'root-of-node.so'));
	writeFileSync(join(directory, 'plugstack.conf'), 'required /srv/root-of-node.so\n');
	writeFileSync(join(directory, 'userland'), userland);
}

/** What commands of the cluster are started with: no home, as where it is on a network. */
export function clusterEnvironment(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
	return {
		PATH: '/usr/bin:/bin:/usr/sbin:/sbin',
		SLURM_CONF: '/srv/slurm.conf',
		LC_ALL: 'C',
		...env,
	};
}

async function runWithin(words: readonly string[], env: NodeJS.ProcessEnv): Promise<CommandResult> {
	const child = spawn(words[0]!, words.slice(1), {
		env: clusterEnvironment(env),
		stdio: ['ignore', 'pipe', 'pipe'],
		timeout: patience,
		killSignal: 'SIGKILL',
	});
	const closed = once(child, 'close') as Promise<[number | null, NodeJS.Signals | null]>;
	const [stdout, stderr, [status, signal]] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		closed,
	]);
	return {status, signal, stdout, stderr};
}

async function isReady(first: ChildProcess, directory: string): Promise<void> {
	const said = new Promise<string>(resolve => {
		let all = '';
		first.stdout!.on('data', piece => {
			all += String(piece);
			if (all.includes('ready\n')) resolve('ready');
		});
		first.once('close', () => resolve('ended'));
	});
	const impatient = setTimeout(() => first.kill('SIGKILL'), patience);
	const why = text(first.stderr!);
	const answer = await said;
	clearTimeout(impatient);
	if (answer === 'ended') {
		const logs = ['munge.err', 'controller/log', 'n1/slurmd.out', 'n2/slurmd.out'];
		throw new Error(
			['no cluster', await why, ...logs.map(log => readLog(join(directory, log)))].join('\n'),
		);
	}
}

function readLog(path: string): string {
	try {
		return readFileSync(path, 'utf8');
	} catch {
		return `${path} is not there`;
	}
}

/** unshare waits for the first process of its namespace. */
function initOf(first: ChildProcess): string {
	const path = `/proc/${first.pid}/task/${first.pid}/children`;
	return readFileSync(path, 'utf8').trim();
}
