/*
 * The trees that fts_open() and its like walk: what the C library's structures say, and the
 * children of a directory.
 */
#ifndef DYNPK_SHIM_HIERARCHY_H
#define DYNPK_SHIM_HIERARCHY_H

#include "status.h"
#include <stdbool.h>
#include <stddef.h>

enum {
	OPTION_FOLLOW_ROOTS = 1,
	OPTION_LOGICAL = 2,
	OPTION_NO_STATUS = 8,
	OPTION_SEE_DOTS = 0x20,
	OPTION_ONE_DEVICE = 0x40,
	OPTION_MASK = 0xff,
	OPTION_NAMES_ONLY = 0x100,
	OPTION_STOPPED = 0x200,
	/* None of the C library's: the walk is this file's. */
	OPTION_OWN = 0x40000000,
};
enum {
	INFO_DIRECTORY = 1,
	INFO_CYCLE,
	INFO_OTHER,
	INFO_UNREADABLE,
	INFO_DOT,
	INFO_DIRECTORY_LAST,
	INFO_ERROR,
	INFO_FILE,
	INFO_BEGIN,
	INFO_NO_STATUS,
	INFO_NOT_ASKED,
	INFO_LINK,
	INFO_DANGLING,
};
enum { AGAIN = 1, FOLLOW_LINK, NOTHING, SKIP };
enum { ROOT_PARENT_LEVEL = -1, ROOT_LEVEL = 0, WALK_PATH_SIZE = 65536, LISTED_DIRECTORY = 4 };

/* Of FTSENT, what stands behind the inode. */
struct item_rest {
	uint64_t device;
	link_count links;
	int16_t level;
	uint16_t info;
	uint16_t flags;
	uint16_t instruction;
	union status *status;
	char name[];
};

/* FTSENT */
struct item {
	struct item *cycle;
	struct item *parent;
	struct item *next;
	long number;
	void *pointer;
	char *access_path;
	char *path;
	int error;
	int descriptor;
	uint16_t path_length;
	uint16_t name_length;
	/* The rest stands right behind the one or the other. */
	union {
		uint64_t inode;
		uint32_t small_inode;
	};
};

typedef int item_comparer(const void *a, const void *b);

/* FTS */
struct hierarchy {
	struct item *current;
	struct item *children;
	struct item **sorted;
	uint64_t device;
	char *path;
	int descriptor;
	int path_size;
	int item_count;
	item_comparer *compare;
	int options;
	/* The C library has more of its own from here on. */
	enum form form;
};

static inline size_t rest_offset(const struct hierarchy *walk)
{
	return sizeof(struct item) - (is_small(walk->form) ? sizeof(uint32_t) : 0);
}

static inline struct item_rest *rest_of(const struct hierarchy *walk, const struct item *item)
{
	return (struct item_rest *)(void *)((char *)(uintptr_t)item + rest_offset(walk));
}

static inline uint64_t item_inode(const struct hierarchy *walk, const struct item *item)
{
	return is_small(walk->form) ? item->small_inode : item->inode;
}

/* NULL with errno where there is no memory. */
struct item *make_item(const struct hierarchy *walk, const char *name);
void free_item(struct item *item);
void free_items(struct item *first);

/* What it is, by its access path; `follows` also where it is a link. */
uint16_t classify_item(const struct hierarchy *walk, struct item *item, bool follows);

/* In the caller's order, where he has one. Returns the first. */
struct item *sort_items(const struct hierarchy *walk, struct item *first, size_t count);

/* Put the name of `item` behind its directory's path; false where it is too long. */
bool write_name(struct hierarchy *walk, const struct item *item);

/* The children of the directory that was reached; NULL: there are none, or an error was noted. */
struct item *read_children(struct hierarchy *walk, bool enters);

#endif
