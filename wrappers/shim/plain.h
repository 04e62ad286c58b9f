/*
 * Whether a path can be left to the C library as it is, by what is known already.
 */
#ifndef DYNPK_SHIM_PLAIN_H
#define DYNPK_SHIM_PLAIN_H

#include <stdbool.h>
#include <stdint.h>

/* Whether this may be the address of a text; all else is for the kernel to refuse. */
static inline bool is_path(const char *path)
{
	enum { PAGE = 4096 };

	return (uintptr_t)path >= PAGE && (uintptr_t)path < -(uintptr_t)PAGE;
}

enum plainness {
	/* The bundle has to do with it, or may have. */
	NOT_PLAIN,
	/* To be left to the C library as it is. */
	PLAIN,
	/* A merged directory: plain where the host has a directory there. Asked with UNFOLLOWED
	   only. */
	PLAIN_IF_THERE,
};

enum plainness how_plain(int directory, const char *path, unsigned intent);

static inline bool is_plain(int directory, const char *path, unsigned intent)
{
	return how_plain(directory, path, intent) == PLAIN;
}

#endif
