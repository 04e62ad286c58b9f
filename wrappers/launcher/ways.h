/*
 * The ways to start what a record names. `stack` has room for stack_slots() words.
 */
#ifndef DYNPK_WAYS_H
#define DYNPK_WAYS_H

#include "launch.h"

/* Do what the kernel does: map the program and the loader, and enter the loader. */
_Noreturn void start_like_kernel(struct launch *launch, uintptr_t *stack);

/* Map the loader alone and run it as a program of its own, with options. */
_Noreturn void start_with_options(struct launch *launch, uintptr_t *stack);

/* Execute the loader with options. */
_Noreturn void start_by_exec(struct launch *launch, char **argv);

/* Execute the launcher of a script's interpreter. */
_Noreturn void start_script(struct launch *launch, char **argv);

/* Execute a static program. */
_Noreturn void start_static(struct launch *launch, char **argv);

/* Execute this launcher by its place in the bundle. */
_Noreturn void start_at_home(struct launch *launch, char **argv);

#endif
