/*
 * What the mounts of one bundle share: its table, its payload and the path in hand.
 */
#ifndef DYNPK_BUNDLE_VIEW_H
#define DYNPK_BUNDLE_VIEW_H

#include "path.h"
#include "projection.h"

struct view {
	const struct projection *bundle;
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

static inline const char *name_of(const struct view *view, uint32_t node)
{
	return table_text(view->table, node_at(view->table, node)->name);
}

/* The directory whose children are shown at an alias or a directory. */
static inline uint32_t directory_of(const struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);

	return it->kind == NODE_ALIAS ? it->extra : node;
}

/* Write the path of `node` below `root/` to the end of `buffer`; returns its beginning. */
char *payload_path(const struct view *view, uint32_t node, char *buffer);

/* Ends the launch: what has to be mounted at `place` cannot be. */
_Noreturn void fail_mount(const struct view *view, const char *place, long result);

#endif
