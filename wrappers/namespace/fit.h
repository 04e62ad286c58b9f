/*
 * What has to be done so that a path shows what the bundle has there: the table against the host.
 */
#ifndef DYNPK_FIT_H
#define DYNPK_FIT_H

#include "bundle-view.h"

enum fit {
	FIT_NOTHING,
	/* Mount it over what the host has. */
	FIT_OVER,
	/* A directory of both: go in. */
	FIT_ENTER,
	/* The same, behind a link of the host's. */
	FIT_FOLLOW,
	/* The host has no such name, or something that cannot be mounted over. */
	FIT_MISSING,
};

/* Of `node`, whose path is in hand and which the host has, or lacks, at `place`. */
enum fit fit_of(const struct view *view, uint32_t node, const char *place);

/* Whether no namespace shows it. */
bool is_hidden(const struct view *view, uint32_t node);

/* Whether there is something to show, below it or itself. */
bool has_content(const struct view *view, uint32_t node);

#endif
