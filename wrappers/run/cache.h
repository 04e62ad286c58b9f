/*
 * Choose the place of the cache, and have the bundle in it.
 */
#ifndef DYNPK_RUN_CACHE_H
#define DYNPK_RUN_CACHE_H

#include "entry.h"
#include "source.h"

/* How often an entry is looked for that is removed as soon as it is there. */
enum { LOOKS = 4 };

/*
 * The top directory of the unpacked bundle, open and by name. `asked` is where the cache is to be,
 * or NULL. Where there is no place, one sentence says why.
 */
int have_bundle(struct source *source, const char *asked, char top[2 * PATH_MAX]);

#endif
