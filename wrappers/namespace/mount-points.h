/*
 * Mount points: names that the host lacks, made in a directory of ours so that something can be
 * mounted over them. Links are made as they are.
 */
#ifndef DYNPK_MOUNT_POINTS_H
#define DYNPK_MOUNT_POINTS_H

#include "bundle-view.h"

/* For `node`, and for all below it unless it is mounted as it lies in the bundle. */
void make_mount_point(struct view *view, uint32_t node, int directory);

/* For all that is to be shown in `directory`; what is there already is not touched. */
void make_mount_points(struct view *view, uint32_t node, int directory);

#endif
