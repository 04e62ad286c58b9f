/*
 * A mount namespace in which the bundle's files lie at their own paths, entered once for a process
 * tree. docs/decisions/0016.
 */
#ifndef DYNPK_NAMESPACE_H
#define DYNPK_NAMESPACE_H

#include "launch.h"
#include "table.h"

/* Why this host gives no namespace. */
enum obstacle {
	NO_OBSTACLE,
	OBSTACLE_REFUSED,
	OBSTACLE_USED_UP,
	OBSTACLE_UNKNOWN_TO_KERNEL,
	OBSTACLE_NO_RIGHTS,
	OBSTACLE_NO_MOUNTS,
	OBSTACLE_NO_PROC,
	OBSTACLE_LONG_PATH,
};

/* In words, a sentence of their own. */
const char *obstacle_text(enum obstacle obstacle);

/* The bundle's path table, mapped and checked; or NULL where the record names none. */
const struct table *read_table(const struct launch *launch);

/* Enter the bundle's namespace, unless this process is in it. */
enum obstacle enter_namespace(struct launch *launch);

/* What would be in the way: tried in a child, which ends. */
enum obstacle try_namespace(const struct launch *launch);

#endif
