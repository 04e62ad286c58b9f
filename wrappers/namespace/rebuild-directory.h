/*
 * A directory of ours in the place of one of the host, with a mount for each of its entries.
 */
#ifndef DYNPK_REBUILD_DIRECTORY_H
#define DYNPK_REBUILD_DIRECTORY_H

#include "bundle-view.h"

/* Put a tmpfs over the directory in hand; false where that cannot be had. */
bool rebuild_directory(struct view *view, uint32_t node);

/* The same with the root, which cannot be covered: it is exchanged. */
bool exchange_root(struct view *view, uint32_t node);

#endif
