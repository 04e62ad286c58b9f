/*
 * What is told of a host, as JSON or as a page to read: written as it grows.
 *
 * What cannot be told is null in its place, and `untold` tells why, by the JSON pointer of the
 * fact. A name is NULL for what stands in a list.
 */
#ifndef DYNPK_HOST_TELLING_H
#define DYNPK_HOST_TELLING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { DEPTH_LIMIT = 8, TELLING_BUFFER = 4096, UNTOLD_SIZE = 16384 };

/* A record or a list that is not closed yet. */
struct opened {
	const char *name;
	unsigned count;
	bool is_list;
	/* Of texts: they share a line. */
	bool is_in_line;
};

struct telling {
	int fd;
	bool is_page;
	unsigned depth;
	struct opened open[DEPTH_LIMIT];
	size_t used;
	char buffer[TELLING_BUFFER];
	size_t untold_used;
	char untold[UNTOLD_SIZE];
};

void begin_telling(struct telling *telling, int fd, bool is_page);
void end_telling(struct telling *telling);

void open_record(struct telling *telling, const char *name);
void close_record(struct telling *telling);
/* Of records. */
void open_list(struct telling *telling, const char *name);
void open_list_of_texts(struct telling *telling, const char *name);
void close_list(struct telling *telling);

void tell_text(struct telling *telling, const char *name, const char *text);
void tell_number(struct telling *telling, const char *name, uint64_t number);
/* On a page in the unit that fits. */
void tell_bytes(struct telling *telling, const char *name, uint64_t bytes);
void tell_flag(struct telling *telling, const char *name, bool flag);
void tell_nothing(struct telling *telling, const char *name, const char *why);
/* The text, or where there is none, why. */
void tell_text_or(struct telling *telling, const char *name, const char *text, const char *why);
/* Of what is there and not whole. */
void note_untold(struct telling *telling, const char *name, const char *why);

#endif
