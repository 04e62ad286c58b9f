/*
 * The `.run` file itself: opened, and its index read, when something of it is needed, which it is
 * not where its bundle lies in the cache already.
 */
#ifndef DYNPK_RUN_SOURCE_H
#define DYNPK_RUN_SOURCE_H

#include "index.h"
#include "launcher/start.h"

struct source {
	const struct start *start;
	int fd;
	bool is_open;
	struct index index;
};

/* What the user calls the file. */
const char *source_name(const struct start *start);

/* Whether it is known to have another size than its head says; nothing is opened. */
bool is_cut_or_grown(const struct start *start);

/* Open it and read its index, unless that is done. What is wrong, as the end of a sentence that
 * begins with its name, or NULL. */
const char *open_source(struct source *source);

/* Whether so many bytes were there. */
bool read_source(const struct source *source, void *to, size_t size, uint64_t offset);

#endif
