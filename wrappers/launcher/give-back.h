/*
 * What the bundled loader had to be shown, and the program must not see.
 *
 * The loader takes its library path from the environment; variables of the host that would act on
 * the bundled loader (LD_PRELOAD and its like) are hidden from it. Between the loader's work and
 * the first line of the program's own, all of that is undone, in place: the strings, the
 * environment and the auxiliary vector are then what the kernel would have handed over. See
 * docs/decisions/0009.
 */
#ifndef DYNPK_GIVE_BACK_H
#define DYNPK_GIVE_BACK_H

#include "start.h"

/* In the auxiliary vector until it was given back; loaders skip types they do not know. */
enum { AT_GIVE_BACK = 0x64796e70 };

struct give_back {
	/* How many strings at the end of the environment are ours: an even number. */
	size_t extra_count;
	/* The program's entry point, where the auxiliary vector names ours instead; or 0. */
	uintptr_t entry;
	/* What the user gave, where the loader could not be told; or NULL. */
	char *argv0;
	/* How many arguments, argv[0] included, the program shall have. */
	size_t argc;
	/* What AT_EXECFN was; or NULL where nobody changes it. */
	char *path;
	/* The program's PT_INTERP header, in a page to be made read-only again; or NULL. */
	elf_phdr *interpreter;
	uintptr_t interpreter_address;
	uintptr_t page;
	size_t page_size;
	/* The DT_PREINIT_ARRAY of the loader's making for us: this hook alone. */
	uintptr_t preinit[1];
	/* The program's own DT_PREINIT_ARRAY, called behind ours. */
	const uintptr_t *own_preinit;
	size_t own_preinit_count;
};

/* For DT_PREINIT_ARRAY: runs before every constructor (elf/dl-init.c). */
void give_back_before_constructors(int argc, char **argv, char **environment);

/* For AT_ENTRY: returns the program's entry point. */
uintptr_t give_back_at_entry(uintptr_t *stack);

/* The code AT_ENTRY names: calls the function above and goes on with every register kept. */
void entry_hook(void);

#endif
