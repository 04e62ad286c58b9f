/*
 * Whether an entry is there as it was published.
 */
#ifndef DYNPK_RUN_SOUND_H
#define DYNPK_RUN_SOUND_H

#include "entry.h"
#include "index.h"

enum soundness {
	ENTRY_ABSENT,
	/* Directories, and the files that a start begins with, are as they were: nothing is
	   missing. */
	ENTRY_SOUND,
	/* A directory changed, as it does where names are added: the index decides. */
	ENTRY_CHANGED,
	ENTRY_UNSOUND,
};

/* A few system calls a directory; the index is not needed. */
enum soundness look_at_entry(const struct cache *cache);

/* Whether every name of the index is there, with its kind and size. */
bool holds_all(const struct cache *cache, const struct index *index);

#endif
