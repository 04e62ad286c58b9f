/*
 * What the parts of one launch share.
 */
#ifndef DYNPK_LAUNCH_H
#define DYNPK_LAUNCH_H

#include "arena.h"
#include "record.h"
#include "start.h"

struct launch {
	const struct record *record;
	struct start start;
	struct arena arena;
	size_t page;
	/* Whether the bundled loader will find its origin through /proc/self/exe. */
	bool has_proc;
	/* The top of the bundle, and the same place under a name no loader can misread. */
	const char *top;
	const char *search_top;
	/* Paths that can be opened: of the moved program, of what starts it, of this launcher. */
	const char *program;
	const char *target;
	const char *launcher;
	/* How the program will see the bundle's paths. */
	enum engine engine;
	/* Names that could not be shown, because the directories are the user's. */
	unsigned hidden_names;
};

#endif
