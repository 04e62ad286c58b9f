/* Call an empty function of another object through the PLT: calls COUNT. Prints picoseconds a call.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void empty(void);

int main(int argc, char **argv)
{
	long count = argc > 1 ? atol(argv[1]) : 1;
	struct timespec begin, end;
	empty();
	clock_gettime(CLOCK_MONOTONIC, &begin);
	for (long at = 0; at < count; at++)
		empty();
	clock_gettime(CLOCK_MONOTONIC, &end);
	printf("%ld\n", ((end.tv_sec - begin.tv_sec) * 1000000000L + end.tv_nsec - begin.tv_nsec) *
				1000 / count);
	return 0;
}
