/*
 * What an entry looked like when it was published: `ID.INODE.state` beside it. A start compares it,
 * and so notices what is missing or was replaced without reading the `.run` file. Made and read by
 * the runners of one machine; who can write to it can write to the tree.
 */
#ifndef DYNPK_RUN_STATE_H
#define DYNPK_RUN_STATE_H

#include "entry.h"
#include "index.h"

#define STATE_MAGIC "DYNPKST1"

struct state_head {
	char magic[8];
	unsigned char id[ID_SIZE];
	uint32_t directories;
	uint32_t files;
	uint32_t text_size;
	/* Over all that follows and the three numbers. */
	uint32_t check;
};

/* First the directories below the top, then files. */
struct state_row {
	/* Below the top; offset in the text behind the rows. */
	uint32_t path;
	/* When a directory changed, or a file's contents. */
	uint32_t nanoseconds;
	uint64_t seconds;
	/* The inode of a directory, the size of a file. */
	uint64_t number;
};

uint32_t state_sum(const struct state_head *head);

/* Write the state of the tree with this top; minus the errno where that fails. */
long write_state(const struct cache *cache, const struct start *start, const struct index *index,
		 int top);

/* Whether a row is told as a file: a program that bin/ names, or what lies in the top itself. */
bool is_told_file(const struct index *index, uint32_t row);

#endif
