/*
 * Variables of the host that would act on a bundled loader. They are hidden from it in place, by
 * another first letter of their names, and uncovered before the program's own code runs.
 */
#ifndef DYNPK_LOADER_VARIABLES_H
#define DYNPK_LOADER_VARIABLES_H

#include <stdbool.h>

/* Whether an entry sets one of them. */
bool acts_on_loader(const char *entry);

/* GLIBC_TUNABLES too where others stand in their place. */
void hide_loader_variables(char **first, char **end, bool with_tunables);
void uncover_loader_variables(char **environment);

#endif
