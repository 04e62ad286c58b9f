/*
 * The working directory as the program sees it.
 */
#ifndef DYNPK_SHIM_WORKING_DIRECTORY_H
#define DYNPK_SHIM_WORKING_DIRECTORY_H

#include "base/file.h"
#include "view.h"

/* A place that relative paths count from. */
struct base {
	uint32_t node;
	/* Lies in the bundle's own tree, so that the kernel's relative paths count from there. */
	bool is_bundled;
	/* Lies there too, but the program has called it by the name it has there. */
	bool is_meant;
	/* What how_plain() knows of a directory of the host. */
	uint64_t hash;
	size_t length;
	/* As the program sees it. */
	char path[PATH_MAX];
};

/* This process is the one whose working directory is remembered, before any child can be. */
void own_working_directory(void);

/* The working directory; false where the kernel does not tell. */
bool read_working_directory(const struct view *view, const struct base **base, struct base *space);
/* From now on threads have their own. */
void distrust_working_directory(void);
/* Whether what is remembered of this process is remembered in its own memory. */
bool is_owner(void);
/* After the kernel's changed; `path` is what the program called it, NULL: by a descriptor. */
void note_working_directory(const char *path);

#endif
