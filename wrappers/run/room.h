/*
 * Whether a file system will do: kind, noexec, room.
 */
#ifndef DYNPK_RUN_ROOM_H
#define DYNPK_RUN_ROOM_H

#include "entry.h"
#include <stdbool.h>

/* Whether it is another machine's, or may be. */
bool is_on_network(const char *path);

/* Whether programs cannot be run from it, as far as its mount says. */
bool is_noexec(const char *path);

/*
 * Why the bundle cannot be unpacked there, as an end of a sentence that begins with the name; NULL:
 * it can. `may_use_memory`: the user asked for that very place.
 */
const char *object_to_room(const char *path, bool may_use_memory);

/* The same of a directory of our own, by a file that is made in it for a moment. */
const char *object_to_programs(const struct start *start, const struct cache *cache);

#endif
