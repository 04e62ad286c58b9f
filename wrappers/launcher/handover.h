/*
 * The stack a mapped loader starts with.
 */
#ifndef DYNPK_HANDOVER_H
#define DYNPK_HANDOVER_H

#include "give-back.h"
#include "launch.h"

/* What the kernel would have told the loader of a program it started itself. */
struct handover {
	uintptr_t headers;
	uintptr_t header_count;
	uintptr_t entry;
	uintptr_t base;
	struct give_back *back;
	/* The program's code, where the kernel shall know of the program too; or 0. */
	uintptr_t code;
	uintptr_t code_end;
	/* Of a program that was mapped here at its one place: where its heap begins natively; or 0.
	 */
	uintptr_t heap;
};

/* How many words of stack are enough for whatever way of starting. */
size_t stack_slots(const struct launch *launch);

/* Write the caller's arguments from argv[1] on and a final NULL; returns behind it. */
char **write_arguments(const struct launch *launch, char **to);

/* Set what is said to the loader alone: from `first` on, where the environment ends so far. */
char **write_extras(char **first, char *const *extras, struct give_back *back);

/* Finish the environment at `end`, write the auxiliary vector behind it and go. */
_Noreturn void enter_loader(const struct launch *launch, uintptr_t *stack, char **end,
			    const struct handover *handover, uintptr_t entry);

#endif
