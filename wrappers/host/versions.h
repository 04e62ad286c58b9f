/*
 * The version nodes that a shared library of this machine defines, read from its file.
 *
 * The file is hostile: everything is bounded, and what does not hold together defines nothing.
 */
#ifndef DYNPK_HOST_VERSIONS_H
#define DYNPK_HOST_VERSIONS_H

#include <stdbool.h>

enum { NODE_SIZE = 64, FAMILY_LIMIT = 8, MARK_LIMIT = 32 };

struct versions {
	/* Of each family of nodes with numbers (`GLIBC_2.36`) the highest. */
	unsigned families;
	struct {
		char name[NODE_SIZE];
		char number[NODE_SIZE];
	} highest[FAMILY_LIMIT];
	/* Nodes without a number, such as `GLIBC_ABI_DT_RELR`. */
	unsigned marks;
	char mark[MARK_LIMIT][NODE_SIZE];
};

/* False for what is no shared library of this machine. */
bool read_versions(int fd, struct versions *versions);

/* Whether one number, `2.36`, is higher than another. */
bool is_higher(const char *one, const char *other);

#endif
