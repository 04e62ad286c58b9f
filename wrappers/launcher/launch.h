/*
 * What the parts of one launch share.
 */
#ifndef DYNPK_LAUNCH_H
#define DYNPK_LAUNCH_H

#include "arena.h"
#include "image-note.h"
#include "namespace/projection.h"
#include "record.h"
#include "start.h"

struct inherited;

struct launch {
	const struct record *record;
	/* How the program will see the bundle's paths. */
	enum engine engine;
	/* It is in a user namespace that was made for it. */
	bool has_own_users;
	/* `has_proc`: the bundled loader will find its origin through /proc/self/exe. */
	struct projection bundle;
	/* The bundle's top under a name no loader can misread. */
	const char *search_top;
	/* What the caller's environment asks of the loader; NULL: nothing. */
	struct inherited *inherited;
	/* Paths that can be opened: of the moved program, of what starts it, of this launcher. */
	const char *program;
	const char *target;
	const char *launcher;
	/*
	 * The kernel has mapped the program, one that a packed program has made: its stub led here,
	 * with a note; or its PT_INTERP did, without one.
	 */
	bool is_image;
	const struct image_note *note;
	struct start start;
	struct arena arena;
	size_t page;
};

#endif
