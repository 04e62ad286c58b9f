/* A sum over threads of libgomp, with a threadprivate variable. */
#include <omp.h>
#include <stdio.h>

static long own;
#pragma omp threadprivate(own)

int main(void)
{
	long sum = 0;
	omp_set_num_threads(4);
#pragma omp parallel
	own = omp_get_thread_num();
#pragma omp parallel for reduction(+ : sum)
	for (long at = 0; at < 100000; at++)
		sum += at + (own < 0);
	printf("%ld\n", sum);
	return 0;
}
