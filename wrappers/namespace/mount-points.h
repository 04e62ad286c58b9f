/*
 * Mount points: names that the host lacks, made in a directory of ours so that something can be
 * mounted over them. Links are made as they are.
 */
#ifndef DYNPK_MOUNT_POINTS_H
#define DYNPK_MOUNT_POINTS_H

#include "base/file-status.h"
#include "bundle-view.h"

/* For `node`, and for all below it unless it is mounted as it lies in the bundle. */
void make_mount_point(struct view *view, uint32_t node, int directory);

/* For all that is to be shown in `directory`; what is there already is not touched. */
void make_mount_points(struct view *view, uint32_t node, int directory);

/* One for anything but a directory. */
static inline long make_file(int directory, const char *name)
{
	return sys_mknodat(directory, name, S_IFREG | 0444);
}

#endif
