/*
 * What the callbacks know between them. ld.so holds its lock during every callback: nothing here
 * needs a lock of its own.
 */
#ifndef DYNPK_AUDIT_WATCH_H
#define DYNPK_AUDIT_WATCH_H

#include "hot.h"
#include "origin.h"
#include "start.h"

#include <link.h>

#define EXPORTED __attribute__((visibility("default")))

struct watch {
	struct start start;
	/* Whether ld.so has opened the program, and whether it is about to enter it. */
	bool program_seen, program_started;
	const struct link_map *loader_map;
	const void *loader_code;
};

/* The search under way: ld.so finishes one name before it begins the next. */
struct search {
	/* NULL: ld.so does not tell. */
	const struct link_map *requester;
	const char *place;
	/* What the candidate last looked at is. */
	struct object object;
	/* That candidate, as ld.so spells it, behind the name that was asked for. */
	char *opened;
	char asked[2 * PATH_MAX];
};

/* One of each is enough while the loader holds its lock. */
struct rooms {
	struct line line;
	struct origin_room origin;
	char name[PATH_MAX];
};

/* Without a table of addresses that ld.so would have to fill in. */
#pragma GCC visibility push(hidden)
extern struct watch watch;
extern struct search search;
extern struct rooms rooms;
/* Of the walks before the program starts. */
extern struct landmark landmark;
#pragma GCC visibility pop

/* Say in `object` what it was searched for. */
void complete(struct object *object);

/* Judge a file by the name it is opened by. */
void judge(const char *opened, struct object *object);

#endif
