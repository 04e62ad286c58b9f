/*
 * Trees walked: the C library would read them past the calls it exports, so it is done here where
 * the bundle has a part in it.
 *
 * With FTW_CHDIR every name is looked at and told of from the directory it is in, which is entered
 * by the descriptor of its stream.
 */
#include "base/file-status.h"
#include "base/memory.h"
#include "base/text.h"
#include "listing.h"
#include "status.h"
#include "visits.h"
#include "wrap.h"

extern void *opendir(const char *path);
extern int closedir(void *stream);
extern int chdir(const char *path);
extern int fchdir(int directory);
BORROW(int, dirfd, void *stream);

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

struct position {
	int base;
	int level;
};

typedef int visitor(const char *path, const void *status, int type, struct position *position);
typedef int simple_visitor(const char *path, const void *status, int type);

struct tree_walk {
	/* Of struct stat, which the caller is told. */
	enum form form;
	visitor *visit;
	simple_visitor *visit_simply;
	int flags;
	uint64_t device;
	struct visits visits;
	char path[PATH_MAX];
};

/* Directories above, by their streams. */
struct ancestor {
	const struct ancestor *above;
	void *stream;
};

/* What to call the file from where the walk is. */
static const char *place_of(const struct tree_walk *walk, size_t base)
{
	if ((walk->flags & WALK_CHDIR) == 0)
		return walk->path;
	return walk->path[base] == '\0' ? "." : walk->path + base;
}

