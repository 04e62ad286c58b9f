/*
 * LD_PRELOAD and LD_LIBRARY_PATH for programs of the host: without what only the bundle has. Their
 * loader would complain of it, or load it beside another C library.
 */
#ifndef DYNPK_LOADER_LISTS_H
#define DYNPK_LOADER_LISTS_H

#include <stdbool.h>

/* Whether an entry sets one of the two. */
bool is_loader_list(const char *entry);

/*
 * Take out of `entry`, in place, what only the bundle at `top` has; false where nothing is left.
 * `environment` is the whole that the entry belongs to.
 */
bool take_out_bundled(const char *top, char *entry, char *const *environment);

#endif
