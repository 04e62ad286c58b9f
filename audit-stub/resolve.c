#include "resolve.h"
#include "base/text.h"
#include "bounded-text.h"

#include <asm/errno.h>

enum { LINKS_MAX = 40 };

/* Cuts the last component off; the root stays "". */
static void climb(char *path)
{
	size_t length = text_length(path);
	while (length > 0 && path[length - 1] != '/')
		length--;
	path[length > 0 ? length - 1 : 0] = '\0';
}

static bool append(char *path, const char *bytes, size_t count)
{
	size_t length = text_length(path);
	if (count >= PATH_MAX - length)
		return false;
	for (size_t at = 0; at < count; at++)
		path[length + at] = bytes[at];
	path[length + count] = '\0';
	return true;
}

/* Puts the link's text in front of what is left to walk. */
static bool splice(struct resolved_path *resolved, const char **rest, int turn)
{
	char *next = resolved->rest[turn];
	next[0] = '\0';
	if (!append(next, resolved->link, text_length(resolved->link)) || !append(next, "/", 1) ||
	    !append(next, *rest, text_length(*rest)))
		return false;
	*rest = next;
	return true;
}

/* What to do with the component that was just appended. */
enum step { STEP_ON, STEP_LINK, STEP_STOP };

static enum step read_component(struct resolved_path *resolved, read_link *read)
{
	long length = read(resolved->bytes, resolved->link, sizeof(resolved->link) - 1);
	if (length == -EINVAL)
		return STEP_ON;
	if (length <= 0 || length >= (long)sizeof(resolved->link) - 1)
		return STEP_STOP;
	resolved->link[length] = '\0';
	resolved->linked = true;
	return STEP_LINK;
}

/* The length of the component at `rest`; `.` and nothing at all lead nowhere, `..` climbs. */
static size_t take_component(const char *rest, char *out, bool *done)
{
	size_t count = 0;
	while (rest[count] != '\0' && rest[count] != '/')
		count++;
	*done = count == 0 || (count == 1 && rest[0] == '.');
	if (count == 2 && rest[0] == '.' && rest[1] == '.') {
		climb(out);
		*done = true;
	}
	return count;
}

/*
 * Walk what follows `path`'s first bytes, which lead to the directory in `resolved`. Until a link
 * comes in its way, the landmark moves along, to where the last component begins.
 */
static bool walk(const char *path, size_t known, struct resolved_path *resolved,
		 struct landmark *landmark, read_link *read)
{
	char *out = resolved->bytes;
	const char *rest = path + known;
	int links = 0;

	landmark->directory = landmark->missing = 0;
	resolved->linked = false;
	if (path[0] != '/')
		return false;
	while (*rest != '\0') {
		bool done;
		size_t count;
		enum step step;
		if (!resolved->linked) {
			landmark->directory = (size_t)(rest - path);
			landmark->real = text_length(out);
		}
		while (*rest == '/')
			rest++;
		count = take_component(rest, out, &done);
		if (!done && (!append(out, "/", 1) || !append(out, rest, count)))
			return false;
		rest += count;
		step = done ? STEP_ON : read_component(resolved, read);
		if (step == STEP_ON)
			continue;
		climb(out);
		if (step == STEP_STOP && !resolved->linked)
			landmark->missing = (size_t)(rest - path);
		if (step == STEP_STOP || ++links > LINKS_MAX || !splice(resolved, &rest, links % 2))
			return false;
		landmark->directory = 0;
		if (resolved->link[0] == '/')
			out[0] = '\0';
	}
	return out[0] != '\0' || append(out, "/", 1);
}

bool resolve_path(const char *path, struct resolved_path *resolved, read_link *read)
{
	struct landmark unused;
	resolved->bytes[0] = '\0';
	return walk(path, 0, resolved, &unused, read);
}

/* Whether the first `length` bytes of the landmark's name, if any, lead `path` by whole names. */
static bool passes(const char *path, const struct landmark *landmark, size_t length)
{
	for (size_t at = 0; at < length; at++) {
		if (path[at] != landmark->spelled[at])
			return false;
	}
	return length > 0 && (path[length] == '/' || path[length] == '\0');
}

static void set_up(struct landmark *landmark, const char *path, size_t real_length)
{
	size_t length = landmark->missing != 0 ? landmark->missing : landmark->directory;

	/* A last `..` has climbed out of the directory. */
	if (length > sizeof(landmark->spelled) || real_length < landmark->real)
		length = landmark->directory = landmark->missing = 0;
	for (size_t at = 0; at < length; at++)
		landmark->spelled[at] = path[at];
}

bool resolve_near(const char *path, const char *top, struct landmark *landmark,
		  struct resolved_path *resolved, read_link *read)
{
	size_t known = 0;
	bool found;

	if (passes(path, landmark, landmark->missing)) {
		resolved->linked = false;
		return false;
	}
	if (passes(path, landmark, landmark->directory)) {
		known = landmark->directory;
		resolved->bytes[landmark->real] = '\0';
	} else {
		if (path_within(path, top) && top[1] != '\0')
			known = text_length(top);
		text_copy(resolved->bytes, known + 1, top);
	}
	found = walk(path, known, resolved, landmark, read);
	set_up(landmark, path, text_length(resolved->bytes));
	return found;
}
