/* `libexec/dynpk/host` of a bundle. */
#include "host.h"

_Noreturn void begin(uintptr_t *stack);

_Noreturn void begin(uintptr_t *stack)
{
	const struct start start = read_start(stack);

	answer_host(&start, start.argc, start.argv);
}
