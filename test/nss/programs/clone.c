/* A process on a stack of its own: told its argument there, and ended with what it returns. */
#include "nss/clone.h"
#include "base/process.h"
#include "base/signals.h"
#include <stdint.h>

static _Alignas(16) char stack[65536];

/* Aligned as the compiler takes it to be. */
static int child(void *argument)
{
	_Alignas(16) volatile char here[16] = { 0 };
	const char *text = argument;

	return ((uintptr_t)here & 15) == 0 && here[0] == 0 ? text[0] : 1;
}

int main(void)
{
	int status = 0;
	const long started = sys_clone(CLONE_VM | CLONE_VFORK | SIGCHLD, stack + sizeof(stack),
				       child, (void *)"*");

	if (failed(started))
		return 2;
	while (sys_wait4(started, &status, 0) == -EINTR)
		;
	return status == '*' << 8 ? 0 : 3;
}
