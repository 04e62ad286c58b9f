/*
 * How the program sees paths: what the bundle has there, and everything else the host's.
 *
 * A path is followed as the kernel would follow it, links and `..` included, over both trees at
 * once. Most paths never come near the bundle; is_plain() says so without a system call.
 */
#ifndef DYNPK_SHIM_VIEW_H
#define DYNPK_SHIM_VIEW_H

#include "base/file.h"
#include "table/table.h"

enum { SHORT_SIZE = 512 };

enum intent {
	/* Also the last link. */
	FOLLOW = 1,
	/* Changes what is there: the bundle cannot be changed. */
	CHANGE = 2,
	/* Makes or removes a name. */
	ENTRY = 4,
	/* Makes one: what is there already is in the way. */
	MAKE = 8,
	/* Starts it: the launcher, not the file it stands for. */
	LAUNCH = 16,
	/* Loads it: libraries too. */
	LOAD = 32,
	/* For is_plain: the caller looks itself whether the last name is a link. */
	UNFOLLOWED = 64,
	/* With CHANGE, of what only a file has. */
	CONTENT = 128,
};

struct view {
	const struct table *table;
	/* In a namespace of the bundle the kernel does, and only starting programs is left. */
	bool shows_paths;
	/* The program has gone to another root, where the bundle is not. */
	bool is_elsewhere;
	/* The bundle's directory, without links. */
	size_t top_length;
	char top[PATH_MAX];
};

/* A place that relative paths count from. */
struct base {
	uint32_t node;
	/* Lies in the bundle's own tree, so that the kernel's relative paths count from there. */
	bool is_bundled;
	/* Lies there too, but the program has called it by the name it has there. */
	bool is_meant;
	/* What how_plain() knows of a directory of the host. */
	uint64_t hash;
	size_t length;
	/* As the program sees it. */
	char path[PATH_MAX];
};

/*
 * Where a path leads: what to give to the C library instead. It lies on stacks that may be small, a
 * signal handler's among them: so paths are short there, and long ones are given more memory.
 */
struct route {
	const char *path;
	int directory;
	uint32_t node;
	/* The bundle's own: `path` then lies below its top. */
	bool is_bundled;
	/* As the program sees it, links followed. */
	size_t length;
	char *seen;
	char *place;
	/* Room for two long paths, or NULL. */
	void *more;
	char room[2][SHORT_SIZE];
};

void drop_route(struct route *route);

/* Declares one that is dropped with its block. */
#define ROUTE(name)                                                                                \
	struct route name __attribute__((cleanup(drop_route)));                                    \
	name.more = NULL

/* NULL where every path is left to the kernel: without a table, and in a namespace. */
const struct view *view(void);
/* For starting programs, which get the user's environment back in a namespace too. */
const struct view *launch_view(void);

/* After the root may have become another: the bundle is shown where it still is. */
void note_root(void);

/*
 * Whether the program has forbidden itself system calls that it does not need. Then nothing is
 * asked besides what it asks: what is not known of the host's paths is taken to be no link, and
 * there.
 */
bool is_in_sandbox(void);
void note_sandbox(void);

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

/* Returns 0, or the errno the call fails with. The route may be an earlier one. */
int find_route(struct route *route, int directory, const char *path, unsigned intent);

/* The node a path without links leads to, and whether the path is the bundle's. */
uint32_t locate(const struct view *view, const char *path, bool *is_bundled, uint64_t *hash);

/* The path a program sees for one of the kernel's: what lies below `root/` loses that. */
const char *seen_path(const struct view *view, const char *path);

/* Something was removed, moved or made a link: what was learned of names may no longer hold. */
void forget_names(void);

bool is_no_link(uint64_t hash);
void remember_no_link(uint64_t hash);

/* The hash of a directory, name by name. */
static inline uint64_t seed_of(uint32_t node)
{
	return 14695981039346656037ull ^ ((uint64_t)node + 1) * 0x9e3779b97f4a7c15ull;
}

static inline uint64_t hash_byte(uint64_t hash, char byte)
{
	return (hash ^ (uint8_t)byte) * 1099511628211ull;
}

/* What is known of an open directory; false where it was not looked at before. */
bool recall_descriptor(int fd, uint32_t *node, uint64_t *hash);
void note_descriptor(int fd, uint32_t node, uint64_t hash);
/* Before the descriptor is closed, or becomes another file's. */
void forget_descriptor(int fd);
void forget_descriptors(unsigned first, unsigned last);
void forget_stream(void *stream);
/* From now on somebody may close them unseen. */
void distrust_descriptors(void);
/* Before unshare(). */
void note_unshare(unsigned long flags);

/* This process is the one whose working directory is remembered, before any child can be. */
void own_working_directory(void);

/* The working directory; false where the kernel does not tell. */
bool read_working_directory(const struct view *view, const struct base **base, struct base *space);
/* From now on threads have their own. */
void distrust_working_directory(void);
/* Whether what is remembered of this process is remembered in its own memory. */
bool is_owner(void);
/* After the kernel's changed; `path` is what the program called it, NULL: by a descriptor. */
void note_working_directory(const char *path);

/* Whether the host has something at the path of a node that gives way to it. */
bool host_fills(const struct table *table, uint32_t node);

/*
 * The child of this name that the program is to see: neither one for the loader alone, nor one that
 * gives way to the host's; or NO_NODE.
 */
static inline uint32_t find_visible(const struct table *table, uint32_t parent, const char *name,
				    size_t length, unsigned intent)
{
	const uint32_t child = find_child(table, parent, name, length);

	if (child != NO_NODE && (node_at(table, child)->flags & NODE_LIBRARY) != 0 &&
	    (intent & LOAD) == 0)
		return NO_NODE;
	if (child != NO_NODE && (node_at(table, child)->flags & NODE_FALLBACK) != 0 &&
	    host_fills(table, child))
		return NO_NODE;
	return child;
}

#endif
