/*
 * The environment the program gets: the caller's, with the bundle's rules applied to it.
 */
#ifndef DYNPK_ENVIRONMENT_H
#define DYNPK_ENVIRONMENT_H

#include "launch.h"

/* Upper bounds of what the rules can add: entries, and bytes besides the record's own. */
size_t environment_slots(const struct record *record);
size_t environment_bytes(const struct record *record, char **environment, size_t top_length);

/* Write the entries to `to` without a final NULL; returns behind the last. */
char **write_environment(struct launch *launch, char **to);

/* Set a variable whatever it was before. `first` to `end` are the entries so far. */
char **set_variable(char **first, char **end, char *entry);

/* Set by a script's launcher for its interpreter's: the name the process shall have. */
#define PROCESS_NAME_VARIABLE "DYNPK_PROCESS_NAME"

#endif
