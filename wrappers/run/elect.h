/*
 * Have a sound entry in one place: find it, wait for who makes it, or make it.
 */
#ifndef DYNPK_RUN_ELECT_H
#define DYNPK_RUN_ELECT_H

#include "publish.h"

enum obtained {
	OBTAINED,
	/* `result` of a failed call. */
	NOT_HERE,
	/* `wrong`, the end of a sentence that begins with the file's name. */
	NOWHERE,
};

struct obtaining {
	const struct cache *cache;
	struct source *source;
	long result;
	const char *wrong;
};

/* Whether it is there and sound already. */
enum obtained find_entry(struct obtaining *obtaining);

/* Ends this process where a signal that ends programs comes while the entry is made. */
enum obtained obtain_entry(struct obtaining *obtaining);

#endif
