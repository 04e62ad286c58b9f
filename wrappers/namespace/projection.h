/*
 * A bundle that is to be shown at the paths its files came from, as far as showing is concerned.
 */
#ifndef DYNPK_PROJECTION_H
#define DYNPK_PROJECTION_H

#include <stdbool.h>

#include "table/table.h"

struct projection {
	const char *top;
	/* Below the top: the path table, and the launcher that asks, which failures name. */
	const char *table;
	const char *launcher;
	bool has_proc;
};

/* This process's own copy of the path table, checked. Ends the launch where there is none. */
struct table *read_table(const struct projection *bundle);

#endif
