#include "mounts-below.h"
#include "base/directory.h"
#include "base/file.h"
#include "base/mount.h"
#include "base/text.h"
#include "mountinfo.h"

/* The part of `path` behind `directory` and a slash; NULL where it does not lie below it. */
static const char *rest_below(const char *path, const char *directory, size_t length)
{
	return bytes_equal(path, directory, length) && path[length] == '/' ? path + length + 1
									   : NULL;
}

/* Whether the bundle has the path for itself. */
static bool is_bundled(const struct view *view, const char *path)
{
	uint32_t node = ROOT_NODE;

	while (*path == '/') {
		const char *name = ++path;

		while (*path != '/' && *path != '\0')
			path++;
		node = find_outer_child(view->table, node, name, (size_t)(path - name));
		if (node == NO_NODE)
			return false;
		if (node_at(view->table, node)->kind != NODE_MERGED)
			return true;
	}
	return false;
}

static void show_again(const struct view *view, int host, const char *path)
{
	const char *rest = rest_below(path, view->host.text, view->host.length);

	if (rest == NULL || is_bundled(view, path))
		return;
	sys_fchdir(host);
	/* What the host has hidden under another mount is not there. */
	sys_mount(rest, path, NULL, MS_BIND | MS_REC, NULL);
	sys_fchdir(view->payload);
}

void show_mounts_below(const struct view *view, int host)
{
	const char *lines = view->mounts;
	char place[PATH_MAX];
	char last[PATH_MAX];

	last[0] = '\0';
	while (next_mount(&lines, place, sizeof(place))) {
		/* The one above has brought it along. */
		if (last[0] != '\0' && rest_below(place, last, text_length(last)) != NULL)
			continue;
		if (rest_below(place, view->host.text, view->host.length) != NULL)
			text_append(last, place);
		show_again(view, host, place);
	}
	show_again(view, host, "/usr/local");
	show_again(view, host, "/usr/src");
	show_again(view, host, view->bundle->top);
}
