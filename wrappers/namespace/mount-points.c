#include "mount-points.h"
#include "base/directory.h"
#include "base/file-status.h"
#include "compare-host.h"

static void make_one(const struct view *view, uint32_t node, int directory)
{
	const struct node *it = node_at(view->table, node);
	const char *name = table_text(view->table, it->name);

	switch (it->kind) {
	case NODE_LINK:
		sys_symlinkat(table_text(view->table, it->extra), directory, name);
		break;
	case NODE_ALIAS:
		sys_symlinkat(table_text(view->table, it->first_child), directory, name);
		break;
	case NODE_FILE:
		make_file(directory, name);
		break;
	default:
		sys_mkdirat(directory, name, 0755);
		break;
	}
}

void make_mount_point(struct view *view, uint32_t node, int directory)
{
	struct node *it = writable_node(view->table, node);
	long inner;

	make_one(view, node, directory);
	if (it->kind != NODE_MERGED)
		return;
	if ((it->flags & NODE_PLAIN) != 0 && it->child_count > 0) {
		it->flags |= NODE_MADE;
		return;
	}
	inner = open_directory(directory, table_text(view->table, it->name));
	if (failed(inner))
		return;
	make_mount_points(view, node, (int)inner);
	sys_close((int)inner);
}

void make_mount_points(struct view *view, uint32_t node, int directory)
{
	const struct node *it = node_at(view->table, node);

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		const char *name = name_of(view, child);

		/* What is there was kept, and may be a directory of the host. */
		if (has_content(view, child) &&
		    file_status_at(directory, name, AT_SYMLINK_NOFOLLOW).mode == 0)
			make_mount_point(view, child, directory);
	}
}
