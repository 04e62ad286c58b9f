/*
 * The bundle's files at their own paths, by mounts in this process's own namespace.
 *
 * Every path of the table is compared with what the host has there, as it is seen at that moment:
 * what was mounted before counts as the host's, so that mounts compose.
 */
#ifndef DYNPK_VIEW_H
#define DYNPK_VIEW_H

#include "launch.h"
#include "path.h"
#include "table.h"

struct view {
	const struct launch *launch;
	/* This process's copy. */
	struct table *table;
	/* The bundle's `root/`, over which the payload is mounted: so nothing can be changed there.
	 */
	const char *scratch;
	/* That mount. It is the working directory too, from which everything is bound. */
	int payload;
	/* Where layers of overlays are made; -1: none was needed so far. */
	int layers;
	unsigned layer_count;
	bool has_overlay;
	/* Names that the host lacks, in directories that are the user's. */
	unsigned left_alone;
	/* The host's mounts, as /proc/self/mountinfo lists them. */
	const char *mounts;
	/* The path in hand. */
	struct path host;
};

/* The directory whose children are shown at an alias or a directory. */
uint32_t directory_of(const struct view *view, uint32_t node);

/* Write the path of `node` below `root/` to the end of `buffer`; returns its beginning. */
char *payload_path(const struct view *view, uint32_t node, char *buffer);

/*
 * Make the directory in hand one that holds, besides what the host has in it, names for what the
 * bundle has and the host lacks. False where it must stay as it is.
 */
bool take_over(struct view *view, uint32_t node);

/* Whether packages fill the directory that holds this one, as /usr, and the user has no files
 * there. */
bool is_below_packages(const struct path *path);

/* Show everything below the root. Ends the launch where a mount fails. */
void show_bundle(struct view *view);

_Noreturn void fail_mount(const struct view *view, const char *place, long result);

#endif
