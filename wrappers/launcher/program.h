/*
 * Changes to this process's own copy of a program that was mapped for the loader. The file is never
 * touched.
 */
#ifndef DYNPK_PROGRAM_H
#define DYNPK_PROGRAM_H

#include "give-back.h"
#include "launch.h"

/* A program in memory. */
struct program {
	struct image image;
	uintptr_t lowest;
	/* The loader's l_addr. */
	uintptr_t bias;
	elf_dyn *dynamic;
	size_t dynamic_count;
};

/* Map the program, or find it where the kernel has put it (strategy `self`). */
void place_program(struct launch *launch, struct program *program);

/* Switch its DT_RPATH and DT_RUNPATH off. */
void hide_own_rpath(struct program *program);

/* Have the loader call us before every constructor; false where there is no room to say so. */
bool add_preinit(struct program *program, struct give_back *back);

/* Name the loader, as the loader reads it from the program: by its path in the bundle. */
void name_loader(const struct launch *launch, struct program *program, struct give_back *back);

#endif
