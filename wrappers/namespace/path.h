/*
 * A path that grows and shrinks by names at its end.
 */
#ifndef DYNPK_PATH_H
#define DYNPK_PATH_H

#include "base/file.h"

/* Of the top of a bundle, which more than one name of PATH_MAX may lead to. */
enum { TOP_LIMIT = 16384 };

struct path {
	size_t length;
	/* "" stands for the root. */
	char text[PATH_MAX];
};

static inline const char *path_text(const struct path *path)
{
	return path->length == 0 ? "/" : path->text;
}

/* Whether there was room. */
static inline bool path_push(struct path *path, const char *name, size_t length)
{
	if (path->length + length + 2 > PATH_MAX)
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

/* To count names from. */
static inline long open_directory(int directory, const char *path)
{
	return sys_openat(directory, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
}

#endif
