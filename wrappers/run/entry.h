/*
 * An entry of the cache: where it lies, and what lies beside it while it is made.
 */
#ifndef DYNPK_RUN_ENTRY_H
#define DYNPK_RUN_ENTRY_H

#include "namespace/path.h"
#include "random.h"

enum { ENTRY_NAME_SIZE = 128 };

struct cache {
	/* The directory that entries lie in. */
	int runs;
	const char *path;
	/* Of the entry: the id in hexadecimal digits. */
	char id[65];
};

void write_id(char id[65]);

/* The id with a word behind it, such as `.lock`. */
void name_beside(const struct cache *cache, const char *word, char name[ENTRY_NAME_SIZE]);

/* The same with a random number. */
void new_name_beside(const struct cache *cache, const struct start *start, const char *word,
		     char name[ENTRY_NAME_SIZE]);

/* The state file of the tree whose top has this inode. */
void state_name(const struct cache *cache, uint64_t inode, char name[ENTRY_NAME_SIZE]);

#endif