static int classify(const struct tree_walk *walk, const char *place, union status *status)
{
	const bool follows = (walk->flags & WALK_PHYSICAL) == 0;

	if ((follows ? status_of : status_of_link)(walk->form, place, status) != 0) {
		const int error = last_error();

		if (error != EACCES && error != ENOENT)
			return -1;
		return follows && status_of_link(walk->form, place, status) == 0 ? WALKED_DANGLING
										 : WALKED_UNKNOWN;
	}
	switch (status->of.mode & S_IFMT) {
	case S_IFDIR:
		return WALKED_DIRECTORY;
	case S_IFLNK:
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

static int walk_entry(struct tree_walk *walk, size_t base, int level, const struct ancestor *above);

static int walk_children(struct tree_walk *walk, void *stream, int level,
			 const struct ancestor *self)
{
	size_t length = text_length(walk->path);
	struct entry *entry;
	int result = 0;

	while (result == 0 && (entry = read_entry(stream)) != NULL) {
		const size_t name_length = text_length(entry->name);
		size_t at = length;

		if (text_equal(entry->name, ".") || text_equal(entry->name, ".."))
			continue;
		if (at + 1 + name_length >= PATH_MAX)
			return fail_with(ENAMETOOLONG);
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
	void *stream = opendir(place_of(walk, base));
	const struct ancestor self = { above, stream };
	int result;

	if (stream == NULL)
		return last_error() == EACCES ? tell(walk, status, WALKED_UNREADABLE, base, level)
					      : -1;
	result = (walk->flags & WALK_DEPTH) != 0
			 ? 0
			 : tell(walk, status, WALKED_DIRECTORY, base, level);
	if (result == 0 && (walk->flags & WALK_CHDIR) != 0)
		result = fchdir(BORROWED(dirfd)(stream));
	if (result == 0)
		result = walk_children(walk, stream, level, &self);
	closedir(stream);
	if ((walk->flags & WALK_ACTIONS) != 0 &&
	    (result == ACTION_SKIP_SUBTREE || result == ACTION_SKIP_SIBLINGS))
		result = 0;
	if (result == 0 && (walk->flags & WALK_DEPTH) != 0)
		result = tell(walk, status, WALKED_DIRECTORY_LAST, base, level);
	if (above != NULL && result == 0 && (walk->flags & WALK_CHDIR) != 0)
		result = fchdir(BORROWED(dirfd)(above->stream));
	return result;
}

/* `base` is where the name begins in the path. */
static int walk_entry(struct tree_walk *walk, size_t base, int level, const struct ancestor *above)
{
	union status status = { 0 };
	const int type = classify(walk, place_of(walk, base), &status);
	const bool crosses = (walk->flags & WALK_MOUNT) != 0 && type >= 0 &&
			     type != WALKED_UNKNOWN && status.of.device != walk->device;
	int result;

	if (type < 0)
		return -1;
	if (level == 0 && type == WALKED_UNKNOWN)
		return -1;
	if (level > 0 && crosses)
		return 0;
	if (type == WALKED_DIRECTORY && (walk->flags & WALK_PHYSICAL) == 0) {
		result =
			visit_again(&walk->visits, status.of.device, inode_of(&status, walk->form));
		if (result != 0)
			return result > 0 ? 0 : -1;
	}
	result = type == WALKED_DIRECTORY ? walk_directory(walk, &status, base, level, above)
					  : tell(walk, &status, type, base, level);
	if ((walk->flags & WALK_ACTIONS) != 0 && result == ACTION_SKIP_SUBTREE)
		result = 0;
	return result;
}

/* The directory the first name is in, by `path` cut short before that. */
static int enter_parent(struct tree_walk *walk, size_t base)
{
	const char after = walk->path[base];
	int result;

	if (base == 0)
		return 0;
	walk->path[base] = '\0';
	result = chdir(walk->path);
	walk->path[base] = after;
	return result;
}

static int walk_by_entering(struct tree_walk *walk, size_t base)
{
	const long here = sys_open(".", O_DIRECTORY | O_CLOEXEC);
	int result, error;

	if (failed(here))
		return fail_with((int)-here);
	result = enter_parent(walk, base);
	if (result == 0)
		result = walk_entry(walk, base, 0, NULL);
	error = last_error();
	if (fchdir((int)here) != 0 && result == 0)
		result = -1;
	else
		set_error(error);
	sys_close((int)here);
	return result;
}

__attribute__((noinline)) static int walk_tree(enum form form, const char *path, visitor *visit,
					       simple_visitor *visit_simply, int flags)
{
	struct tree_walk walk = {
		.form = form, .visit = visit, .visit_simply = visit_simply, .flags = flags
	};
	size_t length = text_length(path);
	union status status = { 0 };
	size_t base;
	int result;

	if (length == 0)
		return fail_with(ENOENT);
	if (length >= PATH_MAX)
		return fail_with(ENAMETOOLONG);
	memcpy(walk.path, path, length + 1);
	while (length > 1 && walk.path[length - 1] == '/')
		walk.path[--length] = '\0';
	for (base = length; base > 0 && walk.path[base - 1] != '/'; base--)
		;
	if ((flags & WALK_MOUNT) != 0 && status_of(form, walk.path, &status) == 0)
		walk.device = status.of.device;
	result = (flags & WALK_CHDIR) != 0 ? walk_by_entering(&walk, base)
					   : walk_entry(&walk, base, 0, NULL);
	free_visits(&walk.visits);
	return result;
}

/* From a directory of the host only links lead into the bundle. */
#define WRAP_NFTW(name, form)                                                                      \
	INTERPOSE(int, name, const char *path, visitor *visit, int limit, int flags);              \
	int name(const char *path, visitor *visit, int limit, int flags)                           \
	{                                                                                          \
		const bool stays = (flags & (WALK_CHDIR | WALK_PHYSICAL)) == WALK_PHYSICAL;        \
		if (view() == NULL || (stays && is_plain(AT_FDCWD, path, FOLLOW)))                 \
			return REAL(name)(path, visit, limit, flags);                              \
		return walk_tree(form, path, visit, NULL, flags);                                  \
	}

WRAP_NFTW(nftw, FORM_USUAL)
WRAP_NFTW(nftw64, FORM_LARGE)
#ifdef __i386__
WRAP_NFTW(__nftw64_time64, FORM_TIME64)
#endif

#define WRAP_FTW(name, form)                                                                       \
	INTERPOSE(int, name, const char *path, simple_visitor *visit, int limit);                  \
	int name(const char *path, simple_visitor *visit, int limit)                               \
	{                                                                                          \
		return view() == NULL ? REAL(name)(path, visit, limit)                             \
				      : walk_tree(form, path, NULL, visit, 0);                     \
	}

WRAP_FTW(ftw, FORM_USUAL)
WRAP_FTW(ftw64, FORM_LARGE)
#ifdef __i386__
WRAP_FTW(__ftw64_time64, FORM_TIME64)
#endif
