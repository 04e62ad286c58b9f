/* The programs that a shell's command names: as much of its grammar as that takes. Pure. */
#ifndef DYNPK_SHIM_COMMAND_WORDS_H
#define DYNPK_SHIM_COMMAND_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/*
 * The next command's name, from `*at` on, which moves behind it. False at the end. What the shell
 * would still have to expand, and what it does itself, is passed over.
 */
bool next_command(const char **at, char *name, size_t room);

#endif
