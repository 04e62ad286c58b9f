/*
 * A program that uses what an auditor has broken before: threads, every model of thread-local
 * storage, dlopen, dlmopen, C++ exceptions, IFUNC. It runs on the target, with the bundle's loader
 * and the stub, and prints one line a check: `ok NAME`, `skipped NAME: WHY` or `failed NAME: WHY`.
 *
 * The objects it opens lie in the directory of its first argument. It needs libc alone.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "old-symbols.h"

#define THREADS 8
#define ROUNDS 50

typedef long step(long);

static const char *directory;
static int failures;

static __thread long local_exec = 1;

static void report(const char *name, const char *fault)
{
	if (fault == NULL)
		printf("ok %s\n", name);
	else
		printf("failed %s: %s\n", name, fault);
	failures += fault != NULL;
}

static void skip(const char *name, const char *why)
{
	printf("skipped %s: %s\n", name, why);
}

static long local_exec_step(long by)
{
	return local_exec += by;
}

/* Each thread must see its own copy, beginning at 1 and counting its own steps only. */
static void *count(void *argument)
{
	step *const *next = argument;
	long expected = 1;
	for (long round = 1; round <= ROUNDS; round++) {
		expected += round;
		if ((*next)(round) != expected)
			return "a thread sees another thread's storage";
	}
	return NULL;
}

static const char *count_in_threads(step *next)
{
	void *fault = NULL, *answer;
	pthread_t threads[THREADS];
	size_t started = 0;

	while (started < THREADS &&
	       pthread_create(&threads[started], NULL, count, (void *)&next) == 0)
		started++;
	for (size_t at = 0; at < started; at++) {
		pthread_join(threads[at], &answer);
		fault = answer != NULL ? answer : fault;
	}
	return started < THREADS ? "a thread cannot be started" : fault;
}

static const char *try_model(step *next)
{
	const char *fault = pthread_create == NULL ? NULL : count_in_threads(next);
	return fault != NULL ? fault : count((void *)&next);
}

static void *open_object(const char *name, long namespace, const char **fault)
{
	char path[4096];
	void *handle;

	snprintf(path, sizeof(path), "%s/%s", directory, name);
	handle = namespace == LM_ID_BASE ? dlopen(path, RTLD_NOW)
					 : dlmopen(namespace, path, RTLD_NOW);
	*fault = handle == NULL ? dlerror() : NULL;
	return handle;
}

static step *step_of(void *handle, const char **fault)
{
	union {
		void *object;
		step *function;
	} symbol = { .object = dlsym(handle, "dynpk_canary_step") };
	if (symbol.object == NULL)
		*fault = "the opened object lacks its function";
	return symbol.function;
}

static void check_object(const char *check, const char *name)
{
	const char *fault;
	void *handle;
	step *next;

	if (dlopen == NULL) {
		skip(check, "this bundle has no dlopen");
		return;
	}
	handle = open_object(name, LM_ID_BASE, &fault);
	next = handle == NULL ? NULL : step_of(handle, &fault);
	report(check, next == NULL ? fault : try_model(next));
	if (handle != NULL)
		dlclose(handle);
}

static void check_namespace(void)
{
	const char *fault;
	void *handle;
	step *next;

	if (dlmopen == NULL) {
		skip("dlmopen", "this bundle has no dlmopen");
		return;
	}
	handle = open_object("libdynpk-canary-gd.so", LM_ID_NEWLM, &fault);
	next = handle == NULL ? NULL : step_of(handle, &fault);
	/* The other namespace has a libc of its own: its storage is tried, its threads are not. */
	report("dlmopen", next == NULL ? fault : count((void *)&next));
	if (handle != NULL)
		dlclose(handle);
}

static void check_exceptions(void)
{
	const char *fault;
	void *handle;
	step *next;

	if (dlopen == NULL) {
		skip("c++-exceptions", "this bundle has no dlopen");
		return;
	}
	handle = open_object("libdynpk-canary-cxx.so", LM_ID_BASE, &fault);
	if (handle == NULL) {
		/* The stub refuses what is there; absent is what the loader cannot find at all. */
		skip("c++-exceptions", fault);
		return;
	}
	next = step_of(handle, &fault);
	report("c++-exceptions", next == NULL ? fault : next(7) == 8 ? NULL : "not caught");
	dlclose(handle);
}

static long chosen(long by)
{
	return by + 2;
}

static step *choose(void)
{
	return chosen;
}

long indirect(long by) __attribute__((ifunc("choose")));

static void check_failed_open(void)
{
	if (dlopen == NULL)
		return;
	errno = ERANGE;
	report("failed-dlopen", dlopen("/dev/null/absent.so", RTLD_NOW) != NULL
					? "an impossible object was opened"
				: dlerror() == NULL ? "no reason was given"
						    : NULL);
}

static int run(int argc, char **argv, char **environment)
{
	(void)environment;
	if (argc != 2) {
		fprintf(stderr, "usage: canary DIRECTORY\n");
		return 2;
	}
	directory = argv[1];
	/* A crash must not swallow what was said before it. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	if (pthread_create == NULL)
		skip("threads", "this bundle has no threads");
	else
		report("threads", count_in_threads(local_exec_step));
	report("tls-local-exec", try_model(local_exec_step));
	check_object("tls-initial-exec", "libdynpk-canary-ie.so");
	check_object("tls-global-dynamic", "libdynpk-canary-gd.so");
	check_object("tls-local-dynamic", "libdynpk-canary-ld.so");
	check_object("tls-descriptors", "libdynpk-canary-desc.so");
	check_failed_open();
	check_namespace();
	check_exceptions();
	report("ifunc", indirect(40) == 42 ? NULL : "the wrong function was chosen");
	return failures > 0;
}

/*
 * crt1.o of a newer glibc would ask for a __libc_start_main that older ones lack; this is all the
 * rest of it does.
 */
extern int __libc_start_main(int (*)(int, char **, char **), int, char **, void (*)(void),
			     void (*)(void), void (*)(void), void *);

_Noreturn void dynpk_canary_begin(void **stack, void (*finish)(void));

_Noreturn void dynpk_canary_begin(void **stack, void (*finish)(void))
{
	__libc_start_main(run, (int)(long)stack[0], (char **)(stack + 1), NULL, NULL, finish,
			  stack);
	__builtin_trap();
}

#if defined(__x86_64__)
__asm__(".globl _start\n"
	".type _start,@function\n"
	"_start:\n"
	"	xor %ebp,%ebp\n"
	"	mov %rsp,%rdi\n"
	"	mov %rdx,%rsi\n"
	"	and $-16,%rsp\n"
	"	call dynpk_canary_begin\n");
#else
__asm__(".globl _start\n"
	".type _start,%function\n"
	"_start:\n"
	"	mov x29,xzr\n"
	"	mov x30,xzr\n"
	"	mov x1,x0\n"
	"	mov x0,sp\n"
	"	bl dynpk_canary_begin\n");
#endif
