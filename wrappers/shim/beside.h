/*
 * Programs that look for others beside themselves.
 */
#ifndef DYNPK_SHIM_BESIDE_H
#define DYNPK_SHIM_BESIDE_H

#include <stdbool.h>

struct route;
struct view;

/*
 * argv[0] may lie in `bin/` of the bundle, which offers what was asked for and nothing else: what
 * is missing there is looked for where this program lies. The route then leads to its launcher.
 */
bool find_beside(const struct view *view, struct route *route, const char *path);

#endif
