#include "find-bundle.h"
#include "base/directory.h"
#include "base/fail.h"
#include "base/file-status.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "namespace/mark.h"

enum { LINK_LIMIT = 40 };

/* Cut `/launcher` off the end of `path`, in place. */
static bool strip_launcher(char *path, const char *launcher)
{
	const size_t length = text_length(path);
	const size_t tail = text_length(launcher);

	if (text_equal(path, launcher)) {
		memcpy(path, ".", 2);
		return true;
	}
	if (length <= tail || path[length - tail - 1] != '/' ||
	    !text_equal(path + length - tail, launcher))
		return false;
	path[length - tail - 1] = '\0';
	return true;
}

/* Replace the last component of `path` by where it leads, as long as it is a symbolic link. */
static void follow_links(char *path)
{
	char link[PATH_MAX];

	for (int i = 0; i < LINK_LIMIT && !failed(read_link_text(path, link, sizeof(link))); i++) {
		size_t start = text_length(path);

		while (start > 0 && path[start - 1] != '/')
			start--;
		if (link[0] == '/')
			start = 0;
		if (start + text_length(link) >= TOP_LIMIT)
			return;
		text_append(path + start, link);
	}
}

/* A relative name works until the program changes its directory: getcwd makes it absolute. */
static void make_absolute(char *path)
{
	char directory[PATH_MAX];
	const size_t length = text_length(path);
	long result;

	if (path[0] == '/')
		return;
	result = sys_getcwd(directory, sizeof(directory));
	if (failed(result) || directory[0] != '/')
		return;
	if (text_length(directory) + 1 + length >= TOP_LIMIT)
		return;
	char *moved = path + text_length(directory) + 1;

	for (size_t i = length + 1; i > 0; i--)
		moved[i - 1] = path[i - 1];
	memcpy(path, directory, text_length(directory));
	moved[-1] = '/';
}

static bool place_from_name(char *top, const char *name, const char *launcher)
{
	if (name == NULL || text_length(name) >= TOP_LIMIT)
		return false;
	text_append(top, name);
	if (!strip_launcher(top, launcher)) {
		follow_links(top);
		if (!strip_launcher(top, launcher))
			return false;
	}
	make_absolute(top);
	return true;
}

/* The directory that `path` lies in, as the kernel spells it; the working directory stays. */
static bool read_directory_of(const char *path, char *directory)
{
	const long here = sys_open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
	size_t length = text_length(path);
	long result;

	if (failed(here) || length >= PATH_MAX)
		return false;
	memcpy(directory, path, length + 1);
	while (length > 0 && directory[length - 1] != '/')
		length--;
	/* What is left ends with a slash, or is empty: then it is the working directory. */
	directory[length] = '\0';
	result = length == 0 ? 0 : sys_chdir(directory);
	if (!failed(result))
		result = sys_getcwd(directory, PATH_MAX);
	sys_fchdir((int)here);
	sys_close((int)here);
	return !failed(result) && directory[0] == '/';
}

/*
 * Where no link can be read, or where links are further up in the name: the top is a directory
 * above the file by whose launcher's place that very file is found.
 */
static bool place_above_name(char *top, const char *name, const char *launcher)
{
	char path[TOP_LIMIT + PATH_MAX];
	struct file_status own, found;
	size_t length;

	if (name == NULL || text_length(launcher) >= PATH_MAX || !read_directory_of(name, top))
		return false;
	own = file_status_at(AT_FDCWD, name, 0);
	for (length = text_length(top); length > 0; length--) {
		if (top[length] != '/' && top[length] != '\0')
			continue;
		top[length] = '\0';
		text_append(text_append(text_append(path, top), "/"), launcher);
		found = file_status_at(AT_FDCWD, path, 0);
		if (is_same_file(&own, &found))
			return true;
	}
	return false;
}

void find_bundle_of_image(struct bundle_place *place, const struct record *record, const char *path)
{
	char link[8];
	/* Beside a program that reads its own file, the launcher has the other's name. */
	const bool is_beside = record->strategy == STRATEGY_SELF;
	const uint32_t own = is_beside ? record->program : record->launcher;

	place->is_elsewhere = false;
	place->has_proc = !failed(sys_readlink("/proc/self/exe", link, sizeof(link)));
	if (path == NULL || text_length(path) >= TOP_LIMIT)
		path = "";
	text_append(place->top, path);
	if (!strip_launcher(place->top, record_text(record, own)))
		FAIL(EXIT_LAUNCHER, "cannot find the bundle of ", path, ": it does not lie at ",
		     record_text(record, own), " in a bundle");
}

void find_bundle(struct bundle_place *place, const struct record *record, const struct start *start)
{
	const char *launcher = record_text(record, record->launcher);
	const char *name = (const char *)auxv_value(start, AT_EXECFN);
	const long length = read_link_text("/proc/self/exe", place->top, PATH_MAX);

	place->is_elsewhere = false;
	place->has_proc = !failed(length) && place->top[0] == '/';
	if (place->has_proc && strip_launcher(place->top, launcher)) {
		if (place->top[0] == '\0')
			memcpy(place->top, "/.", 3);
		return;
	}
	if (place_from_name(place->top, name, launcher) ||
	    place_from_name(place->top, start->argc > 0 ? start->argv[0] : NULL, launcher))
		return;
	if (!place->has_proc && place_above_name(place->top, name, launcher))
		return;
	place->is_elsewhere = find_marked_top(place->top, sizeof(place->top), launcher);
	if (place->is_elsewhere)
		return;
	FAIL(EXIT_LAUNCHER, "cannot find the bundle of ", name == NULL ? launcher : name,
	     ": it does not lie at ", launcher, " in a bundle");
}
