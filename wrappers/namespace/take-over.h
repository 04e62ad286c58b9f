/*
 * Directories that hold names the host lacks.
 *
 * A mount needs something to be mounted over, and nothing may be made on the host. An overlay with
 * names of ours above the host's directory is the cheapest way, but hides what is mounted below it
 * and is read-only all through: it serves where packages are installed and nobody else writes. A
 * tmpfs that holds one mount for each entry of the host serves everywhere else, and on kernels
 * without unprivileged overlays. The root itself can only be exchanged (pivot_root).
 */
#ifndef DYNPK_TAKE_OVER_H
#define DYNPK_TAKE_OVER_H

#include "bundle-view.h"

/*
 * Make the directory in hand one that holds, besides what the host has in it, names for what the
 * bundle has and the host lacks. False where it must stay as it is.
 */
bool take_over(struct view *view, uint32_t node);

/* Whether packages fill the directory that holds this one, as /usr, and the user has no files
 * there. */
bool is_below_packages(const struct path *path);

#endif
