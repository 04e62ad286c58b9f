/*
 * Directories of our own for overlays to be made of: they lie in memory, and nobody sees them but
 * through those overlays.
 */
#ifndef DYNPK_LAYER_H
#define DYNPK_LAYER_H

#include "bundle-view.h"

/* An empty directory; a descriptor, or a negative errno. */
long make_layer(struct view *view);

/* In a layer: whatever the layers below have of that name is not seen (overlayfs, "whiteout"). */
void hide_name(const struct view *view, const char *name, int layer);

/* Mount layers over the directory in hand: the first is uppermost, the last is -1. */
long mount_layers(struct view *view, const int *layers);

#endif
