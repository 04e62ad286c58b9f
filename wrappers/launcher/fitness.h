/*
 * Whether an object of the user's can be loaded into a packed program: its kind of machine, the
 * libraries it needs, and the versions it needs of them.
 */
#ifndef DYNPK_FITNESS_H
#define DYNPK_FITNESS_H

#include "launch.h"

/*
 * Where not, says so in one sentence. `siblings` is the list of objects that it is one of. What has
 * to be loaded ahead of it, of the host's, joins the inherited objects.
 */
bool is_fit(struct launch *launch, const char *path, const char *siblings);

#endif
