/*
 * The bundle's files at their own paths, by mounts in this process's own namespace.
 *
 * Every path of the table is compared with what the host has there, as it is seen at that moment:
 * what was mounted before counts as the host's, so that mounts compose.
 */
#ifndef DYNPK_SHOW_BUNDLE_H
#define DYNPK_SHOW_BUNDLE_H

#include "bundle-view.h"

/* Show everything below the root. Ends the launch where a mount fails. */
void show_bundle(struct view *view);

#endif
