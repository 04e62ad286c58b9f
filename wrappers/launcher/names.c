#include "names.h"
#include "mount-system.h"

void make_name(const struct view *view, uint32_t node, int directory)
{
	const struct node *it = node_at(view->table, node);
	const char *name = table_text(view->table, it->name);

	switch (it->kind) {
	case NODE_LINK:
		sys_make_link(table_text(view->table, it->extra), directory, name);
		break;
	case NODE_ALIAS:
		sys_make_link(table_text(view->table, it->first_child), directory, name);
		break;
	case NODE_FILE:
		sys_make_file(directory, name);
		break;
	default:
		sys_make_directory(directory, name);
		break;
	}
}

void make_names(const struct view *view, uint32_t node, int directory)
{
	const struct node *it = node_at(view->table, node);

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		const struct node *own = node_at(view->table, child);
		const char *name = table_text(view->table, own->name);
		long inner;

		/* What is there was kept, and may be a directory of the host. */
		if (!has_content(view, child) ||
		    sys_status(directory, name, STATUS_UNFOLLOWED).mode != 0)
			continue;
		make_name(view, child, directory);
		if (own->kind != NODE_MERGED)
			continue;
		inner = sys_open_at(directory, name, OPEN_PATH | OPEN_DIRECTORY);
		if (!SYSTEM_CALL_FAILED(inner)) {
			make_names(view, child, (int)inner);
			sys_close((int)inner);
		}
	}
}
