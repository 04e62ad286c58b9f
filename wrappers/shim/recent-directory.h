/*
 * The directory of the host or of a namespace that paths were last found in, by its path: of what
 * lies in it, only the name is left to be looked at.
 */
#ifndef DYNPK_SHIM_RECENT_DIRECTORY_H
#define DYNPK_SHIM_RECENT_DIRECTORY_H

#include <stddef.h>
#include <stdint.h>

/*
 * Of an absolute path: the name behind that directory, whose node and hash are then set; or `path`,
 * where it does not begin with it.
 */
const char *leave_recent_directory(const char *path, uint32_t *node, uint64_t *hash);

/*
 * The first `length` bytes of `path` lead, without a link, to a directory with this node and hash.
 * What is met again and again is remembered.
 */
void note_directory(const char *path, size_t length, uint32_t node, uint64_t hash);

#endif
