/*
 * A mount namespace in which the bundle's files lie at their own paths, entered once for a process
 * tree. docs/decisions/0016.
 */
#ifndef DYNPK_NAMESPACE_H
#define DYNPK_NAMESPACE_H

#include "projection.h"
#include "unshare.h"

/*
 * Enter the bundle's namespace, unless this process is in it. `left_alone`: how many names are not
 * shown, because the directories are the user's.
 */
enum obstacle enter_namespace(const struct projection *bundle, unsigned *left_alone);

/* What would be in the way: tried in a child, which ends. */
enum obstacle try_namespace(const struct projection *bundle);

#endif
