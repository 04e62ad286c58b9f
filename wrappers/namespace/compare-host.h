/*
 * The table against the host: what a path needs so that it shows what the bundle has there.
 */
#ifndef DYNPK_COMPARE_HOST_H
#define DYNPK_COMPARE_HOST_H

#include "bundle-view.h"

enum need {
	NEED_NOTHING,
	/* To be mounted over what the host has. */
	NEED_MOUNT,
	/* To be gone into: a directory of both. */
	NEED_ENTER,
	/* The same, behind a link of the host's. */
	NEED_FOLLOW,
	/* A name first: the host has none such, or something that cannot be mounted over. */
	NEED_NAME,
};

/* Of `node`, whose path is in hand and which the host has, or lacks, at `place`. */
enum need need_of(const struct view *view, uint32_t node, const char *place);

/* Whether no namespace shows it. */
bool is_hidden(const struct view *view, uint32_t node);

/* Whether there is something to show, below it or itself. */
bool has_content(const struct view *view, uint32_t node);

#endif
