/*
 * The mark of a bundle's namespace: its path table, mounted over itself. Nothing need be in the
 * environment, so that no program can lose it.
 */
#ifndef DYNPK_MARK_H
#define DYNPK_MARK_H

#include <stdbool.h>
#include <stddef.h>

enum { MOUNT_LIST_SIZE = 65536 };

/* Below the top. */
#define TABLE_PLACE "/libexec/dynpk/paths.tbl"
/* PRoot makes no mounts: where it shows the view, it shows the bundle here too. */
#define PROOT_MARK "/.dynpk-bundle"

/* Whether this process is in a view of the bundle that lies at `top`. */
bool is_marked(const char *top);

/*
 * The top of the bundle that the program running in this process is `launcher` of, where it was
 * started by a path at which a namespace shows it. False where there is none.
 */
bool find_marked_top(char *top, size_t size, const char *launcher);

/* Read /proc/self/mountinfo, as far as there is room, ended by NUL. */
void read_mounts(char *to, size_t size);

#endif
