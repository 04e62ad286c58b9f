/*
 * Of the caller's LD_LIBRARY_PATH and LD_PRELOAD, what a packed program gets: what the bundle has,
 * named by its place in the bundle or by the path it came from. What is the host's is set aside,
 * but for objects that DYNPK_PRELOAD names and that fit (docs/decisions/0024).
 */
#ifndef DYNPK_INHERITED_H
#define DYNPK_INHERITED_H

#include "launch.h"

/* Of each list, so many elements are looked at. */
enum { INHERITED_LIMIT = 64 };
/* Libraries that an object of the user's needs and the bundle has not. */
enum { TAKE_ALONG_LIMIT = 4 };

struct inherited_object {
	const char *path;
	/* Below the top of the bundle; else it is as the user names it. */
	bool is_bundled;
};

struct inherited {
	/* Below the top of the bundle. */
	const char *directories[INHERITED_LIMIT];
	size_t directory_count;
	struct inherited_object objects[(2 + TAKE_ALONG_LIMIT) * INHERITED_LIMIT];
	size_t object_count;
	/* For the object in hand. */
	size_t taken_along;
};

/* How much of the arena is needed; `longest` is the longest path of the bundle's own. */
size_t inherited_bytes(char **environment, size_t longest);

/* Set `launch->inherited` where the environment has anything of the kind. */
void read_inherited(struct launch *launch);

/* Whether the bundle has what a path names, by its place there or the path it came from. */
bool is_of_bundle(const struct launch *launch, const char *path);

/*
 * Write the path of the library that the loader would find by a name, in a buffer of PATH_MAX
 * bytes; NULL where the bundle has none.
 */
const char *find_library(const struct launch *launch, const char *name, char *buffer);

#endif
