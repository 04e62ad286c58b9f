/*
 * Files that lie aside, because a launcher stands where they are seen: started by a descriptor, or
 * by a name of /proc that leads to one, they are started by that launcher.
 */
#ifndef DYNPK_SHIM_ASIDE_H
#define DYNPK_SHIM_ASIDE_H

#include <stdbool.h>

struct view;

/* Whether this is a name of an open file. */
bool names_descriptor(const char *path);

/*
 * Where the program sees the file that `link`, a name of /proc, leads to, if a launcher stands
 * there; else NULL. To be given to drop_seen().
 */
char *seen_behind(const struct view *view, const char *link);
char *seen_behind_descriptor(const struct view *view, int fd);
void drop_seen(char *seen);

#endif
