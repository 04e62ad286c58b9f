/*
 * Trees walked and patterns matched: the C library would do so past the calls it exports, so glob()
 * is given this library's to use, and nftw() is done here where the bundle has a part in it.
 */
#include "text.h"
#include "wrap.h"

/* glob_t of glibc; musl has nothing in the place of the functions. */
struct glob {
	size_t count;
	char **paths;
	size_t offset;
	int flags;
	void (*close)(void *stream);
	void *(*read)(void *stream);
	void *(*open)(const char *path);
	int (*lstat)(const char *path, void *status);
	int (*stat)(const char *path, void *status);
};

enum { GLOB_OWN_FUNCTIONS = 1 << 9 };

extern void *opendir(const char *path);
extern int closedir(void *stream);
extern void *readdir(void *stream);
extern int lstat(const char *path, void *status);
extern int stat(const char *path, void *status);

INTERPOSE(int, glob, const char *pattern, int flags, int (*on_error)(const char *, int),
	  struct glob *found);
INTERPOSE(int, glob64, const char *pattern, int flags, int (*on_error)(const char *, int),
	  struct glob *found);
BORROW(const char *, gnu_get_libc_version, void);

static void close_stream(void *stream)
{
	closedir(stream);
}

static bool is_glibc(void)
{
	return (long (*)(void))function_of(&real_gnu_get_libc_version) != no_such_function;
}

#define WRAP_GLOB(name)                                                                            \
	int name(const char *pattern, int flags, int (*on_error)(const char *, int),               \
		 struct glob *found)                                                               \
	{                                                                                          \
		int result;                                                                        \
		if (view() == NULL || (flags & GLOB_OWN_FUNCTIONS) != 0 || !is_glibc())            \
			return REAL(name)(pattern, flags, on_error, found);                        \
		found->close = close_stream;                                                       \
		found->read = readdir;                                                             \
		found->open = opendir;                                                             \
		found->lstat = lstat;                                                              \
		found->stat = stat;                                                                \
		result = REAL(name)(pattern, flags | GLOB_OWN_FUNCTIONS, on_error, found);         \
		found->flags &= ~GLOB_OWN_FUNCTIONS;                                               \
		return result;                                                                     \
	}

WRAP_GLOB(glob)
WRAP_GLOB(glob64)

enum { WALK_PHYSICAL = 1, WALK_MOUNT = 2, WALK_CHDIR = 4, WALK_DEPTH = 8, WALK_ACTIONS = 16 };
enum {
	WALKED_FILE,
	WALKED_DIRECTORY,
	WALKED_UNREADABLE,
	WALKED_UNKNOWN,
	WALKED_LINK,
	WALKED_DIRECTORY_LAST,
	WALKED_DANGLING
};
enum { ACTION_SKIP_SUBTREE = 2, ACTION_SKIP_SIBLINGS = 3 };

/* As much of struct stat as is looked at, and room for the rest. */
union status {
	struct {
		uint64_t device;
		uint64_t inode;
	} id;
	uint32_t words[64];
};

struct position {
	int base;
	int level;
};

typedef int visitor(const char *path, const void *status, int type, struct position *position);
typedef int simple_visitor(const char *path, const void *status, int type);

struct tree_walk {
	visitor *visit;
	simple_visitor *visit_simply;
	int flags;
	uint64_t device;
	char path[PATH_SIZE];
};

/* Directories that are being walked, to notice a link that leads back into one. */
struct ancestor {
	const struct ancestor *above;
	uint64_t device;
	uint64_t inode;
};

struct directory_entry {
	uint64_t inode;
	int64_t offset;
	uint16_t size;
	uint8_t type;
	char name[256];
};

static uint32_t file_type(const union status *status)
{
#ifdef __x86_64__
	return status->words[6] & 0170000;
#else
	return status->words[4] & 0170000;
#endif
}

static int classify(const struct tree_walk *walk, union status *status)
{
	const bool follows = (walk->flags & WALK_PHYSICAL) == 0;

	if ((follows ? stat : lstat)(walk->path, status) != 0) {
		if (follows && lstat(walk->path, status) == 0)
			return WALKED_DANGLING;
		return last_error() == E_ACCES || last_error() == E_NOENT ? WALKED_UNKNOWN : -1;
	}
	switch (file_type(status)) {
	case 0040000:
		return WALKED_DIRECTORY;
	case 0120000:
		return WALKED_LINK;
	default:
		return WALKED_FILE;
	}
}

static int tell(struct tree_walk *walk, const union status *status, int type, size_t base,
		int level)
{
	struct position position = { (int)base, level };

	if (walk->visit_simply != NULL)
		return walk->visit_simply(walk->path, status,
					  type >= WALKED_LINK ? WALKED_FILE : type);
	return walk->visit(walk->path, status, type, &position);
}

static bool is_walked(const struct ancestor *above, const union status *status)
{
	for (; above != NULL; above = above->above) {
		if (above->device == status->id.device && above->inode == status->id.inode)
			return true;
	}
	return false;
}

