/*
 * From a path to what is given to the C library instead.
 */
#ifndef DYNPK_SHIM_ROUTE_H
#define DYNPK_SHIM_ROUTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { SHORT_SIZE = 512 };

/*
 * Where a path leads: what to give to the C library instead. It lies on stacks that may be small, a
 * signal handler's among them: so paths are short there, and long ones are given more memory.
 */
struct route {
	const char *path;
	int directory;
	uint32_t node;
	/* The bundle's own: `path` then lies below its top. */
	bool is_bundled;
	/* Open while `path` leads to it, by its number; else -1. */
	int image;
	/* How many were followed on the way. */
	int links;
	/* As the program sees it, links followed. */
	size_t length;
	char *seen;
	char *place;
	/* Room for two long paths, or NULL. */
	void *more;
	char room[2][SHORT_SIZE];
};

void drop_route(struct route *route);

/* Declares one that is dropped with its block. */
#define ROUTE(name)                                                                                \
	struct route name __attribute__((cleanup(drop_route)));                                    \
	name.more = NULL;                                                                          \
	name.image = -1

/*
 * A path through the link that /proc has to this process's own root is one from the root: what is
 * behind the link, or the path itself.
 */
const char *behind_root_link(const char *path);

/* Returns 0, or the errno the call fails with. The route may be an earlier one. */
int find_route(struct route *route, int directory, const char *path, unsigned intent);

#endif
