/*
 * How the program sees paths: what the bundle has there, and everything else the host's.
 *
 * A path is followed as the kernel would follow it, links and `..` included, over both trees at
 * once (route.h). Most paths never come near the bundle; plain.h says so without a system call.
 */
#ifndef DYNPK_SHIM_VIEW_H
#define DYNPK_SHIM_VIEW_H

#include "base/file.h"
#include "table/table.h"

/* Below the bundle's top. */
#define TABLE_PLACE "/libexec/dynpk/paths.tbl"

enum intent {
	/* Also the last link. */
	FOLLOW = 1,
	/* Changes what is there: the bundle cannot be changed. */
	CHANGE = 2,
	/* Makes or removes a name. */
	ENTRY = 4,
	/* Makes one: what is there already is in the way. */
	MAKE = 8,
	/* Starts it: the launcher, not the file it stands for, and no library. */
	LAUNCH = 16,
	/* Loads it: also what gives way to the host's library, which would fit no other in here. */
	LOAD = 32,
	/* For is_plain: the caller looks itself whether the last name is a link. */
	UNFOLLOWED = 64,
	/* With CHANGE, of what only a file has. */
	CONTENT = 128,
	/* With FOLLOW, reads it: of a launcher, by whatever name, the file it stands for. */
	READ = 256,
};

struct view {
	const struct table *table;
	/* Unless the program is elsewhere. */
	bool shows_paths;
	/*
	 * Of the bundle: the kernel shows paths. Left are starting programs, and libraries, which
	 * programs of the host must not see.
	 */
	bool is_in_namespace;
	/* The program has gone to another root, where the bundle is not. */
	bool is_elsewhere;
	/* The bundle's directory, without links. */
	size_t top_length;
	char top[PATH_MAX];
};

/*
 * Where the top ends in the loader's name for this object, which lies among dynpk's own files or,
 * of a machine that is not the bundle's main one, in a directory there. False: it lies elsewhere.
 */
bool find_tools(const char *name, size_t *length);

/* NULL where every path is left to the kernel. */
const struct view *view(void);
/* For starting programs, which get the user's environment back in a namespace too. */
const struct view *launch_view(void);
/* Whether the bundle is where this process sees it: elsewhere every path is left to the kernel. */
void set_elsewhere(bool is_elsewhere);

/* The node a path without links leads to, and whether the path is the bundle's. */
uint32_t locate(const struct view *view, const char *path, bool *is_bundled, uint64_t *hash);

/* The path a program sees for one of the kernel's: what lies below `root/` loses that. */
const char *seen_path(const struct view *view, const char *path);

/* Whether the host has something at the path of a node that gives way to it. */
bool host_fills(const struct table *table, uint32_t node);

/* Whether the kernel shows it, in a namespace. */
static inline bool is_of_kernel(const struct view *view, const struct node *node)
{
	return view->is_in_namespace && (node->flags & NODE_LIBRARY) == 0;
}

/*
 * Whether the kernel, in a namespace, shows a directory with all that the bundle has there: none of
 * it gives way, and none is for this process alone.
 */
bool is_shown_whole(const struct view *view, uint32_t directory);

/* Whether it is the file that a launcher stands for, and that is what is asked for. */
static inline bool is_read(const struct node *node, unsigned intent)
{
	return (intent & READ) != 0 && (node->flags & NODE_LAUNCHED) != 0;
}

/* Whether it depends on the host, or on what is asked, if the program sees a node. */
static inline bool may_give_way(const struct table *table, uint32_t node)
{
	return (node_at(table, node)->flags & (NODE_LIBRARY | NODE_FALLBACK)) != 0;
}

static inline bool gives_way(const struct table *table, uint32_t node, unsigned intent)
{
	const unsigned flags = node_at(table, node)->flags;
	const bool is_library = (flags & NODE_LIBRARY) != 0;

	if (is_library && (intent & LAUNCH) != 0)
		return true;
	return (flags & NODE_FALLBACK) != 0 && !(is_library && (intent & LOAD) != 0) &&
	       host_fills(table, node);
}

/*
 * The child of this name that the program is to see: neither a library to be started, which is the
 * host's, nor one that gives way to the host's; or NO_NODE.
 */
static inline uint32_t find_visible(const struct table *table, uint32_t parent, const char *name,
				    size_t length, unsigned intent)
{
	const uint32_t child = find_child(table, parent, name, length);

	return child != NO_NODE && gives_way(table, child, intent) ? NO_NODE : child;
}

#endif
