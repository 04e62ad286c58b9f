/*
 * Environments as lists of `NAME=value`. Pure.
 */
#ifndef DYNPK_BASE_VARIABLES_H
#define DYNPK_BASE_VARIABLES_H

#include <stddef.h>

/* The value of `NAME=value` when `entry` sets `name`, or NULL. */
const char *value_of(const char *entry, const char *name);

/* The value that a list gives to `name`, or NULL. */
const char *find_value(char *const *environment, const char *name);

#endif
