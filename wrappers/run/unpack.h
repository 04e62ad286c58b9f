/*
 * Unpack the whole tree into an empty directory, by as many processes as there are processors.
 */
#ifndef DYNPK_RUN_UNPACK_H
#define DYNPK_RUN_UNPACK_H

#include "children.h"
#include "index.h"
#include "source.h"
#include "store.h"

/* What went wrong first; in memory that all processes share. */
struct trouble {
	/* 0: none yet; 1: being told; 2: told. */
	uint32_t state;
	enum { NO_TROUBLE, TROUBLE_OF_SYSTEM, TROUBLE_OF_FRAME } kind;
	/* Of a failed call, and the row it was about; or the number of a frame. */
	long result;
	uint32_t number;
};

struct shared {
	uint32_t next_unit;
	struct trouble trouble;
};

struct unpacking {
	const struct source *source;
	const struct index *index;
	/* To be filled; frames are only decoded where it is -1. */
	int top;
	/* What files are shared with other trees by, or NULL. */
	const struct store *store;
	/* Run at the end, in one of the other processes, or NULL; told trouble counts. */
	bool (*finish)(struct unpacking *unpacking);
	void *finish_argument;
	struct shared *shared;
	uint32_t *units;
	uint32_t unit_count;
};

/* Only the first counts. Returns false, for whoever has nothing else to do. */
bool tell_trouble(struct unpacking *unpacking, int kind, long result, uint32_t number);

/* Fill in what is shared; false: there is no memory for it. */
bool prepare_unpacking(struct unpacking *unpacking);

/* Whether all is unpacked and finished; else there is trouble, a signal, or a process was killed.
 */
bool unpack_tree(struct unpacking *unpacking, struct children *children);

#endif
