/*
 * A mount namespace in which the bundle's files lie at their own paths, entered once for a process
 * tree. docs/decisions/0016.
 */
#ifndef DYNPK_NAMESPACE_H
#define DYNPK_NAMESPACE_H

#include "launch.h"
#include "table.h"
#include "unshare.h"

/* A copy of the bundle's path table, checked; or NULL where the record names none. */
struct table *read_table(const struct launch *launch);

/* Enter the bundle's namespace, unless this process is in it. */
enum obstacle enter_namespace(struct launch *launch);

/* What would be in the way: tried in a child, which ends. */
enum obstacle try_namespace(const struct launch *launch);

#endif
