/*
 * Programs by PATH, and names in a list.
 */
#ifndef DYNPK_HOST_PROGRAMS_H
#define DYNPK_HOST_PROGRAMS_H

#include "host.h"
#include "look.h"

/* Those of the names, up to a NULL, that are there. */
void tell_programs(struct telling *telling, const char *name, char *const *environment,
		   const char *const *programs);
void tell_names(struct telling *telling, const char *name, const struct names *names);
/* The value of a variable that is set to something, or NULL. */
const char *find_set(char *const *environment, const char *name);

#endif
