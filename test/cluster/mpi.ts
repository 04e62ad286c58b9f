/**
 * Programs of Open MPI and of MPICH under everything that starts ranks: whether each process is told its
 * rank, and that it is said before the program starts where none is.
 */
import {readFileSync, rmSync, writeFileSync} from 'node:fs';
import {basename, join} from 'node:path';
import test, {type ExecutionContext} from 'ava';
import {readTrace} from '../../lib/trace/trace-evidence.js';
import {need} from '../helpers/run/need.js';
import {asOrdinaryUser} from '../helpers/run/ordinary-user.js';
import {runDynpk} from '../helpers/run/run-dynpk.js';
import {projectRoot} from '../helpers/worlds/audit-world.js';
import {compiledBy} from '../helpers/worlds/made-file.js';
import {makeScratchPlace} from '../helpers/worlds/scratch-place.js';
import {clusterOfFile} from './lib/cluster-of-file.js';
import {nodeNames, type Cluster} from './lib/cluster.js';
import {families, helloOf, openMpi, ranksIn, warningsIn, type Family} from './lib/mpi-programs.js';

interface Start {
	readonly words: readonly string[];
	/** As the warning calls it. */
	readonly name: string;
	/** What it speaks. */
	readonly offers: Family['speaks'] | 'nothing';
}

const starts: readonly Start[] = [
	{words: ['mpirun.openmpi', '-n', '4'], name: 'mpirun of Open MPI', offers: 'PMIx'},
	{words: ['mpiexec.mpich', '-n', '4'], name: 'mpiexec of MPICH', offers: 'PMI'},
	{words: ['srun', '--mpi=pmix', '--nodes=1', '-n', '4'], name: 'srun', offers: 'PMIx'},
	{words: ['srun', '--mpi=pmi2', '--nodes=1', '-n', '4'], name: 'srun', offers: 'PMI'},
	{words: ['srun', '--mpi=none', '--nodes=1', '-n', '4'], name: 'srun', offers: 'nothing'},
];

const packed = new Map<Family, Promise<void>>();

/** A cluster, with the file of this family in `/srv`. */
async function prepare(t: ExecutionContext, family: Family): Promise<Cluster | undefined> {
	if (!need(t, family.compiler)) return undefined;
	const cluster = await clusterOfFile(t);
	if (cluster === undefined) return undefined;
	const made = packed.get(family) ?? packHello(cluster, family);
	packed.set(family, made);
	await made;
	return cluster;
}

/** By the obvious command. */
async function packHello(cluster: Cluster, family: Family): Promise<void> {
	const {file} = family;
	const program = await helloOf(family);
	const {status, stderr} = await runDynpk(['pack', program, '-o', cluster.shared(file)]);
	if (status !== 0) throw new Error(stderr);
}

const four = ['0 of 4', '1 of 4', '2 of 4', '3 of 4'];

for (const family of families) {
	for (const {words, name, offers} of starts) {
		const isTold = offers === family.speaks;
		const what = isTold ? 'knows its ranks' : 'is warned that it does not know its ranks';
		const [starter, ...options] = words;
		const by = [starter, ...options.filter(word => word.startsWith('--mpi'))].join(' ');
		test.serial(`a program of ${family.family} ${what} under ${by}`, async t => {
			const cluster = await prepare(t, family);
			if (cluster === undefined) return;
			const {status, stdout, stderr} = await cluster.run([...words, `./${family.file}`], openMpi);
			if (isTold) {
				t.deepEqual([status, ranksIn(stdout)], [0, four], stderr);
				t.deepEqual(warningsIn(stderr), []);
				return;
			}

			// Each takes itself for the only one, or ends, as Open MPI does in a step.
			t.true(status !== 0 || ranksIn(stdout).every(rank => rank === '0 of 1'), stdout);
			const [warning = '', ...more] = warningsIn(stderr);
			t.deepEqual(more, []);
			t.true(
				warning.endsWith(
					`: 4 tasks were started by ${name}, which tells the ${family.family} of the bundle no ranks ` +
						`(it speaks ${family.speaks}): each is rank 0 of 1, or fails; ` +
						(family.family === 'MPICH'
							? 'srun --mpi=pmi2 or mpiexec of MPICH would do'
							: 'srun --mpi=pmix or mpirun of Open MPI would do'),
				),
				warning,
			);
		});
	}

	test.serial(`a program of ${family.family} alone is warned of nothing`, async t => {
		const cluster = await prepare(t, family);
		if (cluster === undefined) return;
		for (const words of [[], ['srun', '-n', '1', '--mpi=none']]) {
			const {stderr} = await cluster.run([...words, `./${family.file}`], openMpi);
			t.deepEqual(warningsIn(stderr), []);
		}
	});
}

test.serial('ranks of two nodes speak with each other', async t => {
	for (const [family, plugin] of [
		[families[0], 'pmix'],
		[families[1], 'pmi2'],
	] as const) {
		const cluster = await prepare(t, family);
		if (cluster === undefined) return;
		const {status, stdout, stderr} = await cluster.run(
			['srun', `--mpi=${plugin}`, '--nodes=2', '--ntasks-per-node=2', `./${family.file}`],
			openMpi,
		);
		t.deepEqual([status, ranksIn(stdout)], [0, four], stderr);
	}
});

