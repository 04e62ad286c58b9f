#include "patterns.h"
#include "base/file-status.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "listing.h"
#include "status.h"
#include "symbols.h"

extern void *opendir(const char *path);
extern int closedir(void *stream);

BORROW(void *, malloc, size_t size);
BORROW(void *, realloc, void *block, size_t size);
BORROW(void, free, void *block);
BORROW(int, fnmatch, const char *pattern, const char *name, int flags);
BORROW(int, strcoll, const char *a, const char *b);
BORROW(void, qsort, void *items, size_t count, size_t size,
       int (*compare)(const void *, const void *));

enum { MATCH_NO_ESCAPE = 2, MATCH_PERIOD = 4 };
enum { LISTED_UNKNOWN = 0, LISTED_DIRECTORY = 4, LISTED_LINK = 10 };

struct search {
	int flags;
	glob_error *on_error;
	struct glob *found;
	/* What leads to where the search is. */
	char path[PATH_MAX];
};

static int add_path(struct glob *found, const char *path, bool with_slash)
{
	const size_t length = text_length(path);
	const size_t slots = found->offset + found->count + 2;
	char **paths = BORROWED(realloc)(found->paths, slots * sizeof(*paths));
	char *copy;

	if (paths == NULL)
		return GLOB_FAILED_SPACE;
	found->paths = paths;
	paths[slots - 2] = NULL;
	copy = BORROWED(malloc)(length + 2);
	if (copy == NULL)
		return GLOB_FAILED_SPACE;
	memcpy(copy, path, length + 1);
	if (with_slash)
		memcpy(copy + length, "/", 2);
	paths[slots - 2] = copy;
	paths[slots - 1] = NULL;
	found->count++;
	return 0;
}

static int report(const struct search *search, int error)
{
	const bool stops =
		(search->on_error != NULL && search->on_error(search->path, error) != 0) ||
		(search->flags & GLOB_STOP_ON_ERROR) != 0;

	return stops ? GLOB_FAILED_ABORTED : 0;
}

static int finish_path(struct search *search, size_t length)
{
	union status status;
	bool with_slash = false;

	if (length == 0)
		return 0;
	if (status_of_link(FORM_LARGE, search->path, &status) != 0)
		return last_error() == ENOENT ? 0 : report(search, last_error());
	if ((search->flags & GLOB_MARK_DIRECTORIES) != 0 && search->path[length - 1] != '/')
		with_slash = status_of(FORM_LARGE, search->path, &status) == 0 &&
			     (status.of.mode & S_IFMT) == S_IFDIR;
	return add_path(search->found, search->path, with_slash);
}

/*
 * Put a part of the pattern behind the path as it stands, without its escapes; returns how much
 * that is, or -1 where it holds a wildcard or is too long.
 */
static long copy_plain(struct search *search, size_t length, const char *part, size_t part_length)
{
	const bool escapes = (search->flags & GLOB_NO_ESCAPE) == 0;
	size_t used = 0;
	bool is_open = false;

	for (size_t i = 0; i < part_length; i++) {
		char c = part[i];

		if (c == '*' || c == '?' || (c == ']' && is_open))
			return -1;
		is_open |= c == '[';
		if (c == '\\' && escapes && i + 1 < part_length)
			c = part[++i];
		if (length + used + 1 >= PATH_MAX)
			return -1;
		search->path[length + used++] = c;
	}
	search->path[length + used] = '\0';
	return (long)used;
}

static int search_from(struct search *search, size_t length, const char *pattern);

static bool is_match(const struct search *search, const char *part, const struct entry *entry,
		     bool is_last)
{
	const char *name = entry->name;
	const bool is_dots =
		name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
	const int escape = (search->flags & GLOB_NO_ESCAPE) != 0 ? MATCH_NO_ESCAPE : 0;
	const int period = (search->flags & GLOB_MATCH_PERIOD) == 0 || (is_dots && !is_last)
				   ? MATCH_PERIOD
				   : 0;

	if (!is_last && entry->type != LISTED_UNKNOWN && entry->type != LISTED_DIRECTORY &&
	    entry->type != LISTED_LINK)
		return false;
	return BORROWED(fnmatch)(part, name, escape | period) == 0;
}

