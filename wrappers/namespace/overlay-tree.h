/*
 * A directory of the bundle laid over the host's, with all that is below it: one mount for many
 * files.
 */
#ifndef DYNPK_OVERLAY_TREE_H
#define DYNPK_OVERLAY_TREE_H

#include "bundle-view.h"

/*
 * Show what the bundle has in the directory in hand and below it. What is whole is merged by that
 * too, and has to be mounted over. False where nothing was done: few files, too much that must stay
 * unseen, or no overlay to be had.
 */
bool overlay_tree(struct view *view, uint32_t node);

#endif
