#include "show-bundle.h"
#include "base/file.h"
#include "base/mount.h"
#include "compare-host.h"
#include "overlay-tree.h"
#include "take-over.h"

static void mount_over(struct view *view, uint32_t node)
{
	char buffer[PATH_MAX];
	const char *place = path_text(&view->host);
	const long result =
		sys_mount(payload_path(view, node, buffer), place, NULL, MS_BIND | MS_REC, NULL);

	if (failed(result))
		fail_mount(view, place, result);
	if ((node_at(view->table, node)->flags & NODE_MADE) != 0)
		writable_node(view->table, node)->flags &= (uint8_t)~NODE_MADE;
}

static bool go_to_child(struct view *view, uint32_t child)
{
	return path_push(&view->host, name_of(view, child),
			 node_at(view->table, child)->name_length);
}

/* Of a directory that an overlay shows already: what must not be merged with the host's. */
static void show_whole_below(struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		const uint8_t kind = node_at(view->table, child)->kind;

		if (kind <= NODE_WHOLE && !is_hidden(view, child) && go_to_child(view, child)) {
			if (kind == NODE_WHOLE)
				mount_over(view, child);
			else
				show_whole_below(view, child);
		}
		path_cut(&view->host, length);
	}
}

static void show_directory(struct view *view, uint32_t node);

static void show_child(struct view *view, uint32_t child, enum need need)
{
	const uint32_t directory = directory_of(view, child);

	switch (need) {
	case NEED_MOUNT:
		mount_over(view, child);
		break;
	case NEED_ENTER:
	case NEED_FOLLOW:
		if (is_below_packages(&view->host) && overlay_tree(view, directory))
			show_whole_below(view, directory);
		else
			show_directory(view, directory);
		break;
	case NEED_NAME:
		view->left_alone++;
		break;
	case NEED_NOTHING:
	default:
		break;
	}
}

/* Ask the host about each child, or once more about those that it lacked; whether some lack. */
static bool ask_children(struct view *view, uint32_t node, uint8_t *needs, bool is_again)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;
	bool lacks = false;

	for (uint32_t i = 0; i < it->child_count; i++) {
		if (is_again && needs[i] != NEED_NAME)
			continue;
		needs[i] = NEED_NOTHING;
		if (go_to_child(view, it->first_child + i))
			needs[i] = (uint8_t)need_of(view, it->first_child + i, view->host.text);
		path_cut(&view->host, length);
		lacks |= needs[i] == NEED_NAME;
	}
	return lacks;
}

static void show_directory(struct view *view, uint32_t node)
{
	const struct node *it = node_at(view->table, node);
	const size_t length = view->host.length;
	uint8_t *needs = __builtin_alloca(it->child_count);

	if (ask_children(view, node, needs, false) && take_over(view, node))
		ask_children(view, node, needs, true);
	for (uint32_t i = 0; i < it->child_count; i++) {
		if (go_to_child(view, it->first_child + i))
			show_child(view, it->first_child + i, (enum need)needs[i]);
		path_cut(&view->host, length);
	}
}

void show_bundle(struct view *view)
{
	path_cut(&view->host, 0);
	show_directory(view, ROOT_NODE);
}
