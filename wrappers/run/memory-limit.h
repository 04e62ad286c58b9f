/*
 * How much memory this process and those beside it may use.
 */
#ifndef DYNPK_RUN_MEMORY_LIMIT_H
#define DYNPK_RUN_MEMORY_LIMIT_H

#include <stdint.h>

/* What the machine has, or the least that a control group leaves of it. */
uint64_t memory_limit(void);

#endif
