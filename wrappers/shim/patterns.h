/*
 * Patterns matched in both trees, for C libraries whose glob() cannot be told how to look.
 */
#ifndef DYNPK_SHIM_PATTERNS_H
#define DYNPK_SHIM_PATTERNS_H

#include <stddef.h>

/* As far as all C libraries agree. */
enum {
	GLOB_STOP_ON_ERROR = 1,
	GLOB_MARK_DIRECTORIES = 2,
	GLOB_UNSORTED = 4,
	GLOB_LEAVE_SLOTS = 8,
	GLOB_PATTERN_IF_NONE = 16,
	GLOB_ADD = 32,
	GLOB_NO_ESCAPE = 64,
	GLOB_MATCH_PERIOD = 128,
	GLOB_HOME = 1 << 12,
	GLOB_HOME_OR_NONE = 1 << 14,
};
enum { GLOB_FAILED_SPACE = 1, GLOB_FAILED_ABORTED = 2, GLOB_FAILED_NONE = 3 };

typedef int glob_error(const char *path, int error);

struct glob {
	size_t count;
	char **paths;
	size_t offset;
};

/* glob() without the home directories of a leading `~`. */
int match_paths(const char *pattern, int flags, glob_error *on_error, struct glob *found);
void free_paths(struct glob *found);

#endif
