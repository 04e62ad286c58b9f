/*
 * Environments as lists of `NAME=value`. Pure.
 */
#ifndef DYNPK_BASE_VARIABLES_H
#define DYNPK_BASE_VARIABLES_H

#include "base/text.h"

/* The value of `NAME=value` when `entry` sets `name`, or NULL. */
inline const char *value_of(const char *entry, const char *name)
{
	const char *rest = text_behind(entry, name);

	return rest != NULL && *rest == '=' ? rest + 1 : NULL;
}

/* The value that a list gives to `name`, or NULL. */
const char *find_value(char *const *environment, const char *name);

#endif
