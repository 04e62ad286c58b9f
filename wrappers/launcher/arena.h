/*
 * Memory for the strings of one launch. It lies on the stack that the program inherits, so that
 * what the loader or the program keeps a pointer to stays valid.
 */
#ifndef DYNPK_ARENA_H
#define DYNPK_ARENA_H

#include <stddef.h>

struct arena {
	char *next;
	char *end;
};

void *take(struct arena *arena, size_t size);

/* One string out of several: the parts end with NULL. */
char *join(struct arena *arena, const char *const *parts);

#define JOIN(arena, ...) join(arena, (const char *const[]){ __VA_ARGS__, NULL })

/* The same piece by piece: nothing else is taken in between. */
char *text_begin(struct arena *arena);
void text_put(struct arena *arena, const char *piece);
void text_end(struct arena *arena);

#endif
