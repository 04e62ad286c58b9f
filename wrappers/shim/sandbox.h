/*
 * Programs that forbid themselves system calls.
 */
#ifndef DYNPK_SHIM_SANDBOX_H
#define DYNPK_SHIM_SANDBOX_H

#include <stdbool.h>

/*
 * Whether the program has forbidden itself system calls that it does not need. Then nothing is
 * asked besides what it asks: what is not known of the host's paths is taken to be no link, and
 * there.
 */
bool is_in_sandbox(void);
void note_sandbox(void);

#endif
