/*
 * Where a cache may lie, in the order of trial.
 */
#ifndef DYNPK_RUN_PLACE_H
#define DYNPK_RUN_PLACE_H

#include "launcher/start.h"
#include "way.h"

struct place {
	char name[PATH_MAX];
	struct destination destination;
	/* Only where it lies on this machine's own file systems; only where not. */
	bool is_for_local;
	bool is_for_network;
	bool is_asked_for;
	/* Why it is none, as the end of a sentence that begins with the name; or NULL. */
	const char *objection;
};

/* Where the cache was asked to be. */
void asked_place(struct place *place, const char *name);

/* The place of this number, if it is one; false behind the last. `place->name` is empty where it is
 * none. */
bool nth_place(struct place *place, unsigned number, const struct start *start);

#endif
