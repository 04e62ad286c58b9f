/*
 * Put a planned image into memory.
 */
#ifndef DYNPK_MAP_H
#define DYNPK_MAP_H

#include "image.h"

/* Open `path`, plan it and map it; returns the address of its lowest page. Fails with a sentence.
 */
uintptr_t map_file(struct image *image, const char *path, size_t page);

/* The same for a program the kernel has mapped already: `lowest` is where. */
void plan_mapped(struct image *image, uintptr_t lowest, const char *path, size_t page);

int protection_of(uint32_t flags);

#endif
