#include "compare-host.h"
#include "base/file-status.h"
#include "base/memory.h"
#include "base/text.h"

bool is_hidden(const struct view *view, uint32_t node)
{
	return (node_at(view->table, node)->flags & (NODE_LIBRARY | NODE_SHIM_ONLY)) != 0;
}

bool has_content(const struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);

	if (is_hidden(view, node))
		return false;
	if ((it->flags & NODE_CERTAIN) != 0 || it->kind != NODE_MERGED || it->child_count == 0)
		return true;
	for (uint32_t i = 0; i < it->child_count; i++) {
		if (has_content(view, it->first_child + i))
			return true;
	}
	return false;
}

/* Where `text` leads from the directory of `path`, by its words alone. */
static bool resolve(struct path *path, const char *text)
{
	while (path->length > 0 && path->text[path->length - 1] != '/')
		path->length--;
	path_cut(path, path->length > 0 ? path->length - 1 : 0);
	while (*text != '\0') {
		size_t length = 0;

		while (text[length] != '/' && text[length] != '\0')
			length++;
		if (length == 2 && text[0] == '.' && text[1] == '.') {
			while (path->length > 0 && path->text[--path->length] != '/')
				;
			path_cut(path, path->length);
		} else if (length > 0 && !(length == 1 && text[0] == '.') &&
			   !path_push(path, text, length)) {
			return false;
		}
		text += length + (text[length] == '/');
	}
	return true;
}

/*
 * Where the host has a link that leads to the same path, it stays: packing makes links relative,
 * which are absolute on a host of the same packages.
 */
static enum need need_of_link(const struct view *view, uint32_t node, const char *place)
{
	const char *text = table_text(view->table, node_at(view->table, node)->extra);
	char found[PATH_MAX];
	struct path end;

	if (failed(read_link_text(place, found, sizeof(found))))
		return NEED_NAME;
	if (text_equal(found, text))
		return NEED_NOTHING;
	if (found[0] != '/' || text[0] == '/')
		return NEED_NAME;
	end.length = view->host.length;
	memcpy(end.text, view->host.text, end.length + 1);
	return resolve(&end, text) && text_equal(path_text(&end), found) ? NEED_NOTHING : NEED_NAME;
}

static bool is_directory_behind(const char *place)
{
	return (file_status_at(AT_FDCWD, place, 0).mode & S_IFMT) == S_IFDIR;
}

static enum need need_of_directory(const struct view *view, uint32_t node, const char *place,
				   uint32_t type)
{
	const struct node *it = node_at(view->table, node);

	if (type == S_IFDIR)
		return it->kind == NODE_WHOLE || (it->flags & NODE_MADE) != 0 ? NEED_MOUNT
									      : NEED_ENTER;
	if (!has_content(view, node))
		return NEED_NOTHING;
	if (it->kind == NODE_MERGED && type == S_IFLNK && is_directory_behind(place))
		return NEED_FOLLOW;
	return NEED_NAME;
}

/* Where the host has made a link too, both lead to one place, or the host's to its own. */
static enum need need_of_alias(const char *place, uint32_t type)
{
	if (type == S_IFDIR)
		return NEED_ENTER;
	return type == S_IFLNK && is_directory_behind(place) ? NEED_NOTHING : NEED_NAME;
}

enum need need_of(const struct view *view, uint32_t node, const char *place)
{
	const struct node *it = node_at(view->table, node);
	uint32_t type;

	if (is_hidden(view, node))
		return NEED_NOTHING;
	if (it->kind == NODE_LINK)
		return need_of_link(view, node, place);
	type = file_status_at(AT_FDCWD, place, AT_SYMLINK_NOFOLLOW).mode & S_IFMT;
	switch (it->kind) {
	case NODE_MERGED:
	case NODE_WHOLE:
		return need_of_directory(view, node, place, type);
	case NODE_ALIAS:
		return need_of_alias(place, type);
	default:
		return type == 0 || type == S_IFDIR || type == S_IFLNK ? NEED_NAME : NEED_MOUNT;
	}
}
