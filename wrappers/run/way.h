/*
 * The way to a directory that nobody else can have filled or can change: from the root down, each
 * component once, by the rules of lib/run/private-place.ts.
 */
#ifndef DYNPK_RUN_WAY_H
#define DYNPK_RUN_WAY_H

#include "namespace/path.h"
#include <stdbool.h>

enum way_end {
	WAY_REACHED,
	/* The way ends in the last directory that is there, and could go on. */
	WAY_MISSING,
	WAY_OBJECTED,
};

struct way {
	/* The directory where it ends, by its name without links. */
	int fd;
	struct path path;
	/* What is wrong, and with what: ends of a sentence that begins with the path. */
	const char *objection;
	const char *reason;
	struct path objected;
};

struct destination {
	/* An absolute name. */
	const char *name;
	/* So many components at its end are to be ours alone. */
	unsigned own;
	/* So many may be made. */
	unsigned made;
};

/* The descriptor is open afterwards, unless there was an objection. */
enum way_end go(struct way *way, const struct destination *destination, bool may_make);

#endif
