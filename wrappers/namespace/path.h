/*
 * A path that grows and shrinks by names at its end.
 */
#ifndef DYNPK_PATH_H
#define DYNPK_PATH_H

#include <stdbool.h>
#include <stddef.h>

enum {
	PATH_LIMIT = 4096,
	/* The top of a bundle, which more than one name of that length may lead to. */
	TOP_LIMIT = 16384,
};

struct path {
	size_t length;
	/* "" stands for the root. */
	char text[PATH_LIMIT];
};

static inline const char *path_text(const struct path *path)
{
	return path->length == 0 ? "/" : path->text;
}

/* Whether there was room. */
static inline bool path_push(struct path *path, const char *name, size_t length)
{
	if (path->length + length + 2 > PATH_LIMIT)
		return false;
	path->text[path->length++] = '/';
	for (size_t i = 0; i < length; i++)
		path->text[path->length++] = name[i];
	path->text[path->length] = '\0';
	return true;
}

static inline void path_cut(struct path *path, size_t length)
{
	path->length = length;
	path->text[length] = '\0';
}

#endif
