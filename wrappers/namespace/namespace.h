/*
 * A mount namespace in which the bundle's files lie at their own paths, entered once for a process
 * tree. docs/decisions/0016.
 */
#ifndef DYNPK_NAMESPACE_H
#define DYNPK_NAMESPACE_H

#include "projection.h"
#include "unshare.h"

struct entered {
	/* How many names are not shown, because the directories are the user's. */
	unsigned left_alone;
	/* A user namespace was made, too: what it starts shares it, and no other process does. */
	bool has_own_users;
};

/* Enter the bundle's namespace, unless this process is in it: then nothing is told. */
enum obstacle enter_namespace(const struct projection *bundle, struct entered *entered);

/* What would be in the way: tried in a child, which ends. */
enum obstacle try_namespace(const struct projection *bundle);

#endif
