/** Programs of many ranks and threads. */
import type {ScienceKind} from '../set.js';

const hello = `#include <mpi.h>
#include <stdio.h>
int main(int c, char **v) {
	int rank, size, sum, one;
	MPI_Init(&c, &v);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	one = rank + 1;
	MPI_Reduce(&one, &sum, 1, MPI_INT, MPI_SUM, 0, MPI_COMM_WORLD);
	if (rank == 0) printf("%d ranks, sum %d\\n", size, sum);
	MPI_Finalize();
	return 0;
}
`;

/** As a container of two processors needs it. */
const oversubscribed = {OMPI_MCA_rmaps_base_oversubscribe: '1'};

function source(text: string, compile: string): string {
	return `cat > hello.c <<'END'\n${text}END\n${compile}`;
}

export const parallel: ScienceKind = {
	kind: 'Parallel programs',
	sets: [
		{
			name: 'openmpi',
			packages: ['openmpi-bin', 'libopenmpi-dev', 'gcc'],
			build: source(hello, 'mpicc.openmpi -o hello hello.c'),
			pack: ['mpirun', './hello'],
			env: oversubscribed,
			run: 'mpirun -n 2 hello && mpirun --version',
		},
		{
			name: 'openmpi-alone',
			packages: ['libopenmpi-dev', 'gcc'],
			build: source(hello, 'mpicc.openmpi -o hello hello.c'),
			pack: ['./hello'],
			// The hosts of the tests have no /sys, of which UCX complains.
			env: {UCX_LOG_LEVEL: 'fatal'},
			run: 'hello',
		},
		{
			name: 'openmpi-info',
			packages: ['openmpi-bin'],
			pack: ['ompi_info', 'mpirun'],
			env: oversubscribed,
			run: 'ompi_info | grep -c MCA && ompi_info --path libdir && mpirun -n 2 echo rank',
		},
		{
			name: 'mpich',
			packages: ['mpich', 'libmpich-dev', 'gcc'],
			build: source(hello, 'mpicc.mpich -o hello hello.c'),
			pack: ['mpirun.mpich', './hello'],
			// It complains, with the time of day, of a machine without /sys.
			varies: [/\[\d+\.\d+\] \[[^:]*:\d+ +:0\]/gu],
			run: 'mpirun.mpich -n 2 hello && mpirun.mpich -n 2 echo rank && mpirun.mpich -info',
		},
		{
			name: 'mpi4py',
			packages: ['python3-mpi4py', 'openmpi-bin'],
			pack: ['mpirun', 'python3', 'deb:python3-mpi4py'],
			env: oversubscribed,
			inputs: {
				'job.py':
					'from mpi4py import MPI\nc = MPI.COMM_WORLD\ns = c.allreduce(c.rank + 1)\nif c.rank == 0: print(s, c.size, MPI.Get_library_version()[:8])\n',
			},
			run: 'mpirun -n 2 python3 job.py',
		},
		{
			name: 'openmp',
			packages: ['gfortran', 'libopenblas-dev'],
			build: `cat > solve.f90 <<'END'
program p
 use omp_lib
 real(8) :: a(2,2), b(2)
 integer :: ipiv(2), info, n
 a = reshape([2d0, 1d0, 1d0, 3d0], [2, 2]); b = [1d0, 2d0]
 call dgesv(2, 1, a, 2, ipiv, b, 2, info)
 n = 0
 !$omp parallel num_threads(2) reduction(+:n)
 n = n + omp_get_thread_num() + 1
 !$omp end parallel
 print '(2f8.4,2i4)', b, info, n
end program
END
gfortran -fopenmp -o solve solve.f90 -llapack -lblas`,
			pack: ['./solve'],
			run: 'solve',
		},
	],
};
