/*
 * A directory of the host under one of ours, by overlayfs (without privileges since Linux 5.11).
 */
#ifndef DYNPK_OVERLAY_H
#define DYNPK_OVERLAY_H

#include "bundle-view.h"

/* Lay names for what the host lacks over the directory in hand; false where that cannot be had. */
bool overlay(struct view *view, uint32_t node);

#endif
