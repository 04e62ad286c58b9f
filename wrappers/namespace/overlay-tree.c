#include "overlay-tree.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "base/mount.h"
#include "base/text.h"
#include "compare-host.h"
#include "layer.h"
#include "mount-points.h"
#include "mounts-below.h"

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
	char text[PATH_MAX];

	if (!failed(read_link_text(name, text, sizeof(text)))) {
		sys_symlinkat(text, layer, name);
		return false;
	}
	switch (file_status_at(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW).mode & S_IFMT) {
	case 0:
		hide_name(view, name, layer);
		return false;
	case S_IFDIR:
		sys_mkdirat(layer, name, 0755);
		return true;
	default:
		make_file(layer, name);
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
		type = file_status_at(AT_FDCWD, name, AT_SYMLINK_NOFOLLOW).mode & S_IFMT;
		if (type != 0 && type != S_IFLNK &&
		    path_push(&view->host, name, child->name_length))
			sys_mount(name, view->host.text, NULL, MS_BIND | MS_REC, NULL);
		path_cut(&view->host, length);
	}
}

static long mount_tree(struct view *view, uint32_t node, int host)
{
	char buffer[PATH_MAX];
	const long layer = make_layer(view);
	const long ours = open_directory(AT_FDCWD, payload_path(view, node, buffer));
	long result = failed(layer) ? layer : ours;
	bool is_left;

	if (!failed(result)) {
		sys_fchdir(host);
		is_left = write_layer(view, node, (int)layer);
		result = mount_layers(view, (const int[]){ (int)layer, (int)ours, host, -1 });
		if (!failed(result) && is_left)
			show_kept(view, node);
		sys_fchdir(view->payload);
	}
	if (!failed(layer))
		sys_close((int)layer);
	if (!failed(ours))
		sys_close((int)ours);
	return result;
}

bool overlay_tree(struct view *view, uint32_t node)
{
	long host, result;

	if (!view->has_overlay || !is_worth_it(view, node))
		return false;
	host = open_directory(AT_FDCWD, path_text(&view->host));
	if (failed(host))
		return false;
	result = mount_tree(view, node, (int)host);
	if (!failed(result))
		show_mounts_below(view, (int)host);
	sys_close((int)host);
	return !failed(result);
}
