/*
 * What DYNPK_EXPLAIN makes the runner say: a line on stderr for each place that it refuses or
 * takes.
 */
#ifndef DYNPK_RUN_EXPLAIN_H
#define DYNPK_RUN_EXPLAIN_H

#include "base/fail.h"
#include <stdbool.h>

extern bool explains;

#define EXPLAIN(...)                                                                               \
	do {                                                                                       \
		if (explains)                                                                      \
			TELL("cache: ", __VA_ARGS__);                                              \
	} while (0)

#endif
