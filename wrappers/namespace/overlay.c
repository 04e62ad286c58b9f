#include "overlay.h"
#include "base/directory.h"
#include "base/file.h"
#include "compare-host.h"
#include "layer.h"
#include "mount-points.h"
#include "mounts-below.h"

/* A directory of the layer, made when something is to lie in it. */
struct level {
	struct level *above;
	const char *name;
	/* -1: not made yet. */
	int directory;
};

static int make_level(struct level *level)
{
	int above;

	if (level->directory >= 0 || level->above == NULL)
		return level->directory;
	above = make_level(level->above);
	sys_mkdirat(above, level->name, 0755);
	level->directory = (int)open_directory(above, level->name);
	return level->directory;
}

static void write_level(struct view *view, uint32_t node, struct level *level)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		const struct node *own = node_at(view->table, child);
		struct level inner = { level, name_of(view, child), -1 };

		if (path_push(&view->host, inner.name, own->name_length)) {
			switch (need_of(view, child, view->host.text)) {
			case NEED_NAME:
				make_mount_point(view, child, make_level(level));
				break;
			case NEED_ENTER:
				if (own->kind == NODE_MERGED)
					write_level(view, child, &inner);
				break;
			case NEED_NOTHING:
			case NEED_MOUNT:
			case NEED_FOLLOW:
			default:
				break;
			}
		}
		if (inner.directory >= 0)
			sys_close(inner.directory);
		path_cut(&view->host, length);
	}
}

bool overlay(struct view *view, uint32_t node)
{
	const long host = open_directory(AT_FDCWD, path_text(&view->host));
	const long layer = failed(host) ? host : make_layer(view);
	struct level level = { NULL, NULL, (int)layer };
	long result;

	if (failed(layer))
		return false;
	write_level(view, node, &level);
	result = mount_layers(view, (const int[]){ (int)layer, (int)host, -1 });
	if (!failed(result))
		show_mounts_below(view, (int)host);
	sys_close((int)host);
	sys_close((int)layer);
	return !failed(result);
}
