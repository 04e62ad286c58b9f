#include "sandbox.h"

static bool has_sandbox;

bool is_in_sandbox(void)
{
	return __atomic_load_n(&has_sandbox, __ATOMIC_RELAXED);
}

void note_sandbox(void)
{
	__atomic_store_n(&has_sandbox, true, __ATOMIC_RELAXED);
}
