/* What a mapped object says of itself, read from its dynamic section in memory. */
#ifndef DYNPK_AUDIT_DYNAMIC_H
#define DYNPK_AUDIT_DYNAMIC_H

#include <link.h>
#include <stdbool.h>

/* Whether `map` names `name` in a DT_NEEDED. */
bool needs(const struct link_map *map, const char *name);

/*
 * Make `map` need `name`, which must stay, in place of the first name it needs, before ld.so has
 * looked. False when it needs nothing, or its dynamic section cannot be written.
 */
bool need_instead(struct link_map *map, const char *name);

bool has_runpath(const struct link_map *map);

/* DT_SONAME, or NULL. */
const char *soname_of(const struct link_map *map);

#endif
