#include "overlay-tree.h"
#include "compare-host.h"
#include "layer.h"
#include "mount-system.h"
#include "mounts-below.h"
#include "text.h"

/* A mount for each of fewer files is as cheap. */
enum { WORTH_IT = 8 };

/* A program's own file, beside its launcher; NULL where none is. */
static const char *name_beside(const struct view *view, const struct node *node)
{
	const char *name;

	if ((node->flags & NODE_LAUNCHED) == 0)
		return NULL;
	name = table_text(view->table, node->extra);
	for (const char *c = name; *c != '\0'; c++)
		name = *c == '/' ? c + 1 : name;
	/* A script's own file keeps its name, in another directory. */
	return text_equal(name, table_text(view->table, node->name)) ? NULL : name;
}

/*
 * Whether what lies in the directory of the bundle can be seen as it lies there, some names apart,
 * and saves mounts: whole directories need their own all the same.
 */
static bool is_worth_it(const struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);
	uint32_t saved = 0, unseen = 0;

	if ((it->flags & NODE_EXACT) == 0 || it->child_count < WORTH_IT)
		return false;
	for (uint32_t i = 0; i < it->child_count; i++) {
		const struct node *child = node_at(view->table, it->first_child + i);

		if (!has_content(view, it->first_child + i))
			unseen++;
		else if ((child->flags & (NODE_PLAIN | NODE_LAUNCHED)) == 0)
			return false;
		else
			saved += child->kind == NODE_FILE;
	}
	return saved >= WORTH_IT + unseen;
}

/*
 * In the uppermost layer, for a name that the bundle has and does not show: what the host has of
 * that name. Whether it is still to be mounted over.
 */
static bool keep_name(const struct view *view, const char *name, int layer)
{
	char text[PATH_LIMIT];
	const long length = sys_read_link(name, text, sizeof(text) - 1);

	if (!SYSTEM_CALL_FAILED(length)) {
		text[length] = '\0';
		sys_make_link(text, layer, name);
		return false;
	}
	switch (sys_status(AT_WORKING_DIRECTORY, name, STATUS_UNFOLLOWED).mode & MODE_TYPE) {
	case 0:
		hide_name(view, name, layer);
		return false;
	case MODE_DIRECTORY:
		sys_make_directory(layer, name);
		return true;
	default:
		sys_make_file(layer, name);
		return true;
	}
}

/* The host's directory is the working directory. Whether keep_name() left something to do. */
static bool write_layer(const struct view *view, uint32_t node, int layer)
{
	const struct node *it = node_at(view->table, node);
	bool is_left = false;

	for (uint32_t i = 0; i < it->child_count; i++) {
		const struct node *child = node_at(view->table, it->first_child + i);
		const char *beside = name_beside(view, child);

		if (!has_content(view, it->first_child + i))
			is_left |= keep_name(view, name_of(view, it->first_child + i), layer);
		if (beside != NULL)
			hide_name(view, beside, layer);
	}
	return is_left;
}

static void show_kept(struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;

	for (uint32_t i = 0; i < it->child_count; i++) {
		const struct node *child = node_at(view->table, it->first_child + i);
		const char *name = name_of(view, it->first_child + i);
		uint32_t type;

		if (has_content(view, it->first_child + i))
			continue;
		type = sys_status(AT_WORKING_DIRECTORY, name, STATUS_UNFOLLOWED).mode & MODE_TYPE;
		if (type != 0 && type != MODE_LINK &&
		    path_push(&view->host, name, child->name_length))
			sys_mount(name, view->host.text, NULL, MOUNT_BIND | MOUNT_ALL_BELOW, NULL);
		path_cut(&view->host, length);
	}
}

static long mount_tree(struct view *view, uint32_t node, int host)
{
	char buffer[PATH_LIMIT];
	const long layer = make_layer(view);
	const long ours = sys_open_at(AT_WORKING_DIRECTORY, payload_path(view, node, buffer),
				      OPEN_PATH | OPEN_DIRECTORY);
	long result = SYSTEM_CALL_FAILED(layer) ? layer : ours;
	bool is_left;

	if (!SYSTEM_CALL_FAILED(result)) {
		sys_enter_directory(host);
		is_left = write_layer(view, node, (int)layer);
		result = mount_layers(view, (const int[]){ (int)layer, (int)ours, host, -1 });
		if (!SYSTEM_CALL_FAILED(result) && is_left)
			show_kept(view, node);
		sys_enter_directory(view->payload);
	}
	if (!SYSTEM_CALL_FAILED(layer))
		sys_close((int)layer);
	if (!SYSTEM_CALL_FAILED(ours))
		sys_close((int)ours);
	return result;
}

bool overlay_tree(struct view *view, uint32_t node)
{
	long host, result;

	if (!view->has_overlay || !is_worth_it(view, node))
		return false;
	host = sys_open_at(AT_WORKING_DIRECTORY, path_text(&view->host),
			   OPEN_PATH | OPEN_DIRECTORY);
	if (SYSTEM_CALL_FAILED(host))
		return false;
	result = mount_tree(view, node, (int)host);
	if (!SYSTEM_CALL_FAILED(result))
		show_mounts_below(view, (int)host);
	sys_close((int)host);
	return !SYSTEM_CALL_FAILED(result);
}
