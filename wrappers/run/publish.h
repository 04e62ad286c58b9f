/*
 * Make an entry under a private name, and give it its own name when it is whole.
 */
#ifndef DYNPK_RUN_PUBLISH_H
#define DYNPK_RUN_PUBLISH_H

#include "children.h"
#include "entry.h"
#include "source.h"

enum made {
	ENTRY_MADE,
	/* A call failed: another place may do. */
	PLACE_FAILED,
	/* Somebody else took what was being made for a leftover, and removed it. */
	ENTRY_TAKEN_AWAY,
	/* No other place will help. */
	FILE_FAILED,
	MAKING_INTERRUPTED,
};

struct making {
	const struct cache *cache;
	struct source *source;
	struct children children;
	/* Of a place that failed: the call's. */
	long result;
	/* Of a file that failed: the end of a sentence that begins with its name. */
	const char *wrong;
};

/* Nothing is left of what was not published. */
enum made make_entry(struct making *making);

/* What others left of this entry; for the holder of its lock. */
void remove_leftovers(const struct cache *cache, const struct start *start);

#endif
