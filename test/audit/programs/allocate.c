/* Allocation in many threads, by whatever malloc the program was linked with. */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *churn(void *unused)
{
	size_t kept = 0;
	for (size_t round = 1; round < 20000; round++) {
		char *block = malloc(round % 3000 + 1);
		memset(block, 1, round % 3000 + 1);
		kept += (size_t)block[round % 3000];
		free(block);
	}
	(void)unused;
	return (void *)kept;
}

int main(void)
{
	pthread_t threads[8];
	size_t sum = 0;
	void *kept;
	for (size_t at = 0; at < 8; at++) {
		if (pthread_create(&threads[at], NULL, churn, NULL) != 0)
			return 2;
	}
	for (size_t at = 0; at < 8; at++) {
		pthread_join(threads[at], &kept);
		sum += (size_t)kept;
	}
	printf("%zu\n", sum);
	return 0;
}
