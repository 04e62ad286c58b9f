/*
 * /proc/self/mountinfo, line by line. Pure.
 */
#ifndef DYNPK_MOUNTINFO_H
#define DYNPK_MOUNTINFO_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Where the mount of the line at `*text` is mounted, without the kernel's escapes; then `*text` is
 * at the next line. False at the end, and for a line that is not whole. What does not fit is cut
 * off.
 */
bool next_mount(const char **text, char *place, size_t size);

#endif
