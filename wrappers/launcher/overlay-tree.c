#include "overlay-tree.h"
#include "mount-system.h"
#include "mounts-below.h"
#include "overlay.h"
#include "text.h"

/* A mount for each of fewer files is as cheap. */
enum { WORTH_IT = 8 };

/* A link in a file's place leads out of the payload, and would lead elsewhere from where it is
 * seen. */
static bool is_file_itself(const struct view *view, uint32_t node)
{
	char buffer[PATH_LIMIT];
	const char *place = payload_path(view, node, buffer);

	return (sys_status(AT_WORKING_DIRECTORY, place, STATUS_UNFOLLOWED).mode & MODE_TYPE) !=
	       MODE_LINK;
}

/* Whether nothing of the directory stays unseen, or is seen otherwise than it lies there. */
static bool is_plain_tree(const struct view *view, uint32_t node, unsigned *files, bool is_top)
{
	const struct node *it = node_at(view->table, node);

	for (uint32_t i = 0; i < it->child_count; i++) {
		const uint32_t child = it->first_child + i;
		const uint8_t kind = node_at(view->table, child)->kind;

		if (kind == NODE_ALIAS || !has_content(view, child))
			return false;
		if (kind == NODE_FILE && !is_file_itself(view, child))
			return false;
		if (!is_top && (node_at(view->table, child)->flags & NODE_LAUNCHED) != 0)
			return false;
		if (kind == NODE_MERGED && !is_plain_tree(view, child, files, false))
			return false;
		*files += kind == NODE_FILE;
	}
	return true;
}

/* Names that the layers above others have as devices of number 0 are not seen (overlayfs). */
static void hide_programs(const struct view *view, uint32_t node, int layer)
{
	const struct node *it = node_at(view->table, node);

	for (uint32_t i = 0; i < it->child_count; i++) {
		const struct node *child = node_at(view->table, it->first_child + i);
		const char *name;

		if ((child->flags & NODE_LAUNCHED) == 0)
			continue;
		name = table_text(view->table, child->extra);
		for (const char *c = name; *c != '\0'; c++)
			name = *c == '/' ? c + 1 : name;
		/* A script's own file keeps its name, in another directory. */
		if (!text_equal(name, table_text(view->table, child->name)))
			sys_make_hidden(layer, name);
	}
}

static char *put_layer(char *to, const char *before, long descriptor)
{
	return text_append_number(text_append(text_append(to, before), "/proc/self/fd/"),
				  (unsigned long)descriptor);
}

static long mount_layers(struct view *view, uint32_t node, int host)
{
	const char *place = path_text(&view->host);
	const long hidden = make_layer(view);
	char buffer[PATH_LIMIT];
	char options[160];
	const long ours = sys_open_at(AT_WORKING_DIRECTORY, payload_path(view, node, buffer),
				      OPEN_PATH | OPEN_DIRECTORY);
	long result = SYSTEM_CALL_FAILED(hidden) ? hidden : ours;

	if (!SYSTEM_CALL_FAILED(result)) {
		hide_programs(view, node, (int)hidden);
		put_layer(put_layer(put_layer(options, "userxattr,lowerdir=", hidden), ":", ours),
			  ":", host);
		result = sys_mount("dynpk", place, "overlay", MOUNT_READ_ONLY, options);
	}
	if (!SYSTEM_CALL_FAILED(hidden))
		sys_close((int)hidden);
	if (!SYSTEM_CALL_FAILED(ours))
		sys_close((int)ours);
	return result;
}

bool overlay_tree(struct view *view, uint32_t node)
{
	unsigned files = 0;
	long host, result;

	if (node_at(view->table, node)->child_count < WORTH_IT || !view->has_overlay ||
	    !is_plain_tree(view, node, &files, true) || files < WORTH_IT)
		return false;
	host = sys_open_at(AT_WORKING_DIRECTORY, path_text(&view->host),
			   OPEN_PATH | OPEN_DIRECTORY);
	if (SYSTEM_CALL_FAILED(host))
		return false;
	result = mount_layers(view, node, (int)host);
	if (!SYSTEM_CALL_FAILED(result))
		show_mounts_below(view, (int)host);
	sys_close((int)host);
	return !SYSTEM_CALL_FAILED(result);
}
