/** Programs that tell their ranks, of the two MPIs of Debian. */
import {writeFileSync} from 'node:fs';
import {compiledBy, madeFile} from '../../helpers/worlds/made-file.js';

const hello = `
#include <mpi.h>
#include <stdio.h>
int main(int count, char **words)
{
	int rank, size, sum;
	MPI_Init(&count, &words);
	MPI_Comm_rank(MPI_COMM_WORLD, &rank);
	MPI_Comm_size(MPI_COMM_WORLD, &size);
	MPI_Allreduce(&rank, &sum, 1, MPI_INT, MPI_SUM, MPI_COMM_WORLD);
	printf("rank %d of %d, %s\\n", rank, size, sum == size * (size - 1) / 2 ? "and all heard" : "in vain");
	MPI_Finalize();
	return 0;
}
`;

export const families = [
	{
		family: 'Open MPI',
		compiler: 'mpicc.openmpi',
		file: 'open.run',
		speaks: 'PMIx',
		starter: 'mpirun.openmpi',
	},
	{
		family: 'MPICH',
		compiler: 'mpicc.mpich',
		file: 'mpich.run',
		speaks: 'PMI',
		starter: 'mpiexec.mpich',
	},
] as const;
export type Family = (typeof families)[number];

/** As a container of two processors and its root need it. */
export const openMpi = {
	OMPI_MCA_rmaps_base_oversubscribe: '1',
	OMPI_ALLOW_RUN_AS_ROOT: '1',
	OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1',
	UCX_LOG_LEVEL: 'fatal',
};

/** The compiled program. */
export async function helloOf({compiler}: Family): Promise<string> {
	const source = await madeFile(['hello', hello], path => {
		writeFileSync(path, hello);
		return Promise.resolve();
	});
	return compiledBy(compiler, ['-x', 'c', source]);
}

/** Of those that heard all others. */
export function ranksIn(stdout: string): readonly string[] {
	return [...stdout.matchAll(/^rank (\d+ of \d+), and all heard$/gmu)]
		.map(([, rank]) => rank!)
		.sort();
}

export function warningsIn(stderr: string): readonly string[] {
	return stderr.split('\n').filter(line => line.includes(' tasks were started by '));
}
