/* Starts a process as the module for names does, with the same few instructions of assembly. */
#include "base/mapping.h"
#include "nss/clone.h"
#include <stdio.h>
#include <sys/wait.h>

struct shared {
	_Alignas(16) char stack[16384];
	long found;
	long stack_offset;
};

static int run(void *argument)
{
	struct shared *shared = argument;
	char here;

	shared->found = 4711;
	shared->stack_offset = &here - shared->stack;
	return 23;
}

int main(void)
{
	struct shared *shared = map_memory(sizeof(*shared), MAP_SHARED);
	int status = 0;
	const long child = sys_clone(CLONE_VM | CLONE_VFORK | SIGCHLD,
				     shared->stack + sizeof(shared->stack), run, shared);

	/* Emulators of a processor do not suspend the parent. */
	if (child <= 0 || waitpid((pid_t)child, &status, 0) != child)
		return 1;
	printf("%d %ld %d\n", WEXITSTATUS(status), shared->found,
	       shared->stack_offset > 0 && shared->stack_offset < (long)sizeof(shared->stack));
	return 0;
}
