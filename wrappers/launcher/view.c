#include "view.h"
#include "fail.h"
#include "mount-system.h"
#include "overlay-tree.h"
#include "text.h"

/* The machine's own: no bundle has a say there. */
static const char machine_directories[][5] = { "dev", "proc", "run", "sys" };

static const char *name_of(const struct view *view, uint32_t node)
{
	return table_text(view->table, node_at(view->table, node)->name);
}

/*
 * The C library's modules and locales fit one version of it. Host programs share the view and need
 * their own; the bundle's programs are told of theirs by variables.
 */
static bool is_of_c_library(const struct view *view, uint32_t node)
{
	const uint32_t parent = node_at(view->table, node)->parent;

	if (text_equal(name_of(view, node), "locale"))
		return text_starts_with(name_of(view, parent), "lib");
	if (!text_equal(name_of(view, node), "gconv"))
		return false;
	for (uint32_t above = parent; above != ROOT_NODE;
	     above = node_at(view->table, above)->parent) {
		if (text_starts_with(name_of(view, above), "lib"))
			return true;
	}
	return false;
}

static bool is_hidden(const struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);

	if ((it->flags & NODE_LIBRARY) != 0)
		return true;
	if (it->kind > NODE_WHOLE)
		return false;
	for (size_t i = 0; i < sizeof(machine_directories) / sizeof(*machine_directories); i++) {
		if (it->parent == ROOT_NODE &&
		    text_equal(name_of(view, node), machine_directories[i]))
			return true;
	}
	return is_of_c_library(view, node);
}

bool has_content(const struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);

	if (is_hidden(view, node))
		return false;
	if (it->kind > NODE_WHOLE || it->child_count == 0)
		return true;
	for (uint32_t i = 0; i < it->child_count; i++) {
		if (has_content(view, it->first_child + i))
			return true;
	}
	return false;
}

char *payload_path(const struct view *view, uint32_t node, char *buffer)
{
	char prefix[40];
	char *at = buffer + PATH_LIMIT - 1;
	size_t length;

	text_append_number(text_append(prefix, "/proc/self/fd/"), (unsigned long)view->payload);
	length = text_length(prefix);
	*at = '\0';
	for (; node != ROOT_NODE; node = node_at(view->table, node)->parent) {
		const struct node *it = node_at(view->table, node);

		if ((size_t)(at - buffer) < it->name_length + 1 + length)
			fail_mount(view, name_of(view, node), -36 /* ENAMETOOLONG */);
		at -= it->name_length;
		memcpy(at, name_of(view, node), it->name_length);
		*--at = '/';
	}
	at -= length;
	return memcpy(at, prefix, length);
}

uint32_t directory_of(const struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);

	return it->kind == NODE_ALIAS ? it->extra : node;
}

static bool link_says(const char *place, const char *text)
{
	char found[PATH_LIMIT];
	const long length = sys_read_link(place, found, sizeof(found) - 1);

	if (SYSTEM_CALL_FAILED(length))
		return false;
	found[length] = '\0';
	return text_equal(found, text);
}

static bool is_directory_behind(const char *place)
{
	return (sys_status(AT_WORKING_DIRECTORY, place, 0).mode & MODE_TYPE) == MODE_DIRECTORY;
}

static enum fit fit_directory(const struct view *view, uint32_t node, const char *place,
			      uint32_t type)
{
	if (type == MODE_DIRECTORY)
		return node_at(view->table, node)->kind == NODE_WHOLE ? FIT_OVER : FIT_ENTER;
	if (!has_content(view, node))
		return FIT_NOTHING;
	if (node_at(view->table, node)->kind == NODE_MERGED && type == MODE_LINK &&
	    is_directory_behind(place))
		return FIT_ENTER;
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
	type = sys_status(AT_WORKING_DIRECTORY, place, STATUS_UNFOLLOWED).mode & MODE_TYPE;
	switch (it->kind) {
	case NODE_MERGED:
	case NODE_WHOLE:
		return fit_directory(view, node, place, type);
	case NODE_ALIAS:
		return fit_alias(place, type);
	case NODE_LINK:
		return type == MODE_LINK && link_says(place, table_text(view->table, it->extra))
			       ? FIT_NOTHING
			       : FIT_MISSING;
	default:
		return type == 0 || type == MODE_DIRECTORY || type == MODE_LINK ? FIT_MISSING
										: FIT_OVER;
	}
}

_Noreturn void fail_mount(const struct view *view, const char *place, long result)
{
	const struct record *record = view->launch->record;
	char number[24];

	text_append_number(number, (unsigned long)-result);
	FAIL(EXIT_LAUNCHER, "cannot show ", record_text(record, record->launcher), " the bundle's ",
	     place, " (mount: error ", number,
	     "): DYNPK_ENGINE=direct starts it without its own files");
}

static void mount_over(const struct view *view, uint32_t node)
{
	char buffer[PATH_LIMIT];
	const char *place = path_text(&view->host);
	const long result = sys_mount(payload_path(view, node, buffer), place, NULL,
				      MOUNT_BIND | MOUNT_ALL_BELOW, NULL);

	if (SYSTEM_CALL_FAILED(result))
		fail_mount(view, place, result);
}

static bool go_to_child(struct view *view, uint32_t child)
{
	return path_push(&view->host, name_of(view, child),
			 node_at(view->table, child)->name_length);
}

static bool lacks_names(struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		enum fit fit = FIT_NOTHING;

		if (go_to_child(view, child))
			fit = fit_of(view, child, view->host.text);
		path_cut(&view->host, length);
		if (fit == FIT_MISSING)
			return true;
	}
	return false;
}

/* Of a directory that an overlay shows already: what must not be merged with the host's. */
static void show_whole_below(struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		const uint8_t kind = node_at(view->table, child)->kind;

		if (kind <= NODE_WHOLE && go_to_child(view, child)) {
			if (kind == NODE_WHOLE)
				mount_over(view, child);
			else
				show_whole_below(view, child);
		}
		path_cut(&view->host, length);
	}
}

static void show_directory(struct view *view, uint32_t node);

static void show_child(struct view *view, uint32_t child)
{
	const uint32_t directory = directory_of(view, child);

	switch (fit_of(view, child, view->host.text)) {
	case FIT_OVER:
		mount_over(view, child);
		break;
	case FIT_ENTER:
		if (is_below_packages(&view->host) && overlay_tree(view, directory))
			show_whole_below(view, directory);
		else
			show_directory(view, directory);
		break;
	case FIT_MISSING:
		view->left_alone++;
		break;
	case FIT_NOTHING:
	default:
		break;
	}
}

static void show_directory(struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;

	if (lacks_names(view, node))
		take_over(view, node);
	for (uint32_t i = 0; i < it->child_count; i++) {
		if (go_to_child(view, it->first_child + i))
			show_child(view, it->first_child + i);
		path_cut(&view->host, length);
	}
}

void show_bundle(struct view *view)
{
	path_cut(&view->host, 0);
	show_directory(view, ROOT_NODE);
}
