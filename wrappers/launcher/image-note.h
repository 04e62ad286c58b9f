/*
 * What an image's stub hands to the launcher that it enters.
 *
 * An image is a file that a packed program has made out of its own: it may lie anywhere, and finds
 * its bundle by the path in this note. The path shim writes it (wrappers/shim/image.c) behind
 * the stub's code. See docs/decisions/0023.
 */
#ifndef DYNPK_IMAGE_NOTE_H
#define DYNPK_IMAGE_NOTE_H

#include <stdint.h>

struct image_note {
	/* Of this note and of the image's own entry point, as its program headers count. */
	uint64_t address;
	uint64_t entry;
	/* Of the launcher that the stub maps. */
	char path[];
};

#endif