/* `part` is the pattern of the names in this directory, `rest` what comes below them. */
static int search_directory(struct search *search, size_t length, const char *part,
			    const char *rest)
{
	void *stream = opendir(length == 0 ? "." : search->path);
	struct entry *entry;
	int result = 0;
	int error;

	if (stream == NULL)
		return report(search, last_error());
	set_error(0);
	while (result == 0 && (entry = read_entry(stream)) != NULL) {
		const size_t name_length = text_length(entry->name);

		if (is_match(search, part, entry, *rest == '\0') &&
		    length + name_length + 1 < PATH_MAX) {
			memcpy(search->path + length, entry->name, name_length + 1);
			result = search_from(search, length + name_length, rest);
		}
		search->path[length] = '\0';
		set_error(0);
	}
	error = last_error();
	closedir(stream);
	return result == 0 && error != 0 ? report(search, error) : result;
}

static int search_from(struct search *search, size_t length, const char *pattern)
{
	char part[256];
	size_t part_length = 0;
	long plain;

	for (; *pattern == '/'; pattern++) {
		if (length + 1 >= PATH_MAX)
			return 0;
		search->path[length++] = '/';
	}
	search->path[length] = '\0';
	if (*pattern == '\0')
		return finish_path(search, length);
	while (pattern[part_length] != '/' && pattern[part_length] != '\0')
		part_length++;
	plain = copy_plain(search, length, pattern, part_length);
	if (plain >= 0)
		return search_from(search, length + (size_t)plain, pattern + part_length);
	search->path[length] = '\0';
	/* No name is that long, but its pattern may be. */
	if (part_length >= sizeof(part))
		return 0;
	memcpy(part, pattern, part_length);
	part[part_length] = '\0';
	return search_directory(search, length, part, pattern + part_length);
}

static int compare_paths(const void *a, const void *b)
{
	return BORROWED(strcoll)(*(char *const *)a, *(char *const *)b);
}

static int prepare(int flags, struct glob *found)
{
	if ((flags & GLOB_ADD) != 0)
		return 0;
	if ((flags & GLOB_LEAVE_SLOTS) == 0)
		found->offset = 0;
	found->count = 0;
	found->paths = BORROWED(malloc)((found->offset + 1) * sizeof(*found->paths));
	for (size_t i = 0; found->paths != NULL && i <= found->offset; i++)
		found->paths[i] = NULL;
	return found->paths == NULL ? GLOB_FAILED_SPACE : 0;
}

int match_paths(const char *pattern, int flags, glob_error *on_error, struct glob *found)
{
	struct search search = { .flags = flags, .on_error = on_error, .found = found };
	const size_t before = (flags & GLOB_ADD) != 0 ? found->count : 0;
	int result = prepare(flags, found);
	char **first;

	if (result == 0)
		result = search_from(&search, 0, pattern);
	if (result == GLOB_FAILED_SPACE)
		return result;
	/* As musl has it: what stopped the search counts only where something had been found. */
	if (found->count == before)
		return (flags & GLOB_PATTERN_IF_NONE) != 0 ? add_path(found, pattern, false)
							   : GLOB_FAILED_NONE;
	first = found->paths + found->offset + before;
	if ((flags & GLOB_UNSORTED) == 0)
		BORROWED(qsort)(first, found->count - before, sizeof(*first), compare_paths);
	return result;
}

void free_paths(struct glob *found)
{
	for (size_t i = 0; i < found->count; i++)
		BORROWED(free)(found->paths[found->offset + i]);
	BORROWED(free)(found->paths);
	found->count = 0;
	found->paths = NULL;
}