for (const family of families) {
	test.serial(
		`ranks of ${family.family} read each other's memory, but in namespaces of their own`,
		async t => {
			const cluster = await prepare(t, family);
			if (cluster === undefined) return;
			const source = join(projectRoot, 'bench/ranks/neighbours.c');
			const program = await compiledBy(family.compiler, ['-O2', source]);
			const bundle = cluster.shared(`neighbours-${family.compiler}`);
			const packed = await runDynpk(['pack', program, '-o', bundle]);
			t.is(packed.status, 0, packed.stderr);
			// Who may make mounts is given no namespace of users.
			const command = [
				...[...asOrdinaryUser(), 'env', 'HOME=/tmp', 'timeout', '--signal=KILL', '60'],
				...[family.starter, '-n', '2', `${basename(bundle)}/bin/${basename(program)}`],
			];
			const native = await cluster.run(command, openMpi);
			t.regex(native.stdout, /^reading: works$/mu, native.stderr);
			t.regex(native.stdout, /^messages \d+$/mu);
			t.notRegex(native.stderr, /namespace/u);

			const apart = await cluster.run(command, {...openMpi, DYNPK_ENGINE: 'userns'});
			t.notRegex(apart.stdout, /^reading: works$/mu);
			t.regex(
				apart.stderr,
				/^dynpk: .*: each of 2 tasks is in a user namespace of its own, .*; DYNPK_ENGINE=shim starts them without$/mu,
			);
		},
	);
}

/** Called as `ssh [-x] HOST WORDS...`; a shell of the host's runs the words. */
const ssh = `#!/bin/sh
while [ "\${1#-}" != "$1" ]; do shift; done
host=$1
shift
echo "$host $*" >>/srv/ssh.log
exec nsenter --target="$(cat "/srv/$host/pid")" --mount --net --uts -- sh -c "$*"
`;

const overSsh = {
	'Open MPI': {
		packed: 'mpirun.openmpi',
		// As a user's PATH has it: nothing then tells where the other hosts find the bundle.
		words: (top: string) => [
			...['env', `PATH=${top}/bin:/usr/bin:/bin`, 'mpirun.openmpi', '--prefix', `${top}/root/usr`],
			...['--mca', 'plm_rsh_agent', '/srv/ssh', '--host', 'n1:2,n2:2'],
		],
		helper: '/root/usr/bin/orted',
	},
	MPICH: {
		packed: 'mpiexec.mpich',
		words: (top: string) => [
			...[`${top}/bin/mpiexec.mpich`, '-launcher', 'ssh', '-launcher-exec', '/srv/ssh'],
			...['-hosts', 'n1:2,n2:2'],
		],
		helper: '/bin/hydra_pmi_proxy',
	},
} as const;

for (const family of families) {
	test.serial(
		`the mpirun of a bundle starts ranks of ${family.family} on other hosts over ssh`,
		async t => {
			const cluster = await prepare(t, family);
			if (cluster === undefined) return;
			const recipe = overSsh[family.family];
			const program = await helloOf(family);
			const top = `/srv/${family.speaks}`;
			const packed = await runDynpk([
				...[
					'pack',
					`/usr/bin/${recipe.packed}`,
					program,
					'--quiet',
					'-o',
					cluster.shared(family.speaks),
				],
			]);
			t.is(packed.status, 0, packed.stderr);
			writeFileSync(cluster.shared('ssh'), ssh, {mode: 0o755});
			rmSync(cluster.shared('ssh.log'), {force: true});
			const {status, stdout, stderr} = await cluster.run(
				[...recipe.words(top), '-n', '4', `${top}/bin/${basename(program)}`],
				openMpi,
			);
			t.deepEqual([status, ranksIn(stdout)], [0, four], stderr);
			t.deepEqual(warningsIn(stderr), []);
			const log = readFileSync(cluster.shared('ssh.log'), 'utf8');
			for (const node of nodeNames)
				t.regex(log, new RegExp(`^${node} .*${top}${recipe.helper}`, 'mu'));
		},
	);
}

const reader = `
#include <mpi.h>
#include <stdio.h>
int main(int count, char **words)
{
	char name[4096];
	int rank;
	MPI_Init(&count, &words);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	snprintf(name, sizeof(name), "%s/input-%d", words[1], rank);
	FILE *file = fopen(name, "r");
	printf("rank %d %s\\n", rank, file == NULL ? "has nothing" : "has its input");
	MPI_Finalize();
	return 0;
}
`;

test('a trace under mpirun has what each of the ranks has opened', async t => {
	if (!need(t, 'mpicc.openmpi', 'mpirun.openmpi', 'strace')) return;
	const place = makeScratchPlace(t);
	writeFileSync(place.path('reader.c'), reader);
	const program = await compiledBy('mpicc.openmpi', [place.path('reader.c')]);
	for (const rank of [0, 1]) writeFileSync(place.path(`input-${rank}`), '');
	const started = ['mpirun.openmpi', '-n', '2', program, place.directory];
	const {status, stdout, stderr} = await runDynpk(
		['trace', '-o', place.path('trace'), '--', ...started],
		{
			env: openMpi,
		},
	);
	t.is(status, 0, stderr);
	t.deepEqual(stdout.trim().split('\n').sort(), ['rank 0 has its input', 'rank 1 has its input']);
	const {files, objects} = readTrace(place.path('trace'));
	for (const rank of [0, 1]) {
		t.true(
			files.some(file => String(file.path) === place.path(`input-${rank}`)),
			`input-${rank}`,
		);
	}

	t.true(objects.some(object => object.path.includes('/mca_pmix_')));
});
