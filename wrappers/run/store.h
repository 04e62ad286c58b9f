/*
 * Files that bundles of one cache have in common are hard links of one another: `files/` beside the
 * entries has one more name of each, which tells its contents, mode and time.
 *
 * Nothing depends on it. What cannot be linked stays as it was written, and a name there is
 * believed only after the contents were compared.
 */
#ifndef DYNPK_RUN_STORE_H
#define DYNPK_RUN_STORE_H

#include "entry.h"
#include "index.h"

struct store {
	int directory;
	/* By row: how many before it would have the same name. They are other files of one bundle,
	   and stay so: the loader takes two names of one inode for one library. */
	uint32_t *ordinals;
};

/* Made, where there is none; false: it cannot be. Either way it is to be closed. */
bool open_store(struct store *store, const struct cache *cache, const struct index *index);
void close_store(const struct store *store);

/* Let a row's file, which is finished and has its name in this directory, be one with the store's.
 */
void share_file(const struct store *store, const struct start *start, const struct index *index,
		uint32_t row, int directory);

/* Remove from it what no tree has, and itself if that is all. */
void sweep_store(const struct cache *cache);

#endif
