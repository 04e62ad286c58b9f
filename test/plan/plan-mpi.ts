/** What an MPI speaks, by its libraries and plug-ins, and who is asked whether it is offered. */
import test from 'ava';
import {planMpi, type Loaded} from '../../lib/plan/plan-mpi.js';

function loaded(...sonames: readonly string[]): Loaded {
	return {linkMap: sonames.map(soname => ({object: {soname}}))};
}

const plugins = '/usr/lib/openmpi/lib/openmpi3';

/** What the MPI of a program that loads these libraries speaks, where these files are packed. */
function spoken(sonames: readonly string[], paths: readonly string[] = []) {
	return planMpi({paths, objects: []})('/home/ann/solver', loaded(...sonames));
}

test('a program without an MPI is looked at by nobody', t => {
	t.is(spoken(['libc.so.6', 'libmpi_helper.so.1']), undefined);
});

test('Open MPI speaks what its plug-ins do', t => {
	const open = ['libmpi.so.40', 'libc.so.6'];
	const cases: readonly (readonly [readonly string[], readonly string[], readonly string[]])[] = [
		[['mca_pmix_ext3x.so', 'mca_pmix_isolated.so'], ['PMIx'], ['PMIX_NAMESPACE']],
		[['mca_pmix_pmix3x.so'], ['PMIx'], ['PMIX_NAMESPACE']],
		[['mca_pmix_s2.so'], ['PMI'], ['PMI_FD', 'PMI_PORT']],
		[['mca_pmix_s1.so'], ['libpmi of Slurm'], ['SLURM_STEP_ID']],
		[
			['mca_pmix_s2.so', 'mca_pmix_ext3x.so'],
			['PMIx', 'PMI'],
			['PMIX_NAMESPACE', 'PMI_FD', 'PMI_PORT'],
		],
		// As part of the library.
		[[], ['PMIx'], ['PMIX_NAMESPACE']],
	];
	for (const [names, speaks, offers] of cases) {
		const paths = names.map(name => `${plugins}/${name}`);
		t.like(spoken(open, paths), {family: 'Open MPI', speaks, offers}, names.join());
	}
});

test('MPICH speaks PMI, or what it was configured for, under each of its names', t => {
	for (const name of [
		'libmpich.so.12',
		'libmpi.so.12',
		'libmpi_cray.so.12',
		'libmpi_gnu_123.so.12',
	]) {
		t.like(
			spoken([name]),
			{family: 'MPICH', speaks: ['PMI'], offers: ['PMI_FD', 'PMI_PORT']},
			name,
		);
	}

	t.like(spoken(['libmpich.so.12', 'libpmix.so.2']), {speaks: ['PMIx']});
	t.like(spoken(['libmpi.so.12', 'libpmi2.so.0']), {speaks: ['PMI']});
	t.like(spoken(['libmpi.so.12', 'libpmi.so.0']), {speaks: ['libpmi of Slurm']});
	// Another MPI's plug-ins are none of it.
	t.like(spoken(['libmpich.so.12'], [`${plugins}/mca_pmix_ext3x.so`]), {speaks: ['PMI']});
});

test('what is told names who started the tasks, and what would do', t => {
	const {starters} = spoken(['libmpich.so.12'])!;
	t.deepEqual(
		starters.map(({tasks, rank}) => [tasks, rank]),
		[
			['OMPI_COMM_WORLD_SIZE', 'OMPI_COMM_WORLD_RANK'],
			['SLURM_STEP_NUM_TASKS', 'SLURM_PROCID'],
			['PMI_SIZE', 'PMI_RANK'],
		],
	);
	t.is(
		starters[1]?.warning,
		' tasks were started by srun, which tells the MPICH of the bundle no ranks (it speaks PMI): ' +
			'each is rank 0 of 1, or fails; srun --mpi=pmi2 or mpiexec of MPICH would do',
	);
});

test('an interpreter is asked about where modules of its language need an MPI', t => {
	const mpiOf = planMpi({
		paths: [],
		objects: [
			{path: '/usr/lib/python3/dist-packages/mpi4py/MPI.so', closure: loaded('libmpi.so.40')},
			{path: '/usr/lib/R/library/stats/libs/stats.so', closure: loaded('libR.so')},
		],
	});
	t.like(mpiOf('/usr/bin/python3.11', loaded('libc.so.6')), {family: 'Open MPI'});
	t.is(mpiOf('/usr/lib/R/bin/exec/R', loaded('libR.so')), undefined);
	t.is(mpiOf('/usr/bin/sed', loaded('libc.so.6')), undefined);
});
