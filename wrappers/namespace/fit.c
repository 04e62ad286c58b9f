#include "fit.h"
#include "mount-system.h"
#include "text.h"

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
static enum fit fit_link(const struct view *view, uint32_t node, const char *place)
{
	const char *text = table_text(view->table, node_at(view->table, node)->extra);
	char found[PATH_LIMIT];
	struct path end;
	const long length = sys_read_link(place, found, sizeof(found) - 1);

	if (SYSTEM_CALL_FAILED(length))
		return FIT_MISSING;
	found[length] = '\0';
	if (text_equal(found, text))
		return FIT_NOTHING;
	if (found[0] != '/' || text[0] == '/')
		return FIT_MISSING;
	end.length = view->host.length;
	memcpy(end.text, view->host.text, end.length + 1);
	return resolve(&end, text) && text_equal(path_text(&end), found) ? FIT_NOTHING
									 : FIT_MISSING;
}

static bool is_directory_behind(const char *place)
{
	return (sys_status(AT_WORKING_DIRECTORY, place, 0).mode & MODE_TYPE) == MODE_DIRECTORY;
}

static enum fit fit_directory(const struct view *view, uint32_t node, const char *place,
			      uint32_t type)
{
	const struct node *it = node_at(view->table, node);

	if (type == MODE_DIRECTORY)
		return it->kind == NODE_WHOLE || (it->flags & NODE_MADE) != 0 ? FIT_OVER
									      : FIT_ENTER;
	if (!has_content(view, node))
		return FIT_NOTHING;
	if (it->kind == NODE_MERGED && type == MODE_LINK && is_directory_behind(place))
		return FIT_FOLLOW;
	return FIT_MISSING;
}

/* Where the host has made a link too, both lead to one place, or the host's to its own. */
static enum fit fit_alias(const char *place, uint32_t type)
{
	if (type == MODE_DIRECTORY)
		return FIT_ENTER;
	return type == MODE_LINK && is_directory_behind(place) ? FIT_NOTHING : FIT_MISSING;
}

enum fit fit_of(const struct view *view, uint32_t node, const char *place)
{
	const struct node *it = node_at(view->table, node);
	uint32_t type;

	if (is_hidden(view, node))
		return FIT_NOTHING;
	if (it->kind == NODE_LINK)
		return fit_link(view, node, place);
	type = sys_status(AT_WORKING_DIRECTORY, place, STATUS_UNFOLLOWED).mode & MODE_TYPE;
	switch (it->kind) {
	case NODE_MERGED:
	case NODE_WHOLE:
		return fit_directory(view, node, place, type);
	case NODE_ALIAS:
		return fit_alias(place, type);
	default:
		return type == 0 || type == MODE_DIRECTORY || type == MODE_LINK ? FIT_MISSING
										: FIT_OVER;
	}
}
