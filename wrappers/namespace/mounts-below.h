/*
 * What an overlay hides: mounts below the host's directory.
 */
#ifndef DYNPK_MOUNTS_BELOW_H
#define DYNPK_MOUNTS_BELOW_H

#include "bundle-view.h"

/*
 * Show again, in the directory in hand, what the host has mounted below it, the site's own
 * directories and the bundle itself. `host` is the directory as it was.
 */
void show_mounts_below(const struct view *view, int host);

#endif