static int walk_entry(struct tree_walk *walk, size_t base, int level, const struct ancestor *above);

static int walk_children(struct tree_walk *walk, void *stream, int level,
			 const struct ancestor *self)
{
	size_t length = text_length(walk->path);
	struct directory_entry *entry;
	int result = 0;

	while (result == 0 && (entry = readdir(stream)) != NULL) {
		const size_t name_length = text_length(entry->name);
		size_t at = length;

		if (text_equal(entry->name, ".") || text_equal(entry->name, ".."))
			continue;
		if (at + 1 + name_length >= PATH_SIZE)
			return fail_with(E_NAMETOOLONG);
		if (at == 0 || walk->path[at - 1] != '/')
			walk->path[at++] = '/';
		memcpy(walk->path + at, entry->name, name_length + 1);
		result = walk_entry(walk, at, level + 1, self);
		walk->path[length] = '\0';
	}
	return result;
}

static int walk_directory(struct tree_walk *walk, const union status *status, size_t base,
			  int level, const struct ancestor *above)
{
	const struct ancestor self = { above, status->id.device, status->id.inode };
	void *stream = opendir(walk->path);
	int result;

	if (stream == NULL)
		return last_error() == E_ACCES ? tell(walk, status, WALKED_UNREADABLE, base, level)
					       : -1;
	result = (walk->flags & WALK_DEPTH) != 0
			 ? 0
			 : tell(walk, status, WALKED_DIRECTORY, base, level);
	if (result == 0)
		result = walk_children(walk, stream, level, &self);
	closedir(stream);
	if ((walk->flags & WALK_ACTIONS) != 0 &&
	    (result == ACTION_SKIP_SUBTREE || result == ACTION_SKIP_SIBLINGS))
		result = 0;
	if (result == 0 && (walk->flags & WALK_DEPTH) != 0)
		result = tell(walk, status, WALKED_DIRECTORY_LAST, base, level);
	return result;
}

/* `base` is where the name begins in the path. */
static int walk_entry(struct tree_walk *walk, size_t base, int level, const struct ancestor *above)
{
	union status status = { 0 };
	const int type = classify(walk, &status);
	const bool crosses = (walk->flags & WALK_MOUNT) != 0 && type >= 0 &&
			     type != WALKED_UNKNOWN && status.id.device != walk->device;
	int result;

	if (type < 0)
		return -1;
	if (level == 0 && type == WALKED_UNKNOWN)
		return -1;
	if (level > 0 && crosses)
		return 0;
	if (type != WALKED_DIRECTORY)
		result = tell(walk, &status, type, base, level);
	else if (is_walked(above, &status))
		result = 0;
	else
		result = walk_directory(walk, &status, base, level, above);
	if ((walk->flags & WALK_ACTIONS) != 0 && result == ACTION_SKIP_SUBTREE)
		result = 0;
	return result;
}

__attribute__((noinline)) static int walk_tree(const char *path, visitor *visit,
					       simple_visitor *visit_simply, int flags)
{
	struct tree_walk walk = { .visit = visit, .visit_simply = visit_simply, .flags = flags };
	size_t length = text_length(path);
	union status status = { 0 };
	size_t base;

	if (length == 0)
		return fail_with(E_NOENT);
	if (length >= PATH_SIZE)
		return fail_with(E_NAMETOOLONG);
	memcpy(walk.path, path, length + 1);
	while (length > 1 && walk.path[length - 1] == '/')
		walk.path[--length] = '\0';
	for (base = length; base > 0 && walk.path[base - 1] != '/'; base--)
		;
	if ((flags & WALK_MOUNT) != 0 && stat(walk.path, &status) == 0)
		walk.device = status.id.device;
	return walk_entry(&walk, base, 0, NULL);
}

/* With FTW_CHDIR the C library's own way is kept: it shows the host's side. */
#define WRAP_NFTW(name)                                                                            \
	INTERPOSE(int, name, const char *path, visitor *visit, int limit, int flags);              \
	int name(const char *path, visitor *visit, int limit, int flags)                           \
	{                                                                                          \
		if ((flags & WALK_CHDIR) != 0 || is_plain(CWD_FD, path, FOLLOW))                   \
			return REAL(name)(path, visit, limit, flags);                              \
		return walk_tree(path, visit, NULL, flags);                                        \
	}

WRAP_NFTW(nftw)
WRAP_NFTW(nftw64)

#define WRAP_FTW(name)                                                                             \
	INTERPOSE(int, name, const char *path, simple_visitor *visit, int limit);                  \
	int name(const char *path, simple_visitor *visit, int limit)                               \
	{                                                                                          \
		return is_plain(CWD_FD, path, FOLLOW) ? REAL(name)(path, visit, limit)             \
						      : walk_tree(path, NULL, visit, 0);           \
	}

WRAP_FTW(ftw)
WRAP_FTW(ftw64)
