/*
 * A walk over both trees, name by name, as the kernel would follow a path. Where it starts and what
 * is made of its end is for route.c.
 */
#ifndef DYNPK_SHIM_WALK_H
#define DYNPK_SHIM_WALK_H

#include "view.h"

/*
 * A walk over both trees. What has been walked is `seen`, free of links; what is still to be
 * walked stands at the end of `rest`, where the text of a link can be put in front of it.
 */
struct walk {
	const struct view *view;
	unsigned intent;
	uint32_t node;
	bool is_bundled;
	/* The host has, or may have, something in the way: the kernel is to say what. */
	bool is_stuck;
	/* What was asked for is not what leads there. */
	bool differs;
	/* What was walked last can only be a directory. */
	bool wants_directory;
	int links;
	uint64_t hash;
	size_t length;
	char *seen;
	size_t at;
	char *rest;
	/* Of both. */
	size_t size;
};

/* Put `text` at the end of `rest`; false where it is too long for that. */
bool set_rest(struct walk *walk, const char *text);

/* Go on at the end of what has been walked. */
bool append(struct walk *walk, const char *name, size_t length);

/* Walk all of `rest`, or to where the host has the say. Returns 0 or an errno. */
int walk_rest(struct walk *walk);

#endif
