#include "aside.h"
#include "base/file.h"
#include "base/memory.h"
#include "base/text.h"
#include "own-file.h"
#include "sandbox.h"
#include "view.h"

static const char suffix[] = ".dynpk";

bool names_descriptor(const char *path)
{
	const char *inside = text_behind(path, "/proc/");

	while (inside != NULL && *inside != '/' && *inside != '\0')
		inside++;
	return inside != NULL && text_starts_with(inside, "/fd/");
}

/* Whether `length` bytes of text end with the suffix, and something is ahead of it. */
static bool has_suffix(const char *text, size_t length)
{
	return length > sizeof(suffix) - 1 &&
	       bytes_equal(text + length - (sizeof(suffix) - 1), suffix, sizeof(suffix) - 1);
}

/*
 * From where a file lies to where it is seen, in place: `dir/.NAME.dynpk` is `dir/NAME`, and so is
 * `dir.dynpk/NAME` (docs/bundle-format.md). False where it is neither.
 */
static bool name_seen(char *path)
{
	const size_t length = text_length(path);
	size_t name = length;

	while (name > 0 && path[name - 1] != '/')
		name--;
	if (name == 0)
		return false;
	if (path[name] == '.' && has_suffix(path + name + 1, length - name - 1)) {
		memmove(path + name, path + name + 1, length - name - sizeof(suffix));
		path[length - sizeof(suffix)] = '\0';
		return true;
	}
	if (!has_suffix(path, name - 1))
		return false;
	memmove(path + name - sizeof(suffix), path + name - 1, length - name + 2);
	return true;
}

/* Whether the launcher that is seen at `seen` stands for what lies at `place`, below the top. */
static bool stands_for(const struct view *view, const char *seen, const char *place)
{
	bool is_bundled;
	uint64_t hash;
	const uint32_t index = locate(view, seen, &is_bundled, &hash);
	const struct node *node = index == NO_NODE ? NULL : node_at(view->table, index);

	return node != NULL && (node->flags & NODE_LAUNCHED) != 0 && !reads_itself(node) &&
	       text_equal(table_text(view->table, node->extra), place);
}

char *seen_behind(const struct view *view, const char *link)
{
	const char *place;
	char *path, *seen;
	size_t length;

	if (is_in_sandbox() || failed(read_link_to_program(link, &path)))
		return NULL;
	length = text_length(path);
	place = text_behind(path, view->top);
	/* Twice: once as it is, to be compared, and once to become what is seen. */
	if (place != NULL && text_starts_with(place, "/root/") && 2 * length + 2 <= PATH_MAX) {
		seen = path + length + 1;
		text_append(seen, place + sizeof("/root") - 1);
		if (name_seen(seen) && stands_for(view, seen, place + 1)) {
			memmove(path, seen, text_length(seen) + 1);
			return path;
		}
	}
	drop_link_text(path);
	return NULL;
}

char *seen_behind_descriptor(const struct view *view, int fd)
{
	char link[32];

	if (fd < 0)
		return NULL;
	text_append_number(text_append(link, "/proc/self/fd/"), (unsigned long)fd);
	return seen_behind(view, link);
}

void drop_seen(char *seen)
{
	drop_link_text(seen);
}
