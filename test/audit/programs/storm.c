/*
 * Threads that start and end while others open and close objects with thread-local storage: what
 * the dynamic thread vector and the loader's lock have to survive. storm OBJECT
 */
#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#define OPENERS 4
#define STARTERS 4
#define ROUNDS 200

static const char *object;
static __thread long counter = 1;

static void *count(void *unused)
{
	counter += (long)(size_t)unused;
	return (void *)(size_t)counter;
}

static void *start_threads(void *bad)
{
	for (size_t round = 0; round < ROUNDS; round++) {
		pthread_t threads[4];
		void *answer;
		for (size_t at = 0; at < 4; at++) {
			if (pthread_create(&threads[at], NULL, count, (void *)(at + round)) != 0)
				abort();
		}
		for (size_t at = 0; at < 4; at++) {
			pthread_join(threads[at], &answer);
			if ((size_t)answer != at + round + 1)
				++*(long *)bad;
		}
	}
	return NULL;
}

static void *open_objects(void *bad)
{
	for (int round = 0; round < ROUNDS; round++) {
		void *handle = dlopen(object, RTLD_NOW);
		long (*step)(long) = NULL;
		if (handle == NULL)
			abort();
		*(void **)&step = dlsym(handle, "dynpk_canary_step");
		/* Another thread may keep the object open: the storage of this one goes on
		 * counting. */
		if (step == NULL || step(1) < 2)
			++*(long *)bad;
		dlclose(handle);
	}
	return NULL;
}

int main(int argc, char **argv)
{
	pthread_t threads[OPENERS + STARTERS];
	long bad[OPENERS + STARTERS] = { 0 };
	long sum = 0;

	object = argc > 1 ? argv[1] : "";
	for (size_t at = 0; at < OPENERS + STARTERS; at++) {
		if (pthread_create(&threads[at], NULL, at < OPENERS ? open_objects : start_threads,
				   &bad[at]) != 0)
			return 2;
	}
	for (size_t at = 0; at < OPENERS + STARTERS; at++) {
		pthread_join(threads[at], NULL);
		sum += bad[at];
	}
	printf("%ld wrong answers\n", sum);
	return sum != 0;
}
